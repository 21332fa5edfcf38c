//! A job that runs on a thread of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use crate::error::{Error, Result};
use crate::metrics::Report;

/// A job that runs on a thread of its own; dropping the handle lets it run on.
#[derive(Debug)]
pub struct JobHandle {
    name: &'static str,
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Result<Report>>,
}

impl JobHandle {
    pub(super) fn new(name: &'static str, stop: Arc<AtomicBool>, thread: JoinHandle<Result<Report>>) -> Self {
        Self { name, stop, thread }
    }

    /// Asks it to stop reading. What was read is processed and written out; windows that are open do not fire.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
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
