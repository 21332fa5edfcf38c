//! A job that waits: it sleeps until a source has something, and costs nothing meanwhile.

#![expect(
    clippy::disallowed_methods,
    reason = "a test of waiting waits, by the system's clock"
)]

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use streamlite::checkpoint::{CheckpointFile, CheckpointStorage, Checkpoints, Directory};
use streamlite::prelude::*;
use streamlite::source::{Bell, Opening, Partition, Position, ReadStatus, Reader};
use streamlite::time::{Clock, SystemClock};

/// A source of many partitions that never have anything, and counts how often they are asked.
#[derive(Clone, Default)]
struct Quiet {
    partitions: usize,
    asked: Arc<Mutex<usize>>,
    bells: Arc<Mutex<Vec<Bell>>>,
}

struct QuietReader(Quiet);

impl Source for Quiet {
    type Item = u32;
    type Reader = QuietReader;

    fn partitions(&mut self) -> streamlite::Result<Vec<Partition>> {
        Ok((0..self.partitions)
            .map(|number| Partition::new(number.to_string()))
            .collect())
    }

    fn open(&mut self, at: &Opening<'_>) -> streamlite::Result<QuietReader> {
        self.bells.lock().expect("nobody panics").push(at.bell());
        Ok(QuietReader(self.clone()))
    }

    fn describe(&self) -> String {
        "quiet".to_owned()
    }
}

impl Reader for QuietReader {
    type Item = u32;

    fn read<F: FnMut(u32) -> ControlFlow<()>>(&mut self, _: usize, _: F) -> streamlite::Result<ReadStatus> {
        *self.0.asked.lock().expect("nobody panics") += 1;
        Ok(ReadStatus::Pending)
    }

    fn position(&mut self) -> streamlite::Result<Position> {
        Ok(Position::of(&()))
    }
}

pipeline!(
    fn kept(numbers: Source<u32>, out: Sink<u32>) {
        numbers.map(|n| n).to(out);
    }

    fn both(quiet: Source<u32>, sent: Source<u32>, out: Sink<u32>) {
        quiet.union(sent).to(out);
    }
);

#[test]
fn idle_partitions_are_asked_once_until_their_bells_ring() {
    let quiet = Quiet {
        partitions: 60,
        ..Quiet::default()
    };
    let job = kept(quiet.clone(), NullSink).spawn().expect("it starts");
    let asked = || *quiet.asked.lock().expect("nobody panics");
    wait_until(|| asked() == 60);
    thread::sleep(Duration::from_millis(250));
    assert_eq!(asked(), 60, "nobody asks again");
    let bells = quiet.bells.lock().expect("nobody panics").clone();
    bells[7].ring();
    wait_until(|| asked() == 61);
    bells.iter().for_each(Bell::ring);
    wait_until(|| asked() == 121);
    job.stop();
    job.join().expect("it ends");
}

#[test]
fn a_busy_source_does_not_have_the_quiet_ones_asked() {
    let quiet = Quiet {
        partitions: 60,
        ..Quiet::default()
    };
    let numbers = GeneratorSource::new(|n| n as u32).count(1_000_000);
    let job = both(quiet.clone(), numbers, NullSink).spawn().expect("it starts");
    thread::sleep(Duration::from_millis(300));
    job.stop();
    job.join().expect("it ends");
    assert_eq!(*quiet.asked.lock().expect("nobody panics"), 60);
}

#[test]
fn a_record_wakes_a_job_that_sleeps_at_once() {
    let (sender, receiver) = mpsc::channel();
    let (out, results) = mpsc::channel();
    let job = kept(ChannelSource::new(receiver), ChannelSink::new(out))
        .spawn()
        .expect("it starts");
    let mut waits = Vec::new();
    for n in 0..9 {
        thread::sleep(Duration::from_millis(30));
        let sent = Instant::now();
        sender.send(n).expect("it is received");
        assert_eq!(results.recv().expect("the job runs"), n);
        waits.push(sent.elapsed());
    }
    waits.sort_unstable();
    // By the next tick it would take up to 100 ms.
    assert!(waits[4] < Duration::from_millis(15), "{waits:?}");
    drop(sender);
    job.join().expect("it ends");
}

#[test]
fn a_job_that_sleeps_stops_at_once_when_it_is_told() {
    let mut waits = Vec::new();
    for _ in 0..9 {
        let (_sender, receiver) = mpsc::channel();
        let job = kept(ChannelSource::new(receiver), NullSink)
            .spawn()
            .expect("it starts");
        thread::sleep(Duration::from_millis(20));
        let told = Instant::now();
        job.stop();
        job.join().expect("it ends");
        waits.push(told.elapsed());
    }
    waits.sort_unstable();
    assert!(waits[4] < Duration::from_millis(20), "{waits:?}");
}

#[test]
fn a_panic_of_the_receiving_thread_is_an_error_of_the_job() {
    struct Broken;
    impl streamlite::source::Receive for Broken {
        type Item = u32;
        fn receive(&mut self) -> Option<u32> {
            panic!("it broke");
        }
    }
    let error = pipeline!(from(ChannelSource::new(Broken)).to(NullSink)).run();
    let error = error.expect_err("it broke").to_string();
    assert!(error.contains("the thread that reads it has panicked"), "{error}");
}

/// Waits for something that is about to happen.
fn wait_until(happened: impl Fn() -> bool) {
    let begun = Instant::now();
    while !happened() {
        assert!(begun.elapsed() < Duration::from_secs(20), "it did not happen");
        thread::sleep(Duration::from_millis(1));
    }
}

/// A storage that takes its time.
#[derive(Debug)]
struct Slow(Directory);

impl CheckpointStorage for Slow {
    fn lock(&mut self) -> streamlite::Result<()> {
        self.0.lock()
    }

    fn list(&self) -> streamlite::Result<Vec<String>> {
        self.0.list()
    }

    fn read(&self, name: &str) -> streamlite::Result<Option<Vec<u8>>> {
        self.0.read(name)
    }

    fn create(&mut self, name: &str) -> streamlite::Result<Box<dyn CheckpointFile>> {
        self.0.create(name)
    }

    fn rename(&mut self, from: &str, to: &str) -> streamlite::Result<()> {
        self.0.rename(from, to)
    }

    fn remove(&mut self, name: &str) -> streamlite::Result<()> {
        self.0.remove(name)
    }

    fn sync(&mut self) -> streamlite::Result<()> {
        thread::sleep(Duration::from_millis(30));
        self.0.sync()
    }

    fn describe(&self) -> String {
        self.0.describe()
    }
}

/// A clock that counts how often it is looked at.
#[derive(Clone, Debug)]
struct Watched {
    clock: SystemClock,
    looks: Arc<AtomicUsize>,
}

impl Clock for Watched {
    fn now(&self) -> Timestamp {
        self.looks.fetch_add(1, Ordering::Relaxed);
        self.clock.now()
    }

    fn wait(&self, span: TimeDelta) {
        self.clock.wait(span);
    }
}

#[test]
fn a_job_sleeps_while_a_checkpoint_is_being_stored() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let clock = Watched {
        clock: SystemClock::new(),
        looks: Arc::default(),
    };
    let looks = Arc::clone(&clock.looks);
    // Storing takes longer than it is to the next one, which is due all the time.
    let checkpoints = Checkpoints::in_storage(Slow(Directory::new(folder.path())));
    let job = kept(
        Quiet {
            partitions: 3,
            ..Quiet::default()
        },
        NullSink,
    )
    .clock(clock)
    .checkpoints(checkpoints.every(TimeDelta::from_millis(10)))
    .spawn()
    .expect("it starts");
    thread::sleep(Duration::from_millis(600));
    job.stop();
    let report = job.join().expect("it ends");
    let stored = report.checkpoints.expect("it takes some").stored;
    let looks = looks.load(Ordering::Relaxed);
    assert!(stored >= 3, "{stored}");
    assert!(
        looks < 600,
        "it looked at the clock {looks} times for {stored} checkpoints"
    );
}
