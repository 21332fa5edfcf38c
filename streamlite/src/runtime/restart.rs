//! Starting a job again after it has failed.

use std::ops::RangeInclusive;

use super::job::Job;
use crate::error::{Error, Result};
use crate::metrics::Report;
use crate::time::{Clock, SystemClock, TimeDelta};

/// Starts a job again when it fails, which goes on from its newest checkpoint.
///
/// It takes what makes the job, as a job that has failed is not used again: its closures and operators may be in any state,
/// above all after a panic. Flink's name for it is a restart strategy.
///
/// ```
/// use std::time::Duration;
///
/// use streamlite::Restart;
/// use streamlite::prelude::*;
///
/// pipeline!(
///     fn copied(lines: Source<String>, out: Sink<String>) {
///         lines.to(out);
///     }
/// );
///
/// # let dir = tempfile::tempdir().expect("a directory");
/// # let path = dir.path().join("in.txt");
/// # std::fs::write(&path, "one\ntwo\n").expect("it is written");
/// let seconds = Duration::from_secs;
/// let report = Restart::times(3).backoff(seconds(1)..=seconds(60)).run(|| {
///     let source = LinesSource::open(&path)?;
///     let sink = LinesSink::create(dir.path().join("out.txt"))?;
///     Ok(copied(source, sink).checkpoints(Checkpoints::in_dir(dir.path().join("state"))))
/// })?;
/// assert_eq!(report.records_written(), 2);
/// # Ok::<(), streamlite::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "it does nothing until it runs a job"]
pub struct Restart {
    times: u32,
    backoff: RangeInclusive<TimeDelta>,
}

impl Restart {
    /// Starts a job again at most so many times in all.
    pub fn times(times: u32) -> Self {
        Self {
            times,
            backoff: TimeDelta::from_secs(1)..=TimeDelta::from_secs(60),
        }
    }

    /// How long to wait before a start: the first time the least, then twice as long each time, up to the most. From 1 to 60
    /// seconds unless it is said.
    pub fn backoff<D: Into<TimeDelta>>(self, waits: RangeInclusive<D>) -> Self {
        let (least, most) = waits.into_inner();
        Self {
            backoff: least.into()..=most.into(),
            ..self
        }
    }

    /// Runs the job, until it ends without an error or has failed once too often. `Job::run` says when it ends.
    ///
    /// # Errors
    /// What the job has failed with the last time. An error of making the job, or a setting that makes no sense, is one at
    /// once: it would be the same the next time.
    pub fn run(self, mut job: impl FnMut() -> Result<Job>) -> Result<Report> {
        let clock = SystemClock::new();
        let (mut wait, most) = self.backoff.into_inner();
        for left in (0..=self.times).rev() {
            match job()?.run() {
                Err(error) if left > 0 && !is_lasting(&error) => {
                    clock.wait(wait);
                    wait = (wait + wait).min(most);
                }
                ended => return ended,
            }
        }
        unreachable!("the last try returns")
    }
}

/// Whether an error would be the same at the next start.
fn is_lasting(error: &Error) -> bool {
    matches!(
        error,
        Error::Setting { .. } | Error::Savepoint { .. } | Error::FallbackWouldDuplicate { .. }
    )
}
