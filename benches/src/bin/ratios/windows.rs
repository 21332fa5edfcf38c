//! Windows that overlap, sessions, windows of so many records, days of a zone.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::hint::black_box;

use rustc_hash::FxHashMap;
use streamlite::prelude::*;
use streamlite_benches::events::{Event, WINDOW};
use streamlite_benches::random::{bursts, disorder_by};

use crate::Pair;

/// How far out of order the events are.
const LATE: i64 = 5_000;
/// How far apart windows start that overlap.
const SLIDE: i64 = 1_000;
/// How long nothing comes after a session.
const GAP: i64 = 30_000;

/// Compares all of them.
pub(crate) fn compare(records: usize, compare: &dyn Fn(&str, &dyn Fn() -> Pair)) {
    compare("sliding 60 s by 1 s, sum, max: 1000 keys, dense rows", &|| {
        sliding_dense(records)
    });
    compare(
        "sliding 60 s by 1 s, sum, max: 100000 keys, maps of slices",
        &|| sliding_maps(records, 100_000),
    );
    compare("sliding 60 s by 1 s / tumbling 60 s: 1000 keys", &|| {
        sliding_tumbling(records)
    });
    compare("sessions, gap 30 s, count, sum: 100000 keys", &|| {
        sessions(records, 100_000)
    });
    compare("count(100), sum, max: 100000 keys", &|| counts(records, 100_000));
    compare("daily in Berlin / tumbling(1d): 1000 keys", &|| days(records));
}

fn mixed(key: u64, sum: u64, max: u32) -> u64 {
    key ^ (sum * 7 + u64::from(max))
}

fn sliding_pipeline(events: &'static [Event]) -> u64 {
    let mut total = 0_u64;
    pipeline!({
        from(events.iter().copied())
            .event_time(|e| e.at)
            .watermark(bounded(5s))
            .key_by(|e| e.key)
            .window(sliding(1min).every(1s))
            .aggregate(|key, _window, rows| (*key, rows.sum(|e| e.value), rows.max(|e| e.value)))
            .for_each(|(key, sum, max)| total = total.wrapping_add(mixed(key, sum, max)));
    })
    .run()
    .expect("nothing fails");
    total
}

/// Slices as rows over all keys, which a window adds up column by column.
fn sliding_dense(records: usize) -> Pair {
    let events: &'static [Event] = Vec::leak(disorder_by(records, 1_000, LATE));
    Pair {
        by_hand: Box::new(move || {
            let (mut numbers, mut keys) = (FxHashMap::<u64, usize>::default(), Vec::<u64>::new());
            let mut slices: VecDeque<(i64, Vec<(u64, u32, bool)>)> = VecDeque::new();
            let (mut watermark, mut fired, mut total) = (i64::MIN, i64::MIN, 0_u64);
            let mut fire = |slices: &mut VecDeque<(i64, Vec<(u64, u32, bool)>)>, end: i64, keys: &[u64]| {
                while slices.front().is_some_and(|(start, _)| *start < end - WINDOW) {
                    slices.pop_front();
                }
                let mut row = vec![(0_u64, 0_u32, false); keys.len()];
                for (_, slice) in slices.iter().take_while(|(start, _)| *start < end) {
                    for (into, part) in row.iter_mut().zip(slice) {
                        into.0 += part.0;
                        into.1 = into.1.max(part.1);
                        into.2 |= part.2;
                    }
                }
                for (key, (sum, max, is_there)) in keys.iter().zip(row) {
                    if is_there {
                        total = total.wrapping_add(mixed(*key, sum, max));
                    }
                }
            };
            for event in events {
                let number = *numbers.entry(event.key).or_insert_with(|| {
                    keys.push(event.key);
                    keys.len() - 1
                });
                let start = event.at.div_euclid(SLIDE) * SLIDE;
                let place = slices.iter().rposition(|(other, _)| *other <= start);
                let place = match place {
                    Some(place) if slices[place].0 == start => place,
                    place => {
                        let place = place.map_or(0, |place| place + 1);
                        slices.insert(place, (start, Vec::new()));
                        place
                    }
                };
                let slice = &mut slices[place].1;
                if slice.len() <= number {
                    slice.resize(keys.len(), (0, 0, false));
                }
                let entry = &mut slice[number];
                *entry = (entry.0 + u64::from(event.value), entry.1.max(event.value), true);
                watermark = watermark.max(event.at - LATE);
                if fired == i64::MIN {
                    fired = (slices[0].0 - LATE).div_euclid(SLIDE) * SLIDE;
                }
                while fired + SLIDE <= watermark {
                    fired += SLIDE;
                    fire(&mut slices, fired, &keys);
                }
            }
            while slices.back().is_some_and(|(start, _)| start + WINDOW > fired) {
                fired += SLIDE;
                fire(&mut slices, fired, &keys);
            }
            total
        }),
        pipeline: Box::new(move || sliding_pipeline(events)),
    }
}

/// A map a slice; a window merges the maps of its slices.
fn sliding_maps(records: usize, keys: u64) -> Pair {
    type Slices = VecDeque<(i64, FxHashMap<u64, (u64, u32)>)>;
    let events: &'static [Event] = Vec::leak(disorder_by(records, keys, LATE));
    Pair {
        by_hand: Box::new(move || {
            let mut slices = Slices::new();
            let (mut watermark, mut fired, mut total) = (i64::MIN, i64::MIN, 0_u64);
            let mut fire = |slices: &mut Slices, end: i64| {
                while slices.front().is_some_and(|(start, _)| *start < end - WINDOW) {
                    slices.pop_front();
                }
                let mut merged: FxHashMap<u64, (u64, u32)> = FxHashMap::default();
                for (_, slice) in slices.iter().take_while(|(start, _)| *start < end) {
                    for (key, (sum, max)) in slice {
                        let entry = merged.entry(*key).or_default();
                        *entry = (entry.0 + sum, entry.1.max(*max));
                    }
                }
                for (key, (sum, max)) in merged {
                    total = total.wrapping_add(mixed(key, sum, max));
                }
            };
            for event in events {
                let start = event.at.div_euclid(SLIDE) * SLIDE;
                let place = match slices.iter().rposition(|(other, _)| *other <= start) {
                    Some(place) if slices[place].0 == start => place,
                    place => {
                        let place = place.map_or(0, |place| place + 1);
                        slices.insert(place, (start, FxHashMap::default()));
                        place
                    }
                };
                let entry = slices[place].1.entry(event.key).or_default();
                *entry = (entry.0 + u64::from(event.value), entry.1.max(event.value));
                watermark = watermark.max(event.at - LATE);
                if fired == i64::MIN {
                    fired = (slices[0].0 - LATE).div_euclid(SLIDE) * SLIDE;
                }
                while fired + SLIDE <= watermark {
                    fired += SLIDE;
                    fire(&mut slices, fired);
                }
            }
            while slices.back().is_some_and(|(start, _)| start + WINDOW > fired) {
                fired += SLIDE;
                fire(&mut slices, fired);
            }
            total
        }),
        pipeline: Box::new(move || sliding_pipeline(events)),
    }
}

/// What overlapping costs: the same records in windows that do not.
fn sliding_tumbling(records: usize) -> Pair {
    let events: &'static [Event] = Vec::leak(disorder_by(records, 1_000, LATE));
    Pair {
        by_hand: Box::new(move || {
            let mut total = 0_u64;
            pipeline!({
                from(events.iter().copied())
                    .event_time(|e| e.at)
                    .watermark(bounded(5s))
                    .key_by(|e| e.key)
                    .window(tumbling(1min))
                    .aggregate(|key, _window, rows| (*key, rows.sum(|e| e.value), rows.max(|e| e.value)))
                    .for_each(|(key, sum, max)| total = total.wrapping_add(mixed(key, sum, max)));
            })
            .run()
            .expect("nothing fails");
            black_box(total);
            0
        }),
        pipeline: Box::new(move || {
            black_box(sliding_pipeline(events));
            0
        }),
    }
}

fn sessions(records: usize, keys: u64) -> Pair {
    let events: &'static [Event] = Vec::leak(bursts(records, keys));
    Pair {
        by_hand: Box::new(move || {
            let mut open: FxHashMap<u64, (i64, i64, u64, u64)> = FxHashMap::default();
            let mut ends: BinaryHeap<Reverse<(i64, u64)>> = BinaryHeap::new();
            let (mut watermark, mut total) = (i64::MIN, 0_u64);
            let mut fire = |open: &mut FxHashMap<_, _>, ends: &mut BinaryHeap<_>, watermark: i64| {
                while let Some(&Reverse((end, key))) = ends.peek()
                    && end <= watermark
                {
                    ends.pop();
                    let (start, until, count, sum): (i64, i64, u64, u64) = open[&key];
                    if until > watermark {
                        ends.push(Reverse((until, key)));
                    } else {
                        open.remove(&key);
                        let size = (until - start).unsigned_abs();
                        total = total.wrapping_add(key ^ (count * 31 + sum + size));
                    }
                }
            };
            for event in events {
                let entry = open.entry(event.key).or_insert_with(|| {
                    ends.push(Reverse((event.at + GAP, event.key)));
                    (event.at, event.at + GAP, 0, 0)
                });
                entry.0 = entry.0.min(event.at);
                entry.1 = entry.1.max(event.at + GAP);
                entry.2 += 1;
                entry.3 += u64::from(event.value);
                let reached = watermark.max(event.at - LATE);
                if reached > watermark {
                    watermark = reached;
                    fire(&mut open, &mut ends, watermark);
                }
            }
            fire(&mut open, &mut ends, i64::MAX);
            total
        }),
        pipeline: Box::new(move || {
            let mut total = 0_u64;
            pipeline!({
                from(events.iter().copied())
                    .event_time(|e| e.at)
                    .watermark(bounded(5s))
                    .key_by(|e| e.key)
                    .window(session(30s))
                    .aggregate(|key, window, rows| {
                        let size = window.size().as_millis().unsigned_abs();
                        *key ^ (rows.count() * 31 + rows.sum(|e| e.value) + size)
                    })
                    .for_each(|value| total = total.wrapping_add(value));
            })
            .run()
            .expect("nothing fails");
            total
        }),
    }
}

fn counts(records: usize, keys: u64) -> Pair {
    let events: &'static [Event] = Vec::leak(disorder_by(records, keys, LATE));
    Pair {
        by_hand: Box::new(move || {
            let mut open: FxHashMap<u64, (u32, u64, u32)> = FxHashMap::default();
            let mut total = 0_u64;
            for event in events {
                let entry = open.entry(event.key).or_default();
                *entry = (
                    entry.0 + 1,
                    entry.1 + u64::from(event.value),
                    entry.2.max(event.value),
                );
                if entry.0 == 100 {
                    total = total.wrapping_add(mixed(event.key, entry.1, entry.2));
                    *entry = (0, 0, 0);
                }
            }
            total
        }),
        pipeline: Box::new(move || {
            let mut total = 0_u64;
            pipeline!({
                from(events.iter().copied())
                    .key_by(|e| e.key)
                    .window(count(100))
                    .aggregate(|key, _window, rows| (*key, rows.sum(|e| e.value), rows.max(|e| e.value)))
                    .for_each(|(key, sum, max)| total = total.wrapping_add(mixed(key, sum, max)));
            })
            .run()
            .expect("nothing fails");
            total
        }),
    }
}

/// What the calendar costs: days of a zone beside days of UTC.
fn days(records: usize) -> Pair {
    let mut events = disorder_by(records, 1_000, WINDOW / 2);
    events.iter_mut().for_each(|event| event.at *= 1_440);
    let events: &'static [Event] = Vec::leak(events);
    macro_rules! in_windows {
        ($window:expr) => {{
            let mut total = 0_u64;
            pipeline!({
                from(events.iter().copied())
                    .event_time(|e| e.at)
                    .watermark(bounded(12h))
                    .key_by(|e| e.key)
                    .window($window)
                    .aggregate(|key, _window, rows| (*key, rows.sum(|e| e.value), rows.max(|e| e.value)))
                    .for_each(|(key, sum, max)| total = total.wrapping_add(mixed(key, sum, max)));
            })
            .run()
            .expect("nothing fails");
            black_box(total);
            0
        }};
    }
    Pair {
        by_hand: Box::new(move || in_windows!(tumbling(TimeDelta::from_days(1)))),
        pipeline: Box::new(move || in_windows!(daily().zone("Europe/Berlin"))),
    }
}
