//! Records for the keyed benchmarks, and the loop that is written by hand for them.

use std::collections::BTreeMap;
use std::hash::BuildHasher;

use hashbrown::HashTable;
use streamlite::prelude::{Deserialize, Serialize};

/// One event.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Event {
    /// Who.
    pub key: u64,
    /// How much.
    pub value: u32,
    /// When, in milliseconds.
    pub at: i64,
}

/// Five seconds: how far out of order the events come.
pub const DELAY: i64 = 5_000;
/// One minute.
pub const WINDOW: i64 = 60_000;

/// `count` events of `keys` keys, at most five seconds out of order, one thousand a second.
#[must_use]
pub fn events(count: u64, keys: u64) -> Vec<Event> {
    let mut state = 1_u64;
    let mut random = move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    };
    let event = |place: u64| {
        let late = i64::try_from(random() % DELAY.unsigned_abs()).expect("it is small");
        let at = i64::try_from(place).expect("it is small") - late;
        Event {
            key: random() % keys,
            value: u32::try_from(random() % 1_000).expect("it is small"),
            at,
        }
    };
    (0..count).map(event).collect()
}

/// What a window of a key comes to.
pub type Row = (u64, u64, u64, u32);

/// One key of one window.
struct Entry {
    key: u64,
    count: u64,
    sum: u64,
    max: u32,
    order: u32,
}

/// A table of one window.
type Table = HashTable<Entry>;

/// Counts, sums and maxima by key and minute: tuned as one would by hand. It keeps and reuses its tables, tries the
/// window of the last record first, hashes once a record, and gives keys in the order of their first record.
pub fn by_hand(events: &[Event], mut out: impl FnMut(Row)) {
    let hasher = foldhash::fast::RandomState::default();
    let mut open: BTreeMap<i64, usize> = BTreeMap::new();
    let (mut tables, mut free): (Vec<Table>, Vec<usize>) = (Vec::new(), Vec::new());
    let (mut start, mut slot) = (i64::MAX, usize::MAX);
    let (mut watermark, mut next) = (i64::MIN, i64::MAX);
    let mut placed: Vec<Option<Row>> = Vec::new();
    for event in events {
        let own = event.at.div_euclid(WINDOW) * WINDOW;
        if own != start {
            if own + WINDOW <= watermark {
                continue;
            }
            slot = *open.entry(own).or_insert_with(|| {
                next = next.min(own + WINDOW);
                free.pop().unwrap_or_else(|| {
                    tables.push(Table::new());
                    tables.len() - 1
                })
            });
            start = own;
        }
        let table = &mut tables[slot];
        let order = u32::try_from(table.len()).expect("it is small");
        let entry = table
            .entry(
                hasher.hash_one(event.key),
                |entry| entry.key == event.key,
                |entry| hasher.hash_one(entry.key),
            )
            .or_insert_with(|| Entry {
                key: event.key,
                count: 0,
                sum: 0,
                max: 0,
                order,
            })
            .into_mut();
        entry.count += 1;
        entry.sum += u64::from(event.value);
        entry.max = entry.max.max(event.value);
        let passed = event.at - DELAY;
        if passed > watermark {
            watermark = passed;
            if watermark >= next {
                fire(
                    &mut open,
                    &mut tables,
                    &mut free,
                    &mut placed,
                    watermark,
                    &mut out,
                );
                next = open.keys().next().map_or(i64::MAX, |start| start + WINDOW);
                start = i64::MAX;
            }
        }
    }
    fire(&mut open, &mut tables, &mut free, &mut placed, i64::MAX, &mut out);
}

fn fire(
    open: &mut BTreeMap<i64, usize>,
    tables: &mut [Table],
    free: &mut Vec<usize>,
    placed: &mut Vec<Option<Row>>,
    watermark: i64,
    out: &mut impl FnMut(Row),
) {
    while let Some(first) = open
        .first_entry()
        .filter(|first| first.key() + WINDOW <= watermark)
    {
        let slot = first.remove();
        placed.resize(tables[slot].len(), None);
        for entry in tables[slot].drain() {
            placed[entry.order as usize] = Some((entry.key, entry.count, entry.sum, entry.max));
        }
        placed.drain(..).flatten().for_each(&mut *out);
        free.push(slot);
    }
}
