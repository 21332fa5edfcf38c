//! Kills a job at every moment at which that could matter, and looks at what is in its output in the end.

mod life;
mod sink;
mod storage;

use std::fmt;

use self::life::Life;
use self::storage::MemoryStorage;
use crate::checkpoint::Checkpoints;
use crate::connector::ReadStatus;
use crate::error::Result;
use crate::runtime::{Job, RunningJob};
use crate::time::{ManualClock, TimeDelta};

pub use sink::{CrashOutputs, CrashSink};

/// Kills a job at every moment, starts it again, and asserts that its output is that of a run without a crash.
///
/// The job is built by a closure, anew for each start, from the same input. It reads one record at a time and takes a checkpoint
/// after each, or as often as [said](Self::checkpoint_every); a moment is before each record, and before each step of a
/// checkpoint and of a start: when a file is created, ended, renamed or removed, and when a sink prepares or commits. The job
/// dies there, as by SIGKILL; the next start dies a few moments later, often while it recovers; the one after it goes to the
/// end. Whatever was committed is compared with what a run without a crash gives, as `{:?}` shows it.
///
/// What it finds: state that is kept outside of the states of a process, or is skipped by serde; results that depend on the order
/// of a hash map, on the time of day, or on how many records came before in this run; a sink that commits twice.
///
/// ```
/// use streamlite::prelude::*;
/// use streamlite::testing::CrashTest;
///
/// pipeline!(
///     fn totals(sales: Source<(String, u32)>, out: Sink<(String, u64)>) {
///         let totals = sales.key_by(|(shop, _)| shop.clone()).running().sum(|(_, price)| *price);
///         totals.to(out);
///     }
/// );
///
/// let sales = || (0..20).map(|n| (format!("shop {}", n % 3), n));
/// let report = CrashTest::new().run(|out| totals(CollectionSource::new(sales()), out.sink("out")));
/// assert!(report.tried() > 100);
/// ```
#[derive(Clone, Debug)]
pub struct CrashTest {
    every: usize,
    at_most: u64,
}

impl Default for CrashTest {
    fn default() -> Self {
        Self::new()
    }
}

/// How often a job was killed by a [`CrashTest`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CrashReport {
    moments: u64,
    tried: u64,
}

impl CrashReport {
    /// At how many moments the job could be killed.
    #[must_use]
    pub fn moments(&self) -> u64 {
        self.moments
    }

    /// At how many of them it was.
    #[must_use]
    pub fn tried(&self) -> u64 {
        self.tried
    }
}

impl fmt::Display for CrashReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "killed at {} of {} moments", self.tried, self.moments)
    }
}

/// The moments after its start at which the second start is killed, in turn: while it recovers, or later.
const AGAIN: u64 = 37;

impl CrashTest {
    /// A checkpoint after each record, and at most 2,000 moments.
    #[must_use]
    pub fn new() -> Self {
        Self {
            every: 1,
            at_most: 2_000,
        }
    }

    /// Takes a checkpoint after so many records, not after each.
    #[must_use]
    pub fn checkpoint_every(self, records: usize) -> Self {
        Self {
            every: records.max(1),
            ..self
        }
    }

    /// Kills the job so often at most, at moments that are spread over the whole run: for inputs that are long, of which a test
    /// would take too long otherwise.
    #[must_use]
    pub fn at_most(self, crashes: u64) -> Self {
        Self {
            at_most: crashes.max(1),
            ..self
        }
    }

    /// Runs the job that `build` returns, whose sinks are those of [`CrashOutputs`], and whose sources give the same records
    /// again, such as a [`CollectionSource`](crate::source::CollectionSource).
    ///
    /// # Panics
    /// If the output after crashes is another one; if the job fails by itself.
    #[track_caller]
    pub fn run(&self, build: impl Fn(&CrashOutputs) -> Job) -> CrashReport {
        let undisturbed = Life::immortal();
        let whole = CrashOutputs::new(undisturbed.clone());
        if let Err(error) = self.live(&build, &whole, &MemoryStorage::new(undisturbed.clone())) {
            panic!("without any crash the job fails: {error}");
        }
        let whole = whole.committed();
        let moments = undisturbed.moments();
        let tried = moments.min(self.at_most);
        for number in 0..tried {
            // Spread over all moments, the first and the last among them.
            let moment = number * moments / tried;
            let lives = [Life::until(moment), Life::until(moment % AGAIN), Life::immortal()];
            let storage = MemoryStorage::new(Life::immortal());
            let outputs = CrashOutputs::new(Life::immortal());
            let mut died = Vec::new();
            for life in lives {
                let (storage, outputs) = (storage.of(life.clone()), outputs.of(life.clone()));
                match self.live(&build, &outputs, &storage) {
                    Ok(()) => break,
                    Err(_) if life.is_over() => died.push(life.last()),
                    Err(error) => panic!(
                        "after the job had died {}, it fails: {error}",
                        died.join(", and then ")
                    ),
                }
            }
            let died = died.join(", and then ");
            if let Some(difference) = sink::difference(&whole, &outputs.committed()) {
                panic!("the job had died {died}, and its output is another one: {difference}");
            }
        }
        CrashReport { moments, tried }
    }

    /// One life of a job; an error is its end.
    fn live(
        &self,
        build: &impl Fn(&CrashOutputs) -> Job,
        outputs: &CrashOutputs,
        storage: &MemoryStorage,
    ) -> Result<()> {
        let life = storage.life();
        outputs.begin();
        let checkpoints = Checkpoints::in_storage(storage.clone())
            .every(TimeDelta::MAX)
            .max_retained(2)
            .tolerable_failures(0);
        let job = build(outputs)
            .batch_size(1)
            .turn_size(1)
            .clock(ManualClock::default())
            .checkpoints(checkpoints);
        let mut job = job.start()?;
        let lived = self.work(&mut job, &life);
        if lived.is_err() {
            // Nothing that is done while it is put away counts.
            life.end();
            return lived;
        }
        job.finish().map(drop)
    }

    fn work(&self, job: &mut RunningJob, life: &Life) -> Result<()> {
        for record in 1_usize.. {
            life.moment(|| format!("before it read record {record} of this start"))?;
            if job.step()? == ReadStatus::End {
                break;
            }
            if record.is_multiple_of(self.every) {
                job.checkpoint()?;
            }
        }
        Ok(())
    }
}
