//! What checkpoints cost: `cargo run --release --example checkpoints [millions of records] [rounds] [work]`.
//!
//! A running mean over a million keys (or sessions, sliding windows, timers, a join of them), with a checkpoint each second and
//! without any, in turn. Time is CPU time of the thread that processes records, and wall time; the longest pause is that of a
//! batch of 4,096 records.

#![expect(clippy::disallowed_methods, reason = "a benchmark measures time")]

use std::error::Error;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, Instant};

use cpu_time::{ProcessTime, ThreadTime};
use streamlite::Job;
use streamlite::prelude::*;
use streamlite::source::{Opening, Partition, Position, ReadStatus, Reader};
use streamlite_benches::random::Random;

/// How many keys there are.
const KEYS: u64 = 1_000_000;

/// A record, a thousand of which happen in a millisecond.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Number {
    key: u64,
    number: u32,
    at: i64,
}

/// So many records with random keys.
struct Numbers {
    records: u64,
}

struct NumbersReader {
    read: u64,
    records: u64,
    random: Random,
}

impl Source for Numbers {
    type Item = Number;
    type Reader = NumbersReader;

    fn partitions(&mut self) -> streamlite::Result<Vec<Partition>> {
        Ok(vec![Partition::new("numbers")])
    }

    fn open(&mut self, at: &Opening<'_>) -> streamlite::Result<NumbersReader> {
        let read: u64 = at.position().map_or(Ok(0), Position::get)?;
        let random = Random::new(read + 1);
        Ok(NumbersReader {
            read,
            records: self.records,
            random,
        })
    }

    fn describe(&self) -> String {
        "numbers".to_owned()
    }

    fn is_live(&self) -> bool {
        false
    }
}

impl Reader for NumbersReader {
    type Item = Number;

    fn read<F: FnMut(Number) -> ControlFlow<()>>(
        &mut self,
        at_most: usize,
        mut out: F,
    ) -> streamlite::Result<ReadStatus> {
        for _ in 0..at_most {
            if self.read == self.records {
                return Ok(ReadStatus::End);
            }
            self.read += 1;
            let bits = self.random.next().unwrap_or_default();
            let number = Number {
                key: bits % KEYS,
                number: (bits >> 48) as u32,
                at: self.read.cast_signed() / 1000,
            };
            if out(number).is_break() {
                break;
            }
        }
        Ok(ReadStatus::Ready)
    }

    fn never_waits(&self) -> bool {
        true
    }

    fn position(&mut self) -> streamlite::Result<Position> {
        Ok(Position::of(&self.read))
    }
}

pipeline!(
    fn means(numbers: Source<Number>, out: Sink<(u64, f64)>) {
        let means = numbers
            .key_by(|row| row.key)
            .running()
            .mean(|row| f64::from(row.number));
        means.to(out);
    }

    /// Sessions that do not end.
    fn sessions(numbers: Source<Number>, out: Sink<(u64, f64)>) {
        let timed = numbers.event_time(|row| row.at);
        let means = timed
            .key_by(|row| row.key)
            .window(session(1h))
            .mean(|row| f64::from(row.number));
        means.map(|mean| (mean.key, mean.value)).to(out);
    }

    /// Windows that have not fired yet.
    fn windows(numbers: Source<Number>, out: Sink<(u64, f64)>) {
        let timed = numbers.event_time(|row| row.at);
        let means = timed
            .key_by(|row| row.key)
            .window(sliding(1h).every(10min))
            .sum(|row| row.number);
        means.map(|sum| (sum.key, sum.value as f64)).to(out);
    }

    /// A timer for each key, a second after its last record.
    fn timers(numbers: Source<Number>, out: Sink<(u64, f64)>) {
        let timed = numbers.event_time(|row| row.at);
        let sums = timed.key_by(|row| row.key).process(|ctx| {
            let sum: u64 = 0;
            let is_set: bool = false;

            on_record(|row| {
                *sum += u64::from(row.number);
                if !*is_set {
                    *is_set = true;
                    ctx.timer_after(1s);
                }
            });
            on_timer(|_at| {
                *is_set = false;
                ctx.emit((*ctx.key(), *sum as f64));
            });
        });
        sums.to(out);
    }

    /// Rows that wait a second for others of their key.
    fn joined(numbers: Source<Number>, out: Sink<(u64, f64)>) {
        let timed = numbers.event_time(|row| row.at);
        let (even, odd) = timed.split(|row| row.number % 2 == 0);
        let pairs = even
            .full_join(odd)
            .on(|row| row.key, |row| row.key)
            .within(-500ms..=500ms);
        let sums = pairs.map(|(left, right)| {
            let row = left.as_ref().or(right.as_ref());
            (
                row.map_or(0, |row| row.key),
                row.map_or(0.0, |row| f64::from(row.number)),
            )
        });
        sums.to(out);
    }
);

/// A pipeline over the numbers.
type Work = fn(Numbers, NullSink) -> Job;

/// The pipeline of a name.
fn work(name: &str) -> Option<Work> {
    let work: Work = match name {
        "means" => |numbers, out| means(numbers, out),
        "sessions" => |numbers, out| sessions(numbers, out),
        "windows" => |numbers, out| windows(numbers, out),
        "timers" => |numbers, out| timers(numbers, out),
        "joined" => |numbers, out| joined(numbers, out),
        _ => return None,
    };
    Some(work)
}

/// What one run took.
struct Run {
    cpu: Duration,
    wall: Duration,
    /// The longest batches.
    pauses: Vec<Duration>,
    stored: u64,
}

fn run(work: Work, records: u64, dir: Option<&Path>) -> Result<Run, Box<dyn Error>> {
    let job = work(Numbers { records }, NullSink);
    let mut job = match dir {
        None => job.start()?,
        Some(dir) => job
            .checkpoints(
                Checkpoints::in_dir(dir)
                    .every(Duration::from_secs(1))
                    .max_retained(1),
            )
            .start()?,
    };
    let (cpu, wall) = (ThreadTime::now(), Instant::now());
    let mut pauses = Vec::new();
    loop {
        let batch = ThreadTime::now();
        let status = job.step()?;
        pauses.push(batch.elapsed());
        if status == ReadStatus::End {
            break;
        }
    }
    let (cpu, wall) = (cpu.elapsed(), wall.elapsed());
    // At the end all windows fire.
    pauses.truncate(usize::try_from(records)? / 4096);
    pauses.sort_unstable_by(|one, other| other.cmp(one));
    pauses.truncate(3);
    let stored = job
        .report()
        .checkpoints
        .map_or(0, |checkpoints| checkpoints.stored);
    Ok(Run {
        cpu,
        wall,
        pauses,
        stored,
    })
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let millions: u64 = args.next().map_or(Ok(100), |arg| arg.parse())?;
    let rounds: usize = args.next().map_or(Ok(5), |arg| arg.parse())?;
    let name = args.next().unwrap_or_else(|| "means".to_owned());
    let work =
        work(&name).ok_or_else(|| format!("no work `{name}`: means, sessions, windows, timers, joined"))?;
    let records = millions * 1_000_000;
    let dir = tempfile::tempdir_in(".")?;
    let mut ratios = Vec::new();
    for round in 0..rounds {
        let state = dir.path().join(round.to_string());
        let without = run(work, records, None)?;
        let with = run(work, records, Some(&state))?;
        let ratio = |one: Duration, other: Duration| one.as_secs_f64() / other.as_secs_f64();
        let (cpu, wall) = (ratio(without.cpu, with.cpu), ratio(without.wall, with.wall));
        println!(
            "{name}, {records} records, {:.1} s, {} checkpoints: throughput with / without {wall:.3} (wall), {cpu:.3} (CPU); longest \
             batches {:.1?} with, {:.1?} without",
            with.wall.as_secs_f64(),
            with.stored,
            with.pauses,
            without.pauses,
        );
        ratios.push((wall, cpu));
    }
    ratios.sort_by(|one, other| one.0.total_cmp(&other.0));
    println!("median of {rounds}: {:.3} (wall)", ratios[rounds / 2].0);

    // One full snapshot by itself, and going on from it.
    let state = dir.path().join("alone");
    let once = || Checkpoints::in_dir(&state).every(Duration::from_secs(100_000));
    let mut job = work(Numbers { records: 20_000_000 }, NullSink)
        .checkpoints(once())
        .start()?;
    // Not to the end, where all windows fire.
    for _ in 0..20_000_000 / 4096 {
        job.step()?;
    }
    let (cpu, wall) = (ProcessTime::now(), Instant::now());
    job.checkpoint()?;
    let (cpu, wall) = (cpu.elapsed(), wall.elapsed());
    let stored = &Checkpoints::list(&state)?[0];
    println!("{stored}");
    let stored = stored.contents.as_ref().map_err(String::clone)?;
    let encoded: u64 = stored.operators.iter().map(|operator| operator.bytes).sum();
    let a_second = |bytes: u64| bytes as f64 / 1e6 / cpu.as_secs_f64();
    println!(
        "full snapshot of {KEYS} keys: {cpu:.1?} CPU in all, {wall:.1?} wall: {:.0} MB/s a core of what is encoded, {:.0} of \
         what is stored",
        a_second(encoded),
        a_second(stored.bytes),
    );
    drop(job);
    let (cpu, wall) = (ProcessTime::now(), Instant::now());
    let job = work(Numbers { records: 20_000_000 }, NullSink)
        .checkpoints(once())
        .start()?;
    println!(
        "restore of {KEYS} keys: {:.1?} CPU, {:.1?} wall",
        cpu.elapsed(),
        wall.elapsed()
    );
    drop(job);
    Ok(())
}
