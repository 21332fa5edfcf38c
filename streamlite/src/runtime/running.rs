//! A job that is driven step by step.

use std::cell::RefCell;
use std::fmt;

use super::asked_window::why;
use super::driver::Driver;
use super::savepoint::Savepoint;
use super::state_view::StateView;
use super::why::Why;
use crate::error::Result;
use crate::metrics::{Report, Watermarks};
use crate::source::ReadStatus;
use crate::window::Window;

/// A job that is driven step by step: for a scheduler of one's own, and for saving between two steps.
///
/// ```
/// use streamlite::prelude::*;
/// use streamlite::source::ReadStatus;
///
/// pipeline!(
///     fn doubled(numbers: Source<u32>, out: Sink<u32>) {
///         numbers.map(|n| n * 2).to(out);
///     }
/// );
///
/// let (out, got) = CollectionSink::new();
/// let mut job = doubled(CollectionSource::new([1, 2, 3]), out).batch_size(1).start()?;
/// while job.step()? != ReadStatus::End {}
/// job.finish()?;
/// assert_eq!(got.take(), [2, 4, 6]);
/// # Ok::<(), streamlite::Error>(())
/// ```
#[must_use = "a job does nothing until it is driven"]
pub struct RunningJob {
    driver: Driver<'static>,
}

impl fmt::Debug for RunningJob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.driver.fmt(f)
    }
}

impl RunningJob {
    pub(super) fn new(driver: Driver<'static>) -> Self {
        Self { driver }
    }

    /// Reads some records of one partition, and pushes them through: `Pending` if no source has anything now, `End` if
    /// everything was read.
    ///
    /// # Errors
    /// As [`Job::run`](super::Job::run); the job has failed then, and produces the same error at every further call.
    pub fn step(&mut self) -> Result<ReadStatus> {
        self.driver.step()
    }

    /// Saves all that the job remembers. Sinks have written out everything before it by then.
    ///
    /// # Errors
    /// If a state cannot be saved, a sink cannot be written, or the job has failed before.
    pub fn savepoint(&mut self) -> Result<Savepoint> {
        self.driver.savepoint()
    }

    /// Takes a checkpoint, and waits until it is stored and all output before it is committed. Others are taken in
    /// between as [`Checkpoints::every`](crate::checkpoint::Checkpoints::every) says.
    ///
    /// # Errors
    /// If it cannot be stored, the job takes none, or has failed before.
    pub fn checkpoint(&mut self) -> Result<()> {
        self.driver.checkpoint()
    }

    /// What the job has done so far, in the runs that it goes on from, too.
    #[must_use]
    pub fn report(&mut self) -> Report {
        self.driver.report()
    }

    /// How far event time has come in each partition and each statement, and what holds it back.
    #[must_use]
    pub fn watermarks(&mut self) -> Watermarks {
        self.driver.watermarks()
    }

    /// The state of a statement, which can be asked for what it keeps of a key.
    #[must_use]
    pub fn state(&mut self, name: &str) -> StateView<'_> {
        let driver = RefCell::new(&mut self.driver);
        StateView::new(name, move |query| driver.borrow_mut().answered(query))
    }

    /// Why a window of a key has not fired, or what else has become of it; see [`JobHandle::why`](super::JobHandle::why).
    ///
    /// # Errors
    /// If no statement of this name has windows of event time, its keys are of another type, or the job has failed before.
    pub fn why<K: Clone + Send + 'static>(
        &mut self,
        statement: &str,
        key: &K,
        window: Window,
    ) -> Result<Why> {
        why(statement, key, window, |query| self.driver.answered(query))
    }

    /// Writes out what is buffered, and ends.
    ///
    /// # Errors
    /// If a sink cannot be written, or the job has failed before.
    pub fn finish(mut self) -> Result<Report> {
        self.driver.finish()
    }
}
