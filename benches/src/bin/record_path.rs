//! One work of the record path, for counting what a record costs: `record_path <work> <records>`; see
//! `benches/instructions`.
//!
//! The inputs cannot be learnt: numbers and keys are random, a predicate holds for two of three, a key has twenty records
//! in a window, and records are out of order by half a window.

use std::hint::black_box;

use streamlite::prelude::*;
use streamlite_benches::events::Event;
use streamlite_benches::random::{Random, bursts, disorder, two_streams};

/// How many keys the keyed works have.
const KEYS: u64 = 10_000;

fn main() -> streamlite::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (work, records) = (
        arguments.next().unwrap_or_default(),
        arguments.next().unwrap_or_default(),
    );
    let records: usize = records.parse().unwrap_or(1_000);
    match work.as_str() {
        "floats" => floats(records),
        "words" => words(records),
        "windows" => windows(records),
        "triggers" => triggers(records),
        "unkeyed" => unkeyed(records),
        "running" => running(records),
        "process" => process(records),
        "timers" => timers(records),
        "split" => split(records),
        "integers" => integers(records),
        "sliding" => sliding_windows(records),
        "sessions" => sessions(records),
        "counts" => counts(records),
        "join" => join(records),
        "latest" => latest(records),
        "connect" => connect(records),
        "csv" => csv(records),
        other => {
            eprintln!(
                "there is no work `{other}`: floats, words, windows, triggers, unkeyed, running, process, timers, split, integers, \
                 sliding, sessions, counts, join, latest, connect, csv"
            );
            Ok(())
        }
    }
}

/// Random numbers, made before they are read.
fn numbers(records: usize) -> Vec<u64> {
    Random::new(1).take(records).collect()
}

fn floats(records: usize) -> streamlite::Result<()> {
    let numbers = numbers(records);
    let sum = pipeline!(
        from(&numbers)
            .map(|n| (n >> 11) as f64)
            .filter(|x| *x < 6.0e15)
            .map(|x| x + 1.0)
            .sum(|x| *x)
    )
    .collect()?;
    black_box(sum);
    Ok(())
}

fn words(records: usize) -> streamlite::Result<()> {
    let names: Vec<String> = (0..KEYS).map(|n| format!("word{n}")).collect();
    let words: Vec<&str> = Random::new(2)
        .take(records)
        .map(|n| names[(n % KEYS) as usize].as_str())
        .collect();
    black_box(pipeline!(from(words).key_by_ref(|word| *word).count()).collect()?);
    Ok(())
}

fn windows(records: usize) -> streamlite::Result<()> {
    let events = disorder(records, KEYS);
    let mut rows = 0;
    pipeline!({
        let minutes = from(events)
            .event_time(|e| e.at)
            .watermark(bounded(30s))
            .key_by(|e| e.key)
            .window(tumbling(1min))
            .aggregate(|key, _window, rows| {
                (*key, rows.count(), rows.sum(|e| e.value), rows.max(|e| e.value))
            });
        minutes.for_each(|_| rows += 1);
    })
    .run()?;
    black_box(rows);
    Ok(())
}

fn triggers(records: usize) -> streamlite::Result<()> {
    let events = disorder(records, KEYS);
    let mut rows = 0;
    pipeline!({
        from(events)
            .event_time(|e| e.at)
            .watermark(bounded(30s))
            .key_by(|e| e.key)
            .window(tumbling(1min))
            .trigger(every(1min))
            .aggregate(|key, _window, rows| {
                (*key, rows.count(), rows.sum(|e| e.value), rows.max(|e| e.value))
            })
            .for_each(|_| rows += 1);
    })
    .run()?;
    black_box(rows);
    Ok(())
}

fn unkeyed(records: usize) -> streamlite::Result<()> {
    let events = disorder(records, KEYS);
    let mut rows = 0;
    pipeline!({
        from(events)
            .event_time(|e| e.at)
            .watermark(bounded(30s))
            .window(tumbling(1min))
            .aggregate(|_window, rows| (rows.count(), rows.max(|e| e.value)))
            .for_each(|_| rows += 1);
    })
    .run()?;
    black_box(rows);
    Ok(())
}

fn sliding_windows(records: usize) -> streamlite::Result<()> {
    let events = disorder(records, KEYS);
    let mut rows = 0;
    pipeline!({
        from(events)
            .event_time(|e| e.at)
            .watermark(bounded(30s))
            .key_by(|e| e.key)
            .window(sliding(1min).every(10s))
            .aggregate(|key, _window, rows| (*key, rows.sum(|e| e.value), rows.max(|e| e.value)))
            .for_each(|_| rows += 1);
    })
    .run()?;
    black_box(rows);
    Ok(())
}

fn sessions(records: usize) -> streamlite::Result<()> {
    let events = bursts(records, 3 * KEYS);
    let mut rows = 0;
    pipeline!({
        from(events)
            .event_time(|e| e.at)
            .watermark(bounded(5s))
            .key_by(|e| e.key)
            .window(session(30s))
            .aggregate(|key, window, rows| (*key, window.size(), rows.count()))
            .for_each(|_| rows += 1);
    })
    .run()?;
    black_box(rows);
    Ok(())
}

fn counts(records: usize) -> streamlite::Result<()> {
    let events = disorder(records, KEYS);
    let mut rows = 0;
    pipeline!({
        from(events)
            .key_by(|e| e.key)
            .window(count(20))
            .aggregate(|key, _window, rows| (*key, rows.sum(|e| e.value), rows.max(|e| e.value)))
            .for_each(|_| rows += 1);
    })
    .run()?;
    black_box(rows);
    Ok(())
}

/// The rows of two streams, half of them each.
fn two(records: usize) -> [Vec<Event>; 2] {
    two_streams(records / 2, KEYS, 5_000)
}

fn join(records: usize) -> streamlite::Result<()> {
    let [left, right] = two(records);
    let mut all = 0;
    pipeline!({
        let left = from(left.iter().copied())
            .event_time(|e| e.at)
            .watermark(bounded(5s));
        let right = from(right.iter().copied())
            .event_time(|e| e.at)
            .watermark(bounded(5s));
        left.left_join(right)
            .on(|l| l.key, |r| r.key)
            .within(-5s..=5s)
            .for_each(|(l, r)| all += u64::from(l.value) + r.map_or(0, |r| u64::from(r.value)));
    })
    .run()?;
    println!("{all}");
    Ok(())
}

fn latest(records: usize) -> streamlite::Result<()> {
    let [left, right] = two(records);
    let mut all = 0;
    pipeline!({
        let left = from(left.iter().copied())
            .event_time(|e| e.at)
            .watermark(bounded(5s));
        let right = from(right.iter().copied())
            .event_time(|e| e.at)
            .watermark(bounded(5s));
        left.join_latest(right)
            .on(|l| l.key, |r| r.key)
            .within(1min)
            .for_each(|(l, r)| all += u64::from(l.value) + u64::from(r.value));
    })
    .run()?;
    println!("{all}");
    Ok(())
}

/// One process for two streams, of which a third one is told.
fn connect(records: usize) -> streamlite::Result<()> {
    let [left, right] = two(records);
    let mut all = 0;
    pipeline!({
        let sums = from(left.iter().copied())
            .connect(from(right.iter().copied()))
            .on(|l| l.key, |r| r.key)
            .process(|ctx| {
                let sum: u64 = 0;

                on_left(|l| *sum += u64::from(l.value));
                on_right(|r| ctx.emit(*sum ^ u64::from(r.value)));
            });
        from(0..10_u64)
            .broadcast_to(sums)
            .on(|_| ())
            .process(|ctx| {
                #[broadcast]
                let told: u64 = 0;

                on_broadcast(|number| *told += number);
                on_record(|sum| ctx.emit(sum + *told));
            })
            .for_each(|sum| all ^= sum);
    })
    .run()?;
    println!("{all}");
    Ok(())
}

/// A process with a plain state, another that expires, and no timers.
fn process(records: usize) -> streamlite::Result<()> {
    let events = disorder(records, KEYS);
    let mut all = 0;
    pipeline!({
        from(events.iter().copied())
            .event_time(|e| e.at)
            .watermark(bounded(30s))
            .key_by(|e| e.key)
            .process(|ctx| {
                let sum: u64 = 0;
                #[ttl(1min)]
                let count: u64 = 0;

                on_record(|e| {
                    *sum += u64::from(e.value);
                    *count += 1;
                    ctx.emit(*sum / *count);
                });
            })
            .for_each(|mean| all += mean);
    })
    .run()?;
    println!("{all}");
    Ok(())
}

/// A timer for each record, which fires.
fn timers(records: usize) -> streamlite::Result<()> {
    let events = disorder(records, KEYS);
    let mut fired = 0;
    pipeline!({
        from(events.iter().copied())
            .event_time(|e| e.at)
            .watermark(bounded(30s))
            .key_by(|e| e.key)
            .process(|ctx| {
                let count: u64 = 0;

                on_record(|_event| {
                    *count += 1;
                    ctx.timer_after(1min);
                });
                on_timer(|_at| ctx.emit(*count));
            })
            .for_each(|count| fired += count);
    })
    .run()?;
    println!("{fired}");
    Ok(())
}

fn running(records: usize) -> streamlite::Result<()> {
    let events = disorder(records, KEYS);
    let mut sum = 0.0;
    pipeline!({
        from(events)
            .key_by(|e| e.key)
            .running()
            .mean(|e| e.value)
            .for_each(|(_, mean)| sum += mean);
    })
    .run()?;
    black_box(sum);
    Ok(())
}

fn split(records: usize) -> streamlite::Result<()> {
    let numbers = numbers(records);
    let mut sum = 0_u64;
    pipeline!({
        let (threes, others) = from(numbers).split(|n| n % 3 == 0);
        let both = union(threes.map(|n| n.wrapping_mul(3)), others.map(|n| n ^ 7));
        both.for_each(|n| sum = sum.wrapping_add(n));
    })
    .run()?;
    black_box(sum);
    Ok(())
}

fn integers(records: usize) -> streamlite::Result<()> {
    let numbers: Vec<u32> = Random::new(3).take(records).map(|n| (n >> 32) as u32).collect();
    let sum = pipeline!(
        from(&numbers)
            .map(|n| n.wrapping_mul(7))
            .filter(|x| x % 3 != 0)
            .map(|x| x ^ 1)
            .sum(|x| *x)
    )
    .collect()?;
    black_box(sum);
    Ok(())
}

#[derive(Serialize, Deserialize)]
struct Reading {
    sensor: u32,
    temp: f64,
}

#[expect(clippy::disallowed_methods, reason = "the work prepares its own file")]
fn csv(records: usize) -> streamlite::Result<()> {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let [input, output] = ["in.csv", "out.csv"].map(|name| folder.path().join(name));
    // Numbers of the same length, so that twice the records are twice the work.
    let lines = Random::new(4)
        .take(records)
        .map(|n| format!("{},{}.5\n", 100 + n % 100, 10 + (n >> 8) % 60));
    std::fs::write(&input, format!("sensor,temp\n{}", lines.collect::<String>()))
        .expect("there is room for a file");
    let (source, sink) = (CsvSource::<Reading>::open(&input)?, CsvSink::create(&output)?);
    pipeline!({
        from(source).filter(|r| r.temp > 30.0).to(sink);
    })
    .run()?;
    Ok(())
}
