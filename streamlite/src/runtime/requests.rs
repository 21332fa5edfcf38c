//! What a running job is asked to do from outside: by its handle, or by the system.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::query::Query;
use crate::connector::Bells;
use crate::error::Result;
use crate::metrics::{Report, Watermarks};

/// What a job is asked to do; it looks between two reads.
#[derive(Debug, Default)]
pub(super) struct Requests {
    /// Set by a signal, too, where nothing can be locked.
    stop: Arc<AtomicBool>,
    is_asked: AtomicBool,
    queue: Mutex<Queue>,
    /// There once the job reads.
    bells: OnceLock<Bells>,
}

#[derive(Debug, Default)]
struct Queue {
    open: VecDeque<Request>,
    /// The job has ended: nobody would answer.
    is_closed: bool,
}

/// One request, and where the answer goes.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) wanted: Wanted,
    pub(super) answer: Sender<Result<Answer>>,
}

/// What is answered.
#[derive(Debug)]
pub(super) enum Answer {
    /// It is done.
    Done,
    Metrics(Box<Report>),
    Watermarks(Watermarks),
    State(Box<dyn Query>),
}

/// What is wanted.
#[derive(Debug)]
pub(super) enum Wanted {
    /// A checkpoint, now.
    Checkpoint,
    /// A savepoint, in this file.
    Savepoint(PathBuf),
    /// The same, and nothing read after it.
    StopWithSavepoint(PathBuf),
    /// That it ends as if its sources had ended.
    Drain,
    /// What it has done so far.
    Metrics,
    /// How far event time has come.
    Watermarks,
    /// What is in a state.
    State(Box<dyn Query>),
}

impl Requests {
    /// Asks the job to stop reading.
    pub(super) fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
        self.wake();
    }

    /// What is asked for from now on wakes a job that waits for its sources.
    pub(super) fn wake_by(&self, bells: &Bells) {
        // Whoever asked before is heard before the first wait.
        let _ = self.bells.set(bells.clone());
    }

    fn wake(&self) {
        if let Some(bells) = self.bells.get() {
            bells.call();
        }
    }

    /// Whether it was asked to.
    #[inline]
    pub(super) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// The flag that says so.
    pub(super) fn stop_flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.stop)
    }

    /// Asks for something; `None` if the job has ended.
    pub(super) fn ask(&self, wanted: Wanted) -> Option<Receiver<Result<Answer>>> {
        let (answer, answered) = mpsc::channel();
        let mut queue = self.queue();
        if queue.is_closed {
            return None;
        }
        queue.open.push_back(Request { wanted, answer });
        self.is_asked.store(true, Ordering::Release);
        drop(queue);
        self.wake();
        Some(answered)
    }

    /// The next request, if there is one.
    #[inline]
    pub(super) fn next(&self) -> Option<Request> {
        if self.is_asked.load(Ordering::Relaxed) {
            self.next_in_queue()
        } else {
            None
        }
    }

    #[cold]
    fn next_in_queue(&self) -> Option<Request> {
        let mut queue = self.queue();
        let next = queue.open.pop_front();
        if queue.open.is_empty() {
            self.is_asked.store(false, Ordering::Relaxed);
        }
        next
    }

    /// Takes no further requests: those who wait learn that the job has ended.
    pub(super) fn close(&self) {
        let mut queue = self.queue();
        queue.is_closed = true;
        queue.open.clear();
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
