//! Joins beside loops with a hash map.

use std::collections::{BTreeMap, VecDeque};

use rustc_hash::FxHashMap;
use streamlite::prelude::*;
use streamlite_benches::events::{Event, WINDOW};
use streamlite_benches::random::two_streams;

use crate::Pair;

/// Compares all of them: half of the records in each stream.
pub(crate) fn compare(records: usize, compare: &dyn Fn(&str, &dyn Fn() -> Pair)) {
    let each = records / 2;
    for keys in [1_000, 100_000, 1_000_000] {
        compare(&format!("join within 5 s: {keys} keys"), &|| interval(each, keys));
    }
    for keys in [1_000, 100_000] {
        compare(&format!("join in tumbling windows: {keys} keys"), &|| {
            tumbling_windows(each, keys)
        });
    }
    for keys in [1_000_000, 10_000_000] {
        compare(&format!("join of all rows: {keys} keys"), &|| {
            all_rows(each, keys)
        });
    }
    for keys in [1_000, 100_000, 1_000_000] {
        compare(&format!("join with the latest: {keys} keys"), &|| {
            latest(each, keys)
        });
    }
    for keys in [1_000, 1_000_000] {
        compare(&format!("connected process: {keys} keys"), &|| {
            connected(each, keys)
        });
    }
    for keys in [1_000, 1_000_000] {
        compare(&format!("broadcast to a process: {keys} keys"), &|| {
            broadcast(each, keys)
        });
    }
}

fn leaked(each: usize, keys: u64, late_by: i64) -> [&'static [Event]; 2] {
    two_streams(each, keys, late_by).map(|events| &*Vec::leak(events))
}

/// What is done with a pair.
fn of_pair(left: &Event, right: &Event) -> u64 {
    u64::from(left.value) * 3 + u64::from(right.value)
}

const LATE_BY: i64 = 5_000;
const APART: i64 = 5_000;

fn interval(each: usize, keys: u64) -> Pair {
    let [left, right] = leaked(each, keys, LATE_BY);
    Pair {
        by_hand: Box::new(move || {
            let mut waiting: FxHashMap<u64, [VecDeque<Event>; 2]> = FxHashMap::default();
            let mut watermarks = [i64::MIN; 2];
            let mut all = 0_u64;
            for (l, r) in left.iter().zip(right) {
                for (side, event) in [l, r].into_iter().enumerate() {
                    let watermark = watermarks[0].min(watermarks[1]);
                    let sides = waiting.entry(event.key).or_default();
                    for side in &mut *sides {
                        while side.front().is_some_and(|first| first.at + APART < watermark) {
                            side.pop_front();
                        }
                    }
                    for other in &sides[1 - side] {
                        if (other.at - event.at).abs() <= APART {
                            let (left, right) = if side == 0 { (event, other) } else { (other, event) };
                            all = all.wrapping_add(of_pair(left, right));
                        }
                    }
                    sides[side].push_back(*event);
                    watermarks[side] = watermarks[side].max(event.at - LATE_BY);
                }
            }
            all
        }),
        pipeline: Box::new(move || {
            let mut all = 0_u64;
            pipeline!({
                let left = from(left.iter().copied())
                    .event_time(|e| e.at)
                    .watermark(bounded(5s));
                let right = from(right.iter().copied())
                    .event_time(|e| e.at)
                    .watermark(bounded(5s));
                left.join(right)
                    .on(|l| l.key, |r| r.key)
                    .within(-5s..=5s)
                    .for_each(|(l, r)| all = all.wrapping_add(of_pair(&l, &r)));
            })
            .run()
            .expect("nothing fails");
            all
        }),
    }
}

/// The rows of a key in a window.
type Rows = (Vec<Event>, Vec<Event>);

fn tumbling_windows(each: usize, keys: u64) -> Pair {
    let [left, right] = leaked(each, keys, WINDOW / 2);
    Pair {
        by_hand: Box::new(move || {
            let mut windows: BTreeMap<i64, FxHashMap<u64, Rows>> = BTreeMap::new();
            let mut watermarks = [i64::MIN; 2];
            let mut all = 0_u64;
            let mut close = |rows: FxHashMap<u64, Rows>| {
                for (left, right) in rows.values() {
                    for l in left {
                        for r in right {
                            all = all.wrapping_add(of_pair(l, r));
                        }
                    }
                }
            };
            for (l, r) in left.iter().zip(right) {
                for (side, event) in [l, r].into_iter().enumerate() {
                    let window = event.at.div_euclid(WINDOW);
                    let rows = windows.entry(window).or_default().entry(event.key).or_default();
                    if side == 0 {
                        rows.0.push(*event);
                    } else {
                        rows.1.push(*event);
                    }
                    watermarks[side] = watermarks[side].max(event.at - WINDOW / 2);
                }
                let watermark = watermarks[0].min(watermarks[1]);
                while let Some(first) = windows.first_entry()
                    && (first.key() + 1) * WINDOW <= watermark
                {
                    close(first.remove());
                }
            }
            windows.into_values().for_each(close);
            all
        }),
        pipeline: Box::new(move || {
            let mut all = 0_u64;
            pipeline!({
                let left = from(left.iter().copied())
                    .event_time(|e| e.at)
                    .watermark(bounded(30s));
                let right = from(right.iter().copied())
                    .event_time(|e| e.at)
                    .watermark(bounded(30s));
                left.join(right)
                    .on(|l| l.key, |r| r.key)
                    .window(tumbling(1min))
                    .for_each(|(l, r)| all = all.wrapping_add(of_pair(&l, &r)));
            })
            .run()
            .expect("nothing fails");
            all
        }),
    }
}

fn all_rows(each: usize, keys: u64) -> Pair {
    let [left, right] = leaked(each, keys, WINDOW / 2);
    Pair {
        by_hand: Box::new(move || {
            let mut rows: FxHashMap<u64, Vec<Event>> = FxHashMap::default();
            for event in right {
                rows.entry(event.key).or_default().push(*event);
            }
            let mut all = 0_u64;
            for event in left {
                for other in rows.get(&event.key).into_iter().flatten() {
                    all = all.wrapping_add(of_pair(event, other));
                }
            }
            all
        }),
        pipeline: Box::new(move || {
            let mut all = 0_u64;
            pipeline!({
                from(left.iter().copied())
                    .join(from(right.iter().copied()))
                    .on(|l| l.key, |r| r.key)
                    .for_each(|(l, r)| all = all.wrapping_add(of_pair(&l, &r)));
            })
            .run()
            .expect("nothing fails");
            all
        }),
    }
}

fn latest(each: usize, keys: u64) -> Pair {
    let [left, right] = leaked(each, keys, LATE_BY);
    Pair {
        by_hand: Box::new(move || {
            let mut waiting: BTreeMap<i64, Vec<Event>> = BTreeMap::new();
            let mut latest: FxHashMap<u64, VecDeque<Event>> = FxHashMap::default();
            let mut watermarks = [i64::MIN; 2];
            let mut all = 0_u64;
            let mut release = |event: Event, latest: &mut FxHashMap<u64, VecDeque<Event>>| {
                let Some(rows) = latest.get_mut(&event.key) else {
                    return;
                };
                while rows.get(1).is_some_and(|second| second.at <= event.at) {
                    rows.pop_front();
                }
                if let Some(row) = rows.front().filter(|row| row.at <= event.at) {
                    all = all.wrapping_add(of_pair(&event, row));
                }
            };
            for (l, r) in left.iter().zip(right) {
                waiting.entry(l.at).or_default().push(*l);
                let rows = latest.entry(r.key).or_default();
                let place = rows.partition_point(|row| row.at <= r.at);
                rows.insert(place, *r);
                watermarks[0] = watermarks[0].max(l.at - LATE_BY);
                watermarks[1] = watermarks[1].max(r.at - LATE_BY);
                let watermark = watermarks[0].min(watermarks[1]);
                while let Some(first) = waiting.first_entry()
                    && *first.key() < watermark
                {
                    first
                        .remove()
                        .into_iter()
                        .for_each(|event| release(event, &mut latest));
                }
            }
            let rest = waiting.into_values().flatten();
            rest.for_each(|event| release(event, &mut latest));
            all
        }),
        pipeline: Box::new(move || {
            let mut all = 0_u64;
            pipeline!({
                let left = from(left.iter().copied())
                    .event_time(|e| e.at)
                    .watermark(bounded(5s));
                let right = from(right.iter().copied())
                    .event_time(|e| e.at)
                    .watermark(bounded(5s));
                left.join_latest(right)
                    .on(|l| l.key, |r| r.key)
                    .for_each(|(l, r)| all = all.wrapping_add(of_pair(&l, &r)));
            })
            .run()
            .expect("nothing fails");
            all
        }),
    }
}

/// Left records add up, right ones take the sum: what comes of it depends on how the streams come between each other, and the
/// sum of all does not.
fn connected(each: usize, keys: u64) -> Pair {
    let [left, right] = leaked(each, keys, LATE_BY);
    Pair {
        by_hand: Box::new(move || {
            let mut sums: FxHashMap<u64, u64> = FxHashMap::default();
            let mut all = 0_u64;
            for (l, r) in left.iter().zip(right) {
                *sums.entry(l.key).or_default() += u64::from(l.value);
                all = all.wrapping_add(std::mem::take(sums.entry(r.key).or_default()));
            }
            all.wrapping_add(sums.into_values().sum())
        }),
        pipeline: Box::new(move || {
            let mut all = 0_u64;
            pipeline!({
                from(left.iter().copied())
                    .connect(from(right.iter().copied()))
                    .on(|l| l.key, |r| r.key)
                    .process(|ctx| {
                        let sum: u64 = 0;

                        on_left(|l| *sum += u64::from(l.value));
                        on_right(|_r| ctx.emit(std::mem::take(sum)));
                        on_end(|| ctx.emit(*sum));
                    })
                    .for_each(|sum| all = all.wrapping_add(sum));
            })
            .run()
            .expect("nothing fails");
            all
        }),
    }
}

/// A limit that is told once; records that are not above it are counted.
fn broadcast(each: usize, keys: u64) -> Pair {
    let [left, right] = leaked(each, keys, LATE_BY);
    Pair {
        by_hand: Box::new(move || {
            let mut counts: FxHashMap<u64, u64> = FxHashMap::default();
            let (mut heard, mut all) = (0_u64, 0_u64);
            for (l, r) in left.iter().zip(right) {
                heard = heard.wrapping_add(u64::from(l.value));
                let count = counts.entry(r.key).or_default();
                *count += 1;
                all = all.wrapping_add(*count);
            }
            all.wrapping_add(counts.into_values().fold(0, |all, _| all.wrapping_add(heard)))
        }),
        pipeline: Box::new(move || {
            let mut all = 0_u64;
            pipeline!({
                from(left.iter().copied())
                    .broadcast_to(from(right.iter().copied()))
                    .on(|r| r.key)
                    .process(|ctx| {
                        #[broadcast]
                        let heard: u64 = 0;
                        let count: u64 = 0;

                        on_broadcast(|l| *heard = heard.wrapping_add(u64::from(l.value)));
                        on_record(|_r| {
                            *count += 1;
                            ctx.emit(*count);
                        });
                        on_end(|| ctx.emit(*heard));
                    })
                    .for_each(|count| all = all.wrapping_add(count));
            })
            .run()
            .expect("nothing fails");
            all
        }),
    }
}
