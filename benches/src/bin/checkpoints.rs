//! What checkpoints cost:
//! `cargo run --release --bin checkpoints [millions of records] [rounds] [work] [thousands of keys that change a second]`.
//!
//! A running mean over a million keys (or sessions, sliding windows, timers, a join of them), with a checkpoint each second and
//! without any: two jobs that take turns of 16 batches, so that each second of one takes two. Time is CPU time of the thread that processes records, and wall time; the longest pause is that of a
//! batch of 4,096 records. All keys change all the time, unless it is said how many do: then records come as fast as they are
//! taken, of a tenth of so many keys, which are others a tenth of a second later. `LARGE=1`: ten million keys.

#![expect(clippy::disallowed_methods, reason = "a benchmark measures time")]

use std::error::Error;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use cpu_time::{ProcessTime, ThreadTime};
use streamlite::prelude::*;
use streamlite::source::{Opening, Partition, Position, ReadStatus, Reader};
use streamlite::state::capture_in_slices;
use streamlite::{Job, RunningJob};
use streamlite_benches::random::Random;

/// How many keys there are.
fn keys() -> u64 {
    if std::env::var_os("LARGE").is_some() {
        10_000_000
    } else {
        1_000_000
    }
}

/// A record, a thousand of which happen in a millisecond.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Number {
    key: u64,
    number: u32,
    at: i64,
}

/// So many records with random keys.
#[derive(Clone, Copy)]
struct Numbers {
    records: u64,
    /// How many keys change in a second; `None`: all, all the time.
    changing: Option<u64>,
}

struct NumbersReader {
    read: u64,
    numbers: Numbers,
    keys: u64,
    random: Random,
    since: Instant,
}

impl NumbersReader {
    /// From which of the keys on some change now; `None` before each has been there.
    fn first(&self, changing: u64) -> Option<u64> {
        // Of another job half the time is.
        let passed = self.since.elapsed().as_secs_f64() / 2.0;
        (self.read >= self.keys).then_some((passed * changing as f64) as u64)
    }
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
            numbers: *self,
            keys: keys(),
            random,
            since: Instant::now(),
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
        let changing = self.numbers.changing;
        let first = changing.and_then(|changing| self.first(changing));
        for _ in 0..at_most {
            if self.read == self.numbers.records {
                return Ok(ReadStatus::End);
            }
            self.read += 1;
            let bits = self.random.next().unwrap_or_default();
            let key = match (changing, first) {
                (None, _) => bits,
                // Once each, so that all are there.
                (Some(_), None) => scattered(self.read),
                // One of those of this tenth of a second.
                (Some(changing), Some(first)) => scattered(first + bits % (changing / 10)),
            };
            let number = Number {
                key: key % self.keys,
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

/// Numbers that follow each other, far from each other.
fn scattered(number: u64) -> u64 {
    number.wrapping_mul(7_368_787)
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

    /// A map with a thousand numbers for each key.
    fn maps_of_few(numbers: Source<Number>, out: Sink<(u64, f64)>) {
        let counts = numbers.key_by(|row| row.key % 2_500).process(|ctx| {
            let counts: Map<u64, u32> = Map::new();

            on_record(|row| {
                *counts.get_or_insert_with(row.key / 2_500 % 1_000, || 0) += 1;
                ctx.emit((row.key, counts.len() as f64));
            });
        });
        counts.to(out);
    }

    /// A thousand rows of each key wait at a time, for five seconds.
    fn joined_by_few(numbers: Source<Number>, out: Sink<(u64, f64)>) {
        let timed = numbers.event_time(|row| row.at);
        let (even, odd) = timed.split(|row| row.number % 2 == 0);
        let pairs = even
            .join(odd)
            .on(|row| row.key % 2_500, |row| row.key % 2_500)
            .within(5s..=5s + 1ms);
        let sums = pairs.map(|(left, right)| (left.key, f64::from(right.number)));
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
        "maps_of_few" => |numbers, out| maps_of_few(numbers, out),
        "joined_by_few" => |numbers, out| joined_by_few(numbers, out),
        _ => return None,
    };
    Some(work)
}

/// A job, and what it took so far.
struct Run {
    job: RunningJob,
    cpu: Duration,
    wall: Duration,
    batches: Vec<Duration>,
}

impl Run {
    fn start(job: Job) -> streamlite::Result<Self> {
        Ok(Self {
            job: job.start()?,
            cpu: Duration::ZERO,
            wall: Duration::ZERO,
            batches: Vec::new(),
        })
    }

    /// A few batches, but none of `most`; says whether there are more.
    fn go_on(&mut self, most: u64) -> streamlite::Result<bool> {
        for _ in 0..16 {
            let (cpu, wall) = (ThreadTime::now(), Instant::now());
            let status = self.job.step()?;
            let took = cpu.elapsed();
            self.cpu += took;
            self.wall += wall.elapsed();
            self.batches.push(took);
            if status == ReadStatus::End || self.batches.len() as u64 == most {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The longest batches.
    fn pauses(&self) -> Vec<Duration> {
        let mut batches = self.batches.clone();
        batches.sort_unstable_by(|one, other| other.cmp(one));
        batches.truncate(3);
        batches
    }
}

/// A job without checkpoints, and the same with one each second.
fn both(work: Work, numbers: Numbers, dir: &Path) -> Result<(Run, Run), Box<dyn Error>> {
    let mut without = Run::start(work(numbers, NullSink))?;
    let checkpoints = Checkpoints::in_dir(dir).every(Duration::from_secs(2));
    let mut with = Run::start(work(numbers, NullSink).checkpoints(checkpoints.max_retained(1)))?;
    let most = numbers.records / 4096;
    while without.go_on(most)? & with.go_on(most)? {}
    Ok((without, with))
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let millions: u64 = args.next().map_or(Ok(100), |arg| arg.parse())?;
    let rounds: usize = args.next().map_or(Ok(5), |arg| arg.parse())?;
    let name = args.next().unwrap_or_else(|| "means".to_owned());
    let work = work(&name).ok_or_else(|| {
        format!("no work `{name}`: means, sessions, windows, timers, joined, joined_by_few, maps_of_few")
    })?;
    let records = millions * 1_000_000;
    let changing: Option<u64> = args.next().map(|arg| arg.parse()).transpose()?;
    let numbers = Numbers {
        records,
        changing: changing.map(|thousands| thousands * 1000),
    };
    let dir = tempfile::tempdir_in(".")?;
    let mut ratios = Vec::new();
    for round in 0..rounds {
        let state = dir.path().join(round.to_string());
        let sizes = Sizes::of(&state);
        let (without, mut with) = both(work, numbers, &state)?;
        let peak = sizes.peak();
        let stored = with.job.report().checkpoints.map_or(0, |all| all.stored);
        // A file that has all, and nothing else.
        let live = with.job.savepoint()?.to_bytes().len();
        let ratio = |one: Duration, other: Duration| one.as_secs_f64() / other.as_secs_f64();
        let (cpu, wall) = (ratio(without.cpu, with.cpu), ratio(without.wall, with.wall));
        println!(
            "{name}, {records} records, {:.1} s, {} checkpoints: throughput with / without {wall:.3} (wall), {cpu:.3} (CPU); longest \
             batches {:.1?} with, {:.1?} without; the directory had {:.1} MB at most, of {:.1}",
            with.wall.as_secs_f64(),
            stored,
            with.pauses(),
            without.pauses(),
            peak as f64 / 1e6,
            live as f64 / 1e6,
        );
        ratios.push((wall, cpu));
    }
    ratios.sort_by(|one, other| one.0.total_cmp(&other.0));
    println!("median of {rounds}: {:.3} (wall)", ratios[rounds / 2].0);

    // One full snapshot by itself, and going on from it.
    let state = dir.path().join("alone");
    let once = || Checkpoints::in_dir(&state).every(Duration::from_secs(100_000));
    let filled = Numbers {
        records: 2 * keys(),
        changing: Some(keys()),
    };
    let mut job = work(filled, NullSink).checkpoints(once()).start()?;
    // Not to the end, where all windows fire.
    for _ in 0..2 * keys() / 4096 {
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
        "full snapshot of {} keys: {cpu:.1?} CPU in all, {wall:.1?} wall: {:.0} MB/s a core of what is encoded, {:.0} of \
         what is stored",
        keys(),
        a_second(encoded),
        a_second(stored.bytes),
    );
    drop(job);
    let (cpu, wall) = (ProcessTime::now(), Instant::now());
    let job = work(filled, NullSink).checkpoints(once()).start()?;
    println!(
        "restore of {} keys: {:.1?} CPU, {:.1?} wall",
        keys(),
        cpu.elapsed(),
        wall.elapsed()
    );
    drop(job);
    barrier(work, filled, &dir.path().join("barrier"))
}

/// How long it takes to begin a checkpoint: the longest steps of one record, where nearly nothing is written with it.
fn barrier(work: Work, numbers: Numbers, dir: &Path) -> Result<(), Box<dyn Error>> {
    let mut job = work(numbers, NullSink)
        .checkpoints(Checkpoints::in_dir(dir).every(Duration::from_millis(50)))
        .batch_size(1)
        .start()?;
    let mut steps = Vec::new();
    for step in 0..numbers.records - 1 {
        // The table grows before.
        if step == keys() + keys() / 2 {
            steps.clear();
        }
        if step == keys() {
            job.checkpoint()?;
            capture_in_slices(Some(64));
        }
        let began = ThreadTime::now();
        job.step()?;
        steps.push(began.elapsed());
    }
    capture_in_slices(None);
    steps.sort_unstable_by(|one, other| other.cmp(one));
    steps.truncate(5);
    println!("the longest steps of one record with a checkpoint each 0.05 s: {steps:.1?}");
    Ok(())
}

/// Looks at how large a directory is, all the time.
struct Sizes {
    is_over: Arc<AtomicBool>,
    thread: JoinHandle<u64>,
}

impl Sizes {
    fn of(dir: &Path) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let (dir, ends) = (dir.to_owned(), Arc::clone(&is_over));
        let thread = std::thread::spawn(move || {
            let mut peak = 0;
            while !ends.load(Ordering::Relaxed) {
                let files = std::fs::read_dir(&dir).into_iter().flatten().flatten();
                let sizes = files.filter_map(|file| Some(file.metadata().ok()?.len()));
                peak = sizes.sum::<u64>().max(peak);
                std::thread::sleep(Duration::from_millis(5));
            }
            peak
        });
        Self { is_over, thread }
    }

    fn peak(self) -> u64 {
        self.is_over.store(true, Ordering::Relaxed);
        self.thread.join().unwrap_or_default()
    }
}
