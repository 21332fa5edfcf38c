//! A job that runs on a thread of its own.

use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;

use super::requests::{Requests, Wanted};
use crate::error::{Error, Result};
use crate::metrics::Report;

/// A job that runs on a thread of its own; dropping the handle lets it run on.
#[derive(Debug)]
pub struct JobHandle {
    name: &'static str,
    requests: Arc<Requests>,
    thread: JoinHandle<Result<Report>>,
}

impl JobHandle {
    pub(super) fn new(
        name: &'static str,
        requests: Arc<Requests>,
        thread: JoinHandle<Result<Report>>,
    ) -> Self {
        Self {
            name,
            requests,
            thread,
        }
    }

    /// Asks it to stop reading. What was read is processed and written out; windows that are open do not fire. A job that
    /// takes checkpoints takes a last one, so that the next start goes on here.
    pub fn stop(&self) {
        self.requests.stop();
    }

    /// Has it take a checkpoint, and waits until that is stored and all output before it is committed.
    ///
    /// # Errors
    /// If it cannot be taken, the job takes none, or has ended.
    pub fn checkpoint(&self) -> Result<()> {
        self.ask(Wanted::Checkpoint)
    }

    /// Has it write a savepoint to a file, and waits until it is there. In a job that takes checkpoints all output before it
    /// is committed.
    ///
    /// [`Job::restore_from`](super::Job::restore_from) goes on from it.
    ///
    /// # Errors
    /// If it cannot be taken or written, or the job has ended.
    pub fn savepoint(&self, path: impl AsRef<Path>) -> Result<()> {
        self.ask(Wanted::Savepoint(path.as_ref().to_owned()))
    }

    /// The same, and no record is read after it: the job ends.
    ///
    /// # Errors
    /// If it cannot be taken or written, or the job has ended before; one that fails to write it runs on.
    pub fn stop_with_savepoint(&self, path: impl AsRef<Path>) -> Result<()> {
        self.ask(Wanted::StopWithSavepoint(path.as_ref().to_owned()))
    }

    fn ask(&self, wanted: Wanted) -> Result<()> {
        let answered = self.requests.ask(wanted);
        let answer = answered.and_then(|answered| answered.recv().ok());
        answer.unwrap_or_else(|| {
            let advice = "ask before it ends; what it ended with says `join`";
            Err(Error::setting(
                format!("the job `{}`", self.name),
                "it has ended",
                advice,
            ))
        })
    }

    /// Whether it has ended.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.thread.is_finished()
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// As [`Job::run`](super::Job::run).
    pub fn join(self) -> Result<Report> {
        let name = self.name;
        let ended = self.thread.join();
        ended.unwrap_or_else(|_| {
            Err(Error::Panic {
                pipeline: name,
                message: "while its sources and sinks were dropped".to_owned(),
            })
        })
    }
}
