//! The record path beside the loop that one would write without knowing our design: CPU time, both in turn, the median of
//! the ratios of the pairs.
//!
//! `cargo run --release -p streamlite-benches --bin ratios [records in millions] [work]` prints the table of
//! `docs/performance.md`. Read the ratios, never the times. Each pair produces the same result, which is checked. Memory is the
//! most that was allocated at one time, in one run of each.

mod joins;
mod processes;
mod triggers;
mod windows;

use std::collections::VecDeque;
use std::hint::black_box;

use allocation_counter::measure;
use cpu_time::ProcessTime;
use rustc_hash::FxHashMap;
use streamlite::prelude::*;
use streamlite_benches::events::{Event, WINDOW};
use streamlite_benches::random::{Random, disorder};

/// How often each pair is run.
const ROUNDS: usize = 7;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let millions: usize = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(4);
    let only = arguments.next();
    let records = millions * 1_000_000;
    println!("| work | loop ns | pipeline / loop | memory, MB of the loop | pipeline / loop |");
    println!("| --- | --: | --: | --: | --: |");
    let compare = |name: &str, work: &dyn Fn() -> Pair| {
        if only.as_deref().is_none_or(|only| name.contains(only)) {
            let Pair { by_hand, pipeline } = work();
            print_ratio(name, records, by_hand, pipeline);
        }
    };
    compare("words: count, 100 k Zipf words", &|| words(records));
    for (name, percent) in [("2 of 3 pass", 67), ("1 % passes", 1), ("99 % pass", 99)] {
        compare(
            &format!("map, filter, map, sum: random u64, {name}"),
            &move || stateless(records, percent),
        );
    }
    // A key has two records at least.
    let sweep = [100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000];
    let sweep = || sweep.into_iter().filter(|keys| keys * 2 <= records as u64);
    for keys in sweep() {
        compare(&format!("tumbling count, sum, max: {keys} keys"), &move || {
            tumbling_keys(records, keys)
        });
    }
    compare("tumbling max, unkeyed", &|| tumbling_all(records));
    for keys in sweep() {
        compare(&format!("running mean: {keys} keys"), &move || {
            running(records, keys)
        });
    }
    for keys in [100_000, 1_000_000] {
        compare(
            &format!("count by String, by reference: {keys} keys"),
            &move || strings(records, keys),
        );
    }
    windows::compare(records, &compare);
    triggers::compare(records, &compare);
    processes::compare(records, &compare);
    joins::compare(records, &compare);
}

/// Two ways to one result. The inputs are leaked: the program ends when it has shown its table.
struct Pair {
    by_hand: Box<dyn Fn() -> u64>,
    pipeline: Box<dyn Fn() -> u64>,
}

#[expect(clippy::cast_precision_loss, reason = "a time is for showing")]
fn print_ratio(name: &str, records: usize, by_hand: impl Fn() -> u64, pipeline: impl Fn() -> u64) {
    let (mut first, mut second) = (0, 0);
    let loop_bytes = measure(|| first = by_hand()).bytes_max;
    let bytes = measure(|| second = pipeline()).bytes_max;
    assert_eq!(first, second, "{name}: both must come to the same");
    let (mut ratios, mut times) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let (first, second) = if round % 2 == 0 {
            let first = timed(&by_hand);
            (first, timed(&pipeline))
        } else {
            let second = timed(&pipeline);
            (timed(&by_hand), second)
        };
        ratios.push(second / first);
        times.push(first);
    }
    let median = |list: &mut Vec<f64>| {
        list.sort_by(f64::total_cmp);
        list[list.len() / 2]
    };
    let each = median(&mut times) * 1e9 / records as f64;
    let ratio = median(&mut ratios);
    let megabytes = loop_bytes as f64 / 1e6;
    if megabytes < 0.1 {
        println!("| {name} | {each:.1} | {ratio:.2} | | |");
    } else {
        let memory = bytes as f64 / loop_bytes as f64;
        println!("| {name} | {each:.1} | {ratio:.2} | {megabytes:.1} | {memory:.2} |");
    }
}

fn timed(work: &impl Fn() -> u64) -> f64 {
    let begin = ProcessTime::now();
    black_box(work());
    begin.elapsed().as_secs_f64()
}

/// Words as often as in a language: the second half as often as the first, and so on.
fn zipf(records: usize, words: usize) -> Vec<usize> {
    let mut random = Random::new(5);
    let mut next = || random.next().expect("it never ends");
    (0..records)
        .map(|_| {
            let bits = 64 - (words as u64).leading_zeros();
            let below = 1_u64 << (next() % u64::from(bits)).max(1);
            usize::try_from(next() % below.min(words as u64)).expect("it is small")
        })
        .collect()
}

fn words(records: usize) -> Pair {
    let names: Vec<String> = (0..100_000).map(|n| format!("word{n}")).collect();
    let words: &'static [&'static str] = {
        let names: &'static [String] = Vec::leak(names);
        let words: Vec<&str> = zipf(records, names.len())
            .into_iter()
            .map(|n| names[n].as_str())
            .collect();
        Vec::leak(words)
    };
    Pair {
        by_hand: Box::new(move || {
            let mut counts: FxHashMap<&str, u64> = FxHashMap::default();
            for word in words {
                *counts.entry(word).or_default() += 1;
            }
            counts.values().map(|count| count * count).sum()
        }),
        pipeline: Box::new(move || {
            let counts = pipeline!(from(words.iter().copied()).key_by_ref(|word| *word).count()).collect();
            counts
                .expect("nothing fails")
                .iter()
                .map(|(_, count)| count * count)
                .sum()
        }),
    }
}

fn stateless(records: usize, percent: u64) -> Pair {
    let numbers: &'static [u64] = Vec::leak(Random::new(1).take(records).collect());
    let most = u64::MAX / 100 * percent;
    Pair {
        by_hand: Box::new(move || {
            let passed = numbers.iter().map(|n| n.wrapping_mul(3)).filter(|n| *n < most);
            passed.map(|n| n ^ 1).fold(0, u64::wrapping_add)
        }),
        pipeline: Box::new(move || {
            let mut sum = 0_u64;
            pipeline!({
                from(numbers)
                    .map(|n| n.wrapping_mul(3))
                    .filter(|n| *n < most)
                    .map(|n| n ^ 1)
                    .for_each(|n| sum = sum.wrapping_add(n));
            })
            .run()
            .expect("nothing fails");
            sum
        }),
    }
}

/// A window by hand: its start and what is in it.
type Windows<T> = VecDeque<(i64, T)>;

/// The window of a time, made if it is new.
fn window_of<T: Default>(windows: &mut Windows<T>, at: i64) -> &mut T {
    let start = at.div_euclid(WINDOW) * WINDOW;
    let place = windows
        .iter()
        .position(|(other, _)| *other >= start)
        .unwrap_or(windows.len());
    if windows.get(place).is_none_or(|(other, _)| *other != start) {
        windows.insert(place, (start, T::default()));
    }
    &mut windows[place].1
}

/// The windows that have ended.
fn ended<T>(windows: &mut Windows<T>, watermark: i64) -> Option<T> {
    let is_due = windows
        .front()
        .is_some_and(|(start, _)| start + WINDOW <= watermark);
    if is_due {
        windows.pop_front().map(|(_, window)| window)
    } else {
        None
    }
}

/// How far out of order the events are.
const LATE: i64 = WINDOW / 2;

fn tumbling_keys(records: usize, keys: u64) -> Pair {
    let events: &'static [Event] = Vec::leak(disorder(records, keys));
    let mixed = |count: u64, sum: u64, max: u32| count * 31 + sum * 7 + u64::from(max);
    Pair {
        by_hand: Box::new(move || {
            let mut windows: Windows<FxHashMap<u64, (u64, u64, u32)>> = VecDeque::new();
            let (mut watermark, mut total) = (i64::MIN, 0_u64);
            let mut fire = |window: FxHashMap<u64, (u64, u64, u32)>| {
                for (count, sum, max) in window.into_values() {
                    total = total.wrapping_add(mixed(count, sum, max));
                }
            };
            for event in events {
                let entry = window_of(&mut windows, event.at).entry(event.key).or_default();
                entry.0 += 1;
                entry.1 += u64::from(event.value);
                entry.2 = entry.2.max(event.value);
                watermark = watermark.max(event.at - LATE);
                while let Some(window) = ended(&mut windows, watermark) {
                    fire(window);
                }
            }
            windows.into_iter().for_each(|(_, window)| fire(window));
            total
        }),
        pipeline: Box::new(move || {
            let mut total = 0_u64;
            pipeline!({
                from(events.iter().copied())
                    .event_time(|e| e.at)
                    .watermark(bounded(30s))
                    .key_by(|e| e.key)
                    .window(tumbling(1min))
                    .aggregate(|_key, _window, rows| {
                        (
                            rows.count(),
                            rows.sum(|e| u64::from(e.value)) as u64,
                            rows.max(|e| e.value),
                        )
                    })
                    .for_each(|(count, sum, max)| total = total.wrapping_add(mixed(count, sum, max)));
            })
            .run()
            .expect("nothing fails");
            total
        }),
    }
}

fn tumbling_all(records: usize) -> Pair {
    let events: &'static [Event] = Vec::leak(disorder(records, 1_000));
    Pair {
        by_hand: Box::new(move || {
            let mut windows: Windows<u32> = VecDeque::new();
            let (mut watermark, mut total) = (i64::MIN, 0_u64);
            for event in events {
                let max = window_of(&mut windows, event.at);
                *max = (*max).max(event.value);
                watermark = watermark.max(event.at - LATE);
                while let Some(max) = ended(&mut windows, watermark) {
                    total = total * 31 % 1_000_003 + u64::from(max);
                }
            }
            windows
                .into_iter()
                .for_each(|(_, max)| total = total * 31 % 1_000_003 + u64::from(max));
            total
        }),
        pipeline: Box::new(move || {
            let mut total = 0_u64;
            pipeline!({
                from(events.iter().copied())
                    .event_time(|e| e.at)
                    .watermark(bounded(30s))
                    .window(tumbling(1min))
                    .aggregate(|_window, rows| rows.max(|e| e.value))
                    .for_each(|max| total = total * 31 % 1_000_003 + u64::from(max));
            })
            .run()
            .expect("nothing fails");
            total
        }),
    }
}

fn running(records: usize, keys: u64) -> Pair {
    let events: &'static [Event] = Vec::leak(disorder(records, keys));
    Pair {
        by_hand: Box::new(move || {
            let mut means: FxHashMap<u64, (f64, u64)> = FxHashMap::default();
            let mut total = 0.0;
            for event in events {
                let (sum, count) = means.entry(event.key).or_default();
                *sum += f64::from(event.value);
                *count += 1;
                total += *sum / *count as f64;
            }
            f64::to_bits(total)
        }),
        pipeline: Box::new(move || {
            let mut total = 0.0;
            pipeline!({
                from(events.iter().copied())
                    .key_by(|e| e.key)
                    .running()
                    .mean(|e| e.value)
                    .for_each(|(_, mean)| total += mean);
            })
            .run()
            .expect("nothing fails");
            f64::to_bits(total)
        }),
    }
}

fn strings(records: usize, keys: u64) -> Pair {
    let names: Vec<String> = Random::new(9)
        .take(usize::try_from(keys).expect("keys fit"))
        .map(|n| format!("{n:016x}"))
        .collect();
    let rows: &'static [String] = Vec::leak(
        Random::new(13)
            .take(records)
            .map(|n| names[usize::try_from(n % keys).expect("keys fit")].clone())
            .collect(),
    );
    Pair {
        by_hand: Box::new(move || {
            let mut counts: FxHashMap<String, u64> = FxHashMap::default();
            for row in rows {
                match counts.get_mut(row.as_str()) {
                    Some(count) => *count += 1,
                    None => {
                        counts.insert(row.clone(), 1);
                    }
                }
            }
            counts.values().map(|count| count * count).sum()
        }),
        pipeline: Box::new(move || {
            let counts = pipeline!(from(rows).key_by_ref(|row| row.as_str()).count()).collect();
            counts
                .expect("nothing fails")
                .iter()
                .map(|(_, count)| count * count)
                .sum()
        }),
    }
}
