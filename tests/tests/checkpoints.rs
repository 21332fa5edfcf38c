//! A job that takes checkpoints goes on after a crash, wherever that was.

use std::path::Path;
use std::time::Duration;

use streamlite::prelude::*;
use streamlite::source::ReadStatus;
use streamlite::{Job, RunningJob};

pipeline!(
    fn summed(numbers: Source<u32>, out: Sink<(u32, u64)>) {
        let sums = numbers.key_by(|n| n % 3).running().sum(|n| *n);
        sums.to(out);
    }
);

fn every_turn(dir: &Path) -> Checkpoints {
    Checkpoints::in_dir(dir).every(Duration::from_nanos(1_000_000))
}

/// A job over the numbers to 20, read one by one; its results.
fn job(dir: &Path) -> (Job, streamlite::sink::Collected<(u32, u64)>) {
    let (out, got) = CollectionSink::new();
    let job = summed(CollectionSource::new(1..=20), out).batch_size(1);
    (job.checkpoints(every_turn(dir)), got)
}

fn steps(job: &mut RunningJob, steps: usize) {
    for _ in 0..steps {
        assert_ne!(job.step().expect("nothing goes wrong"), ReadStatus::End);
    }
}

fn sums(numbers: impl IntoIterator<Item = u32>) -> Vec<(u32, u64)> {
    let mut sums = [0; 3];
    let add = |n: u32| {
        sums[(n % 3) as usize] += u64::from(n);
        (n % 3, sums[(n % 3) as usize])
    };
    numbers.into_iter().map(add).collect()
}

#[test]
fn a_job_that_is_dropped_goes_on_from_its_last_checkpoint() {
    let dir = tempfile::tempdir().expect("a directory");
    let whole = sums(1..=20);
    let (first, got) = job(dir.path());
    let mut running = first.start().expect("it starts");
    steps(&mut running, 7);
    drop(running);
    let begun = got.take();
    assert_eq!(begun, whole[..7]);
    let (second, got) = job(dir.path());
    let report = second.run().expect("it goes on");
    let rest = got.take();
    assert!(whole.ends_with(&rest), "{rest:?}");
    assert!(rest.len() >= 13, "nothing is left out: {rest:?}");
    assert_eq!(report.records_read(), 20, "those of the run before are counted");
}

#[test]
fn a_job_that_has_ended_has_nothing_left_to_do() {
    let dir = tempfile::tempdir().expect("a directory");
    let (first, got) = job(dir.path());
    let report = first.run().expect("it runs");
    let checkpoints = report.checkpoints.expect("it takes some");
    assert!(checkpoints.stored > 0 && checkpoints.resumed_from.is_none());
    assert_eq!(got.take(), sums(1..=20));
    let (again, got) = job(dir.path());
    let report = again.run().expect("it runs again");
    assert_eq!(got.take(), []);
    let resumed = report.checkpoints.expect("it takes some");
    assert_eq!(resumed.resumed_from, checkpoints.last);
}

#[test]
fn a_directory_has_one_job_at_a_time() {
    let dir = tempfile::tempdir().expect("a directory");
    let (first, _) = job(dir.path());
    let running = first.start().expect("it starts");
    let (second, _) = job(dir.path());
    let error = second.start().expect_err("the directory is taken").to_string();
    let process = format!("another job has it: process {}", std::process::id());
    assert!(error.contains(&process), "{error}");
    drop(running);
    let (third, _) = job(dir.path());
    third.run().expect("the lock is free");
}
