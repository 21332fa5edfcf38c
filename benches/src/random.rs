//! Inputs that no branch predictor and no cache can learn.

use crate::events::{Event, WINDOW};

/// Random numbers, the same in every run.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// Those of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }
}

impl Iterator for Random {
    type Item = u64;

    /// splitmix64: every bit of it is random.
    fn next(&mut self) -> Option<u64> {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Some(mixed ^ (mixed >> 31))
    }
}

/// How many records a key has in a window.
pub const UPDATES: u64 = 20;

/// So many events of so many keys, whose numbers are scattered: a key has twenty records in each minute, and a record is
/// at most half a minute late.
///
/// # Panics
/// If there are more events than fit into the time there is.
#[must_use]
pub fn disorder(count: usize, keys: u64) -> Vec<Event> {
    disorder_by(count, keys, WINDOW / 2)
}

/// The same, with records that are less than so many milliseconds late.
///
/// # Panics
/// If there are more events than fit into the time there is.
#[must_use]
pub fn disorder_by(count: usize, keys: u64, late_by: i64) -> Vec<Event> {
    events(count, keys, UPDATES, late_by)
}

/// Events of keys that have so many records in each minute, less than five seconds late.
///
/// # Panics
/// If there are more events than fit into the time there is.
#[must_use]
pub fn often(count: usize, keys: u64, updates: u64) -> Vec<Event> {
    events(count, keys, updates, 5_000)
}

/// Two streams of the same keys, each like [`disorder_by`].
///
/// # Panics
/// If there are more events than fit into the time there is.
#[must_use]
pub fn two_streams(count: usize, keys: u64, late_by: i64) -> [Vec<Event>; 2] {
    [11, 13].map(|seed| events_of(seed, count, keys, UPDATES, late_by))
}

fn events(count: usize, keys: u64, updates: u64, late_by: i64) -> Vec<Event> {
    events_of(11, count, keys, updates, late_by)
}

fn events_of(seed: u64, count: usize, keys: u64, updates: u64, late_by: i64) -> Vec<Event> {
    let scattered: Vec<u64> = Random::new(7)
        .take(usize::try_from(keys).expect("keys fit"))
        .collect();
    let each_window = i64::try_from(keys * updates).expect("it is small");
    let mut random = Random::new(seed);
    let mut next = || random.next().expect("it never ends");
    let event = |place: usize| {
        let on_time = i64::try_from(place).expect("it is small") * WINDOW / each_window;
        let late = i64::try_from(next() % late_by.unsigned_abs()).expect("it is small");
        Event {
            key: scattered[usize::try_from(next() % keys).expect("keys fit")],
            value: u32::try_from(next() % 1_000).expect("it is small"),
            at: on_time - late,
        }
    };
    (0..count).map(event).collect()
}

/// Events of keys that are active for a minute and then silent for two: forty records a key in its minute, so that none is
/// alone for half of it, less than five seconds late.
///
/// # Panics
/// If there are more events than fit into the time there is.
#[must_use]
pub fn bursts(count: usize, keys: u64) -> Vec<Event> {
    let third = keys / 3;
    let mut events = events(count, third, 2 * UPDATES, 5_000);
    for (place, event) in events.iter_mut().enumerate() {
        let minute = place as u64 / (third * 2 * UPDATES);
        event.key = event.key.wrapping_add(minute % 3);
    }
    events
}
