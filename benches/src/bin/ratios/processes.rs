//! Processes beside loops with a hash map, and a heap for the timers.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};

use rustc_hash::FxHashMap;
use streamlite::prelude::*;
use streamlite_benches::events::Event;
use streamlite_benches::random::disorder;

use crate::Pair;

/// Compares all of them.
pub(crate) fn compare(records: usize, compare: &dyn Fn(&str, &dyn Fn() -> Pair)) {
    for keys in [100, 1_000, 10_000, 100_000, 1_000_000] {
        compare(&format!("process, running mean: {keys} keys"), &|| {
            mean(records, keys)
        });
    }
    for keys in [1_000, 100_000] {
        compare(
            &format!("process, a timer set and fired for each record / a heap: {keys} keys"),
            &|| timers(records, keys, 30_000),
        );
        compare(
            &format!("process, the same, nearly in order / a heap: {keys} keys"),
            &|| timers(records, keys, 2),
        );
    }
    for (name, ttl) in [("is never over", 3_600_000), ("is often over", 3_000)] {
        compare(&format!("process, TTL that {name} / none: 1000000 keys"), &|| {
            with_ttl(records, 1_000_000, ttl, 30_000)
        });
    }
    compare(
        "process, TTL that is never over / none, nearly in order: 1000000 keys",
        &|| with_ttl(records, 1_000_000, 3_600_000, 2),
    );
}

#[expect(clippy::cast_precision_loss, reason = "a mean")]
fn mean(records: usize, keys: u64) -> Pair {
    let events: &'static [Event] = Vec::leak(disorder(records, keys));
    Pair {
        by_hand: Box::new(move || {
            let mut means: FxHashMap<u64, (f64, u64)> = FxHashMap::default();
            let mut all = 0.0;
            for event in events {
                let (sum, count) = means.entry(event.key).or_default();
                *sum += f64::from(event.value);
                *count += 1;
                all += *sum / *count as f64;
            }
            f64::to_bits(all)
        }),
        pipeline: Box::new(move || {
            let mut all = 0.0;
            pipeline!({
                from(events.iter().copied())
                    .key_by(|e| e.key)
                    .process(|ctx| {
                        let total: f64 = 0.0;
                        let count: u64 = 0;

                        on_record(|e| {
                            *total += f64::from(e.value);
                            *count += 1;
                            ctx.emit(*total / *count as f64);
                        });
                    })
                    .for_each(|mean| all += mean);
            })
            .run()
            .expect("nothing fails");
            f64::to_bits(all)
        }),
    }
}

/// Events that are less than so many milliseconds late, no two of a key at one time.
fn unique(records: usize, keys: u64, late_by: i64) -> Vec<Event> {
    let mut seen = HashSet::new();
    let mut events = streamlite_benches::random::disorder_by(records, keys, late_by);
    events.retain(|event| seen.insert((event.key, event.at)));
    events
}

fn timers(records: usize, keys: u64, late_by: i64) -> Pair {
    let events: &'static [Event] = Vec::leak(unique(records, keys, late_by));
    Pair {
        by_hand: Box::new(move || {
            let mut counts: FxHashMap<u64, (u64, u64)> = FxHashMap::default();
            let mut timers = BinaryHeap::new();
            let (mut watermark, mut all) = (i64::MIN, 0_u64);
            let mut fire = |timers: &mut BinaryHeap<Reverse<(i64, u64)>>,
                            counts: &mut FxHashMap<u64, (u64, u64)>,
                            watermark: i64| {
                while let Some(Reverse((at, key))) = timers.peek().copied()
                    && at < watermark
                {
                    timers.pop();
                    let (_, fired) = counts.get_mut(&key).expect("it has set a timer");
                    *fired += 1;
                    all = all.wrapping_add(*fired ^ key);
                }
            };
            for event in events {
                let (count, _) = counts.entry(event.key).or_default();
                *count += 1;
                timers.push(Reverse((event.at + 60_000, event.key)));
                if event.at - late_by > watermark {
                    watermark = event.at - late_by;
                    fire(&mut timers, &mut counts, watermark);
                }
            }
            fire(&mut timers, &mut counts, i64::MAX);
            all
        }),
        pipeline: Box::new(move || {
            let mut all = 0_u64;
            pipeline!({
                from(events.iter().copied())
                    .event_time(|e| e.at)
                    .watermark(bounded(TimeDelta::from_millis(late_by)))
                    .key_by(|e| e.key)
                    .process(|ctx| {
                        let count: u64 = 0;
                        let fired: u64 = 0;

                        on_record(|_event| {
                            *count += 1;
                            ctx.timer_after(1min);
                        });
                        on_timer(|_at| {
                            *fired += 1;
                            ctx.emit(*fired ^ *ctx.key());
                        });
                    })
                    .for_each(|n| all = all.wrapping_add(n));
            })
            .run()
            .expect("nothing fails");
            all
        }),
    }
}

/// A running mean that expires, beside one that does not.
#[expect(clippy::cast_precision_loss, reason = "a mean")]
fn with_ttl(records: usize, keys: u64, ttl: i64, late_by: i64) -> Pair {
    let events: &'static [Event] = Vec::leak(unique(records, keys, late_by));
    let (ttl, delay) = (TimeDelta::from_millis(ttl), TimeDelta::from_millis(late_by));
    Pair {
        by_hand: Box::new(move || {
            let mut records = 0;
            pipeline!({
                from(events.iter().copied())
                    .event_time(|e| e.at)
                    .watermark(bounded(delay))
                    .key_by(|e| e.key)
                    .process(|ctx| {
                        let total: f64 = 0.0;
                        let count: u64 = 0;

                        on_record(|e| {
                            *total += f64::from(e.value);
                            *count += 1;
                            ctx.emit(*total / *count as f64);
                        });
                    })
                    .for_each(|mean| records += u64::from(mean >= 0.0));
            })
            .run()
            .expect("nothing fails");
            records
        }),
        pipeline: Box::new(move || {
            let mut records = 0;
            pipeline!({
                from(events.iter().copied())
                    .event_time(|e| e.at)
                    .watermark(bounded(delay))
                    .key_by(|e| e.key)
                    .process(|ctx| {
                        #[ttl(ttl)]
                        let total: f64 = 0.0;
                        #[ttl(ttl)]
                        let count: u64 = 0;

                        on_record(|e| {
                            *total += f64::from(e.value);
                            *count += 1;
                            ctx.emit(*total / *count as f64);
                        });
                    })
                    .for_each(|mean| records += u64::from(mean >= 0.0));
            })
            .run()
            .expect("nothing fails");
            records
        }),
    }
}
