//! A running job is asked what it does, and told to end as if its sources had ended.

#![expect(
    clippy::disallowed_methods,
    reason = "a test waits for a job on another thread"
)]

use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Duration;

use streamlite::JobHandle;
use streamlite::metrics::PartitionActivity;
use streamlite::prelude::*;
use streamlite::sink::Collected;
use streamlite::source::{ChannelSource, ReadStatus};
use streamlite::time::ManualClock;

type Click = (i64, char);

pipeline!(
    fn counts(clicks: Source<Click>, taps: Source<Click>, out: Sink<(char, u64)>) {
        let clicks = clicks.event_time(|click| click.0).idle_after(5s);
        let taps = taps.event_time(|tap| tap.0).watermark(bounded(100ms));
        let both = clicks.union(taps);
        let counts = both.key_by(|click| click.1).window(tumbling(1s)).count();
        counts.map(|count| (count.key, count.value)).to(out);
    }
);

struct Running {
    job: JobHandle,
    clicks: Sender<Click>,
    taps: Sender<Click>,
    counted: Collected<(char, u64)>,
}

fn ends() -> (Sender<Click>, ChannelSource<Receiver<Click>>) {
    let (sender, receiver) = mpsc::channel();
    (sender, ChannelSource::new(receiver))
}

fn running() -> Running {
    let ((clicks, clicked), (taps, tapped)) = (ends(), ends());
    let (out, counted) = CollectionSink::new();
    let job = counts(clicked, tapped, out).spawn().expect("it starts");
    Running {
        job,
        clicks,
        taps,
        counted,
    }
}

impl Running {
    /// Sends these, and waits until they are read.
    fn send(&self, clicks: &[Click], taps: &[Click]) {
        let before = self.job.metrics().expect("it runs").records_read();
        clicks
            .iter()
            .for_each(|click| self.clicks.send(*click).expect("it runs"));
        taps.iter().for_each(|tap| self.taps.send(*tap).expect("it runs"));
        let all = before + (clicks.len() + taps.len()) as u64;
        while self.job.metrics().expect("it runs").records_read() < all {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

#[test]
fn a_job_says_what_it_has_done_while_it_runs() {
    let running = running();
    running.send(
        &[(100, 'a'), (1_200, 'a')],
        &[(300, 'a'), (400, 'b'), (1_500, 'b')],
    );
    let report = running.job.metrics().expect("it runs");
    assert_eq!(report.source("clicks").map(|source| source.records), Some(2));
    assert_eq!(report.source("taps").map(|source| source.records), Some(3));
    // Both are past the first second.
    assert_eq!(report.records_written(), 2);
    drop((running.clicks, running.taps));
    let last = running.job.join().expect("it ends");
    assert_eq!(last.records_written(), 4);
}

#[test]
fn what_holds_event_time_back_is_told() {
    let running = running();
    running.send(&[(7_000, 'a')], &[(2_300, 'b')]);
    let watermarks = running.job.watermarks().expect("it runs");
    let found = |source: &str| {
        let mut partitions = watermarks.partitions.iter();
        partitions
            .find(|one| one.source == source)
            .expect("it is one of two")
    };
    assert_eq!(found("clicks").watermark, Some(at(7_000)));
    assert_eq!(found("taps").watermark, Some(at(2_200)));
    assert_eq!(found("taps").lag, Some(watermarks.now - at(2_200)));
    assert_eq!(watermarks.held_back_by(), Some(found("taps")));
    let counts = watermarks.operator("counts").expect("it looks at event time");
    assert_eq!(counts.watermark, at(2_200));
    // The other one ends, and holds nothing back.
    drop(running.taps);
    let watermarks = loop {
        let watermarks = running.job.watermarks().expect("it runs");
        if watermarks.partitions[1].activity == PartitionActivity::Finished {
            break watermarks;
        }
        std::thread::sleep(Duration::from_millis(1));
    };
    assert_eq!(
        watermarks.held_back_by().map(|partition| partition.source),
        Some("clicks")
    );
    drop(running.clicks);
    running.job.join().expect("it ends");
}

/// By a clock that moves by hand.
#[test]
fn a_partition_that_is_quiet_is_idle_after_a_while_and_holds_nothing_back() {
    let ((clicks, clicked), (taps, tapped)) = (ends(), ends());
    let clock = ManualClock::at(at(10_000));
    let (out, _counted) = CollectionSink::new();
    let mut job = counts(clicked, tapped, out)
        .clock(clock.clone())
        .start()
        .expect("it starts");
    let read = |job: &mut streamlite::RunningJob, records: u64| {
        while job.report().records_read() < records {
            job.step().expect("nothing fails");
        }
        // Those that have nothing say so.
        while job.step().expect("nothing fails") == ReadStatus::Ready {}
    };
    clicks.send((2_000, 'a')).expect("it runs");
    taps.send((9_000, 'b')).expect("it runs");
    read(&mut job, 2);
    let watermarks = job.watermarks();
    assert_eq!(watermarks.held_back_by().map(|one| one.source), Some("clicks"));
    insta::assert_snapshot!("one_is_behind", watermarks);
    clock.advance(TimeDelta::from_millis(5_001));
    taps.send((14_000, 'b')).expect("it runs");
    read(&mut job, 3);
    let watermarks = job.watermarks();
    assert_eq!(watermarks.partitions[0].activity, PartitionActivity::Idle);
    assert_eq!(watermarks.partitions[0].quiet_since, Some(at(10_000)));
    assert_eq!(watermarks.held_back_by().map(|one| one.source), Some("taps"));
    insta::assert_snapshot!("one_is_idle", watermarks);
}

#[test]
fn a_job_that_is_drained_fires_what_is_open() {
    let running = running();
    running.send(&[(100, 'a'), (200, 'a')], &[(300, 'b')]);
    assert_eq!(running.counted.take(), []);
    running.job.drain().expect("it runs");
    running.job.join().expect("it ends");
    // Which of the two sources is heard first is the threads' affair.
    let mut counted = running.counted.take();
    counted.sort_unstable();
    assert_eq!(counted, [('a', 2), ('b', 1)]);
}

#[test]
fn a_job_that_has_ended_says_so() {
    let running = running();
    running.job.stop();
    while !running.job.is_finished() {
        std::thread::sleep(Duration::from_millis(1));
    }
    let error = running.job.watermarks().expect_err("it has ended");
    assert!(error.to_string().contains("it has ended"), "{error}");
    assert!(running.job.metrics().is_err());
    assert!(running.job.drain().is_err());
}
