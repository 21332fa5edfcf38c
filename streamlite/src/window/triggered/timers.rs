//! When triggers are asked again.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::state::{Captured, Decoder, Encoder, Placed, Ranks, Room, StateError};
use crate::time::{TimeDelta, Timestamp};
use crate::window::trigger::SetTimer;

/// Timers by time, of both kinds: for keys of windows `W`, each known by the place of its slot.
#[derive(Debug)]
pub(in crate::window) struct Timers<W> {
    event: ByTime<W>,
    processing: ByTime<W>,
    count: usize,
    /// What checkpoints have of them.
    rows: Rows<W>,
}

/// Of each time the windows that have a timer for it, and the keys that it is for: most often many of few windows.
type ByTime<W> = BTreeMap<Timestamp, Vec<(W, Vec<Held>)>>;

/// A timer of a key.
#[derive(Clone, Copy, Debug)]
struct Held {
    /// That of its key.
    place: u32,
    /// That in which checkpoints have it, if there are any.
    row: u32,
}

/// What checkpoints have of timers: of each its time, and whether that is event time.
type Rows<W> = Placed<W, (Timestamp, bool)>;

impl<W> Default for Timers<W> {
    fn default() -> Self {
        Self {
            event: BTreeMap::new(),
            processing: BTreeMap::new(),
            count: 0,
            rows: Rows::default(),
        }
    }
}

impl<W: Copy + Ord> Timers<W> {
    /// Takes over what a trigger has set for a key.
    #[inline]
    pub(in crate::window) fn take_over(&mut self, set: &mut Vec<SetTimer>, window: W, place: u32) {
        if !set.is_empty() {
            self.take_over_some(set, window, place);
        }
    }

    #[inline(never)]
    fn take_over_some(&mut self, set: &mut Vec<SetTimer>, window: W, place: u32) {
        for timer in set.drain(..) {
            let (at, is_event) = match timer {
                SetTimer::Event(at) => (at, true),
                SetTimer::Processing(at) => (at, false),
            };
            let row = self.rows.add(window, place, (at, is_event));
            self.put(at, is_event, window, Held { place, row });
        }
    }

    fn put(&mut self, at: Timestamp, is_event: bool, window: W, held: Held) {
        let timers = if is_event {
            &mut self.event
        } else {
            &mut self.processing
        };
        self.count += 1;
        let windows = timers.entry(at).or_default();
        match windows.iter_mut().rfind(|(other, _)| *other == window) {
            Some((_, keys)) => keys.push(held),
            None => windows.push((window, vec![held])),
        }
    }

    /// The lowest watermark that has passed a timer.
    pub(in crate::window) fn next(&self) -> Timestamp {
        let first = self.event.keys().next();
        first.map_or(Timestamp::MAX, |at| *at + TimeDelta::from_millis(1))
    }

    /// Takes the timers out that a watermark has passed: those of the earliest time, windows and keys in order, each once.
    pub(in crate::window) fn passed(&mut self, watermark: Timestamp) -> Option<Rings<W>> {
        let first = self.event.first_entry()?;
        (*first.key() < watermark)
            .then(|| first.remove_entry())
            .map(|first| self.ring(first))
    }

    /// The same of those that the clock has come to.
    pub(in crate::window) fn reached(&mut self, now: Timestamp) -> Option<Rings<W>> {
        let first = self.processing.first_entry()?;
        (*first.key() <= now)
            .then(|| first.remove_entry())
            .map(|first| self.ring(first))
    }

    fn ring(&mut self, (at, windows): (Timestamp, Vec<(W, Vec<Held>)>)) -> Rings<W> {
        let mut keys: Vec<(W, Vec<u32>)> = Vec::with_capacity(windows.len());
        for (window, held) in windows {
            self.count -= held.len();
            held.iter().for_each(|held| self.rows.free(held.row));
            let mut places: Vec<u32> = held.iter().map(|held| held.place).collect();
            places.sort_unstable();
            places.dedup();
            keys.push((window, places));
        }
        keys.sort_unstable_by_key(|(window, _)| *window);
        Rings { at, keys }
    }

    /// Writes them; a key is known by the place that it has after a restore, which the ranks of its window say.
    pub(in crate::window) fn save(
        &mut self,
        to: &mut Encoder,
        windows: impl IntoIterator<Item = (W, Rc<Ranks>)>,
    ) -> Result<(), StateError>
    where
        W: Serialize + DeserializeOwned + 'static,
    {
        let Self {
            event,
            processing,
            count,
            rows,
        } = self;
        rows.save(to, windows, *count, |show| {
            for (timers, is_event) in [(event, true), (processing, false)] {
                for (at, windows) in timers {
                    for (window, keys) in windows {
                        for held in keys {
                            show(*window, held.place, (*at, is_event), &mut held.row);
                        }
                    }
                }
            }
        })
    }

    /// Reads them; `has` says whether a key is there.
    pub(in crate::window) fn restore(
        from: &mut Decoder<'_>,
        has: impl Fn(W, u32) -> bool,
    ) -> Result<Self, StateError>
    where
        W: Serialize + DeserializeOwned + 'static,
    {
        let (mut timers, mut rows) = (Self::default(), Rows::default());
        rows.restore(from, |restored| {
            let (at, is_event) = restored.value;
            let row = restored.row;
            let place = restored.place.filter(|place| has(restored.of, *place));
            if let Some(place) = place {
                timers.put(at, is_event, restored.of, Held { place, row });
            }
            place.is_some()
        })?;
        timers.rows = rows;
        Ok(timers)
    }

    /// Writes a slice of what a checkpoint has of them; says whether all is written.
    pub(in crate::window) fn go_on(&mut self, room: &mut Room) -> bool {
        self.rows.go_on(room)
    }

    /// What was written, once all is; `None` if nothing was to be.
    pub(in crate::window) fn finish(&mut self) -> Option<Result<Captured, StateError>> {
        self.rows.finish()
    }
}

/// Timers that ring at one time: of which windows, and for which keys.
#[derive(Debug)]
pub(in crate::window) struct Rings<W> {
    pub(in crate::window) at: Timestamp,
    pub(in crate::window) keys: Vec<(W, Vec<u32>)>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::{KeyTable, Table};

    /// What checkpoints have is what is set, whatever rings.
    #[test]
    fn a_timer_that_has_rung_is_in_no_later_checkpoint() {
        let mut timers = Timers::<u8> {
            rows: Rows::from_the_start(),
            ..Timers::default()
        };
        let at = Timestamp::from_millis;
        for place in 0..30 {
            let time = at(i64::from(place) % 7);
            let mut set = vec![SetTimer::Event(time), SetTimer::Processing(time)];
            // One of them twice.
            set.extend((place % 5 == 0).then_some(SetTimer::Event(time)));
            timers.take_over(&mut set, u8::from(place % 2 == 0), place);
        }
        assert_eq!((timers.count, timers.rows.count()), (66, Some(66)));
        let mut rung = 0;
        for now in 0..8 {
            while let Some(rings) = timers.passed(at(now)) {
                assert!(rings.at < at(now), "{rings:?}");
                rung += rings.keys.iter().map(|(_, places)| places.len()).sum::<usize>();
            }
            while let Some(rings) = timers.reached(at(now)) {
                assert_eq!(rings.at, at(now));
                rung += rings.keys.iter().map(|(_, places)| places.len()).sum::<usize>();
            }
            assert_eq!(timers.rows.count(), Some(timers.count));
        }
        assert_eq!((rung, timers.count), (60, 0));
    }

    #[test]
    fn timers_are_restored_as_what_they_were() {
        let mut table = KeyTable::<u32, u32>::default();
        (0..9).for_each(|key| table.insert(key, 0));
        table.remove(KeyTable::<u32, u32>::slot_at(3), 0);
        let ranks = Rc::new(Ranks::first(&table));
        let mut timers = Timers::default();
        for place in 0..9 {
            let at = |plus| Timestamp::from_millis(i64::from(place / 3) + plus);
            let mut set = vec![SetTimer::Event(at(0)), SetTimer::Processing(at(10))];
            timers.take_over(&mut set, place % 2, place);
        }
        let mut encoder = Encoder::default();
        let windows = [(0, Rc::clone(&ranks)), (1, ranks)];
        timers.save(&mut encoder, windows).expect("they are numbers");
        let bytes = encoder.into_bytes();
        // The key in the place 8 is gone, and so is another, whose place is that of the next one now.
        let has = |_window, place| place < 7;
        let mut restored = Timers::<u32>::restore(&mut Decoder::new(&bytes), has).expect("they were saved");
        let far = Timestamp::from_millis(100);
        let by_event = std::iter::from_fn(|| restored.passed(far)).map(|rings| (rings.at, rings.keys));
        let by_event: Vec<_> = by_event.collect();
        let by_clock = std::iter::from_fn(|| restored.reached(far)).map(|rings| (rings.at, rings.keys));
        let by_clock: Vec<_> = by_clock.collect();
        let expected = |plus| {
            let at = |millis: i64| Timestamp::from_millis(millis + plus);
            [
                (at(0), vec![(0, vec![0, 2]), (1, vec![1])]),
                (at(1), vec![(0, vec![3]), (1, vec![4])]),
                (at(2), vec![(0, vec![5]), (1, vec![6])]),
            ]
        };
        assert_eq!(by_event, expected(0));
        assert_eq!(by_clock, expected(10));
        assert_eq!(restored.count, 0);
    }
}
