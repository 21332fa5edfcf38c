//! Lists and maps that have many elements are saved in stretches: wherever they go on, and whatever a handler does to them.

use std::path::Path;
use std::time::Duration;

use streamlite::checkpoint::{Directory, Durability};
use streamlite::prelude::*;
use streamlite::process::{KeyedProcess, ProcessContext, StateSpec};
use streamlite::source::ReadStatus;
use streamlite::{Job, RunningJob, Savepoint};
use streamlite_tests::sim_fs::Dice;

use super::cases::{cases, write_rows};

fn checkpoints(dir: &Path) -> Checkpoints {
    let storage = Directory::new(dir).durability(Durability::Process);
    Checkpoints::in_storage(storage).every(Duration::from_secs(3_600))
}

/// A few steps, after which a job is saved; `None` if it has ended.
fn saved(job: Job, steps: usize) -> Option<Savepoint> {
    let mut job = job.start().expect("it goes on");
    for _ in 0..steps {
        if job.step().expect("nothing fails") == ReadStatus::End {
            job.finish().expect("it ends");
            return None;
        }
    }
    Some(job.savepoint().expect("it can be saved"))
}

/// From a job with checkpoints to one without, which has no stretches of its own, and back, by savepoints.
#[test]
fn what_is_saved_in_stretches_goes_on_with_checkpoints_and_without() {
    let rows = tempfile::tempdir().expect("a directory");
    write_rows(&mut Dice::new(9), &rows.path().join("rows.csv"), 2_500, 700);
    let many = [
        "many_listed",
        "many_mapped",
        "many_expiring",
        "many_cleared",
        "many_of_all",
    ];
    for case in cases().iter().filter(|case| many.contains(&case.name)) {
        let job = |out| {
            let job = (case.collected)(rows.path(), out).expect("it is there");
            job.batch_size(41)
        };
        let (out, expected) = CollectionSink::new();
        job(out).run().expect("it runs");
        let expected = expected.take();
        let (mut found, mut savepoint, mut turns) = (Vec::new(), None, 0);
        loop {
            let (out, taken) = CollectionSink::new();
            let dir = tempfile::tempdir().expect("a directory");
            let mut job = job(out);
            if turns % 2 == 0 {
                job = job.checkpoints(checkpoints(dir.path()));
            }
            if let Some(savepoint) = &savepoint {
                job = job.restore(savepoint);
            }
            savepoint = saved(job, 11);
            found.extend(taken.take());
            turns += 1;
            if savepoint.is_none() {
                break;
            }
        }
        assert!(turns > 4, "{turns}");
        assert!(found == expected, "{}", case.name);
    }
}

/// A process in plain Rust, which does what it likes with its list.
struct Hoard {
    /// A list that it has taken out of the states of a key.
    kept: Option<List<u64>>,
}

impl KeyedProcess<u64, u64> for Hoard {
    type States = (List<u64>,);
    type Out = u64;
    type Sides = ();

    fn specs(&self) -> Vec<StateSpec> {
        vec![StateSpec::new("seen")]
    }

    fn first(&mut self) -> Self::States {
        let mut seen = List::new();
        seen.extend([1, 2]);
        (seen,)
    }

    fn on_record(
        &mut self,
        n: u64,
        (seen,): &mut Self::States,
        _sides: &mut (),
        ctx: &mut ProcessContext<'_, u64, u64>,
    ) {
        seen.push(n);
        match n {
            2_000 => self.kept = Some(std::mem::take(seen)),
            2_500 => self.kept = None,
            _ => ctx.emit(seen.len() as u64),
        }
    }
}

pipeline!(
    fn hoarded(numbers: Source<u64>, out: Sink<u64>) {
        let hoard: Hoard = Hoard { kept: None };
        numbers.key_by(|n| *n % 2).process(hoard).to(out);
    }
);

fn hoard(numbers: std::ops::Range<u64>) -> (Job, streamlite::sink::Collected<u64>) {
    let (out, taken) = CollectionSink::new();
    (hoarded(CollectionSource::new(numbers), out).batch_size(1), taken)
}

fn step(job: &mut RunningJob, steps: usize) {
    for _ in 0..steps {
        job.step().expect("nothing fails");
    }
}

/// What a key starts with is no part of what was saved of it.
#[test]
fn first_values_are_not_there_twice_after_a_restore() {
    for steps in [6, 400] {
        let (job, _out) = hoard(0..1_000);
        let savepoint = saved(job, steps);
        let (job, out) = hoard(0..1_000);
        saved(job.restore(&savepoint.expect("it goes on")), 1);
        assert_eq!(out.take(), [steps as u64 / 2 + 3]);
    }
}

/// A list that its process keeps elsewhere cannot be saved, and the job does not say that it was. Once it is gone all is well.
#[test]
fn a_list_that_is_taken_out_of_its_state_and_kept_is_no_longer_saved() {
    let dir = tempfile::tempdir().expect("a directory");
    let start = || {
        let (job, out) = hoard(1_500..3_000);
        let job = job.checkpoints(checkpoints(dir.path())).start();
        (job.expect("it goes on"), out)
    };
    let (mut job, mut out) = start();
    step(&mut job, 500);
    job.checkpoint().expect("it is stored");
    let mut found = out.take();
    step(&mut job, 2);
    let error = job.checkpoint().expect_err("it is kept elsewhere").to_string();
    assert!(error.contains("was taken out of its state"), "{error}");
    drop(job);

    (job, out) = start();
    step(&mut job, 600);
    job.checkpoint().expect("it is stored");
    found.extend(out.take());
    drop(job);

    (job, out) = start();
    while job.step().expect("nothing fails") != ReadStatus::End {}
    job.finish().expect("it ends");
    found.extend(out.take());
    let (plain, expected) = hoard(1_500..3_000);
    plain.run().expect("it runs");
    assert_eq!(found, expected.take());
}
