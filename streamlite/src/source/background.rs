//! Records that another thread waits for: a queue of limited length between that thread and the job.

use std::collections::VecDeque;
use std::fmt;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::connector::{Bell, Position, ReadStatus, Reader};
use crate::error::{Error, Result};

/// How many records wait for the job at most; the thread waits while there are as many.
const CAPACITY: usize = 4096;

/// What the thread puts in, and the job takes out.
struct Shared<T> {
    state: Mutex<State<T>>,
    /// There is room again, or nobody takes anything any more.
    room: Condvar,
}

struct State<T> {
    records: VecDeque<T>,
    /// What the thread ended with.
    end: Option<Result<()>>,
    /// The job reads no more.
    closed: bool,
}

impl<T> Shared<T> {
    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where the thread puts records.
pub(super) struct Feeder<T> {
    shared: Arc<Shared<T>>,
    bell: Bell,
}

impl<T> Clone for Feeder<T> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            bell: self.bell.clone(),
        }
    }
}

/// The job reads no more: the thread is to end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Closed;

impl<T> Feeder<T> {
    /// Puts in all of these records, and leaves none; waits for room, of which there may be somewhat too little.
    pub(super) fn put_all(&self, records: &mut Vec<T>) -> Result<(), Closed> {
        if records.is_empty() {
            return Ok(());
        }
        let mut state = self.shared.state();
        while state.records.len() >= CAPACITY && !state.closed {
            let woken = self.shared.room.wait(state);
            state = woken.unwrap_or_else(PoisonError::into_inner);
        }
        if state.closed {
            return Err(Closed);
        }
        let was_empty = state.records.is_empty();
        state.records.extend(records.drain(..));
        drop(state);
        if was_empty {
            self.bell.ring();
        }
        Ok(())
    }

    fn end(&self, end: Result<()>) {
        self.shared.state().end = Some(end);
        self.bell.ring();
    }
}

/// Reads what a thread of its own waits for.
pub struct BackgroundReader<T> {
    shared: Arc<Shared<T>>,
    /// What was taken out of the queue and is not emitted yet.
    taken: VecDeque<T>,
    records: u64,
    /// What it is, in errors.
    name: String,
    accepts_loss: bool,
}

impl<T> fmt::Debug for BackgroundReader<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BackgroundReader")
            .field("name", &self.name)
            .field("records", &self.records)
            .finish_non_exhaustive()
    }
}

impl<T: Send + 'static> BackgroundReader<T> {
    /// Starts the thread. What it ends with comes after the records that it has put in; a panic is an error.
    pub(super) fn start(
        name: String,
        bell: Bell,
        accepts_loss: bool,
        work: impl FnOnce(&Feeder<T>) -> Result<()> + Send + 'static,
    ) -> Result<Self> {
        let shared = Arc::new(Shared {
            state: Mutex::new(State {
                records: VecDeque::new(),
                end: None,
                closed: false,
            }),
            room: Condvar::new(),
        });
        let feeder = Feeder {
            shared: Arc::clone(&shared),
            bell,
        };
        let of_panic = name.clone();
        let run = move || {
            let done = catch_unwind(AssertUnwindSafe(|| work(&feeder)));
            feeder.end(done.unwrap_or_else(|_| {
                Err(Error::unreadable(
                    of_panic,
                    "the thread that reads it has panicked",
                    "what it says before is the cause",
                ))
            }));
        };
        let started = thread::Builder::new()
            .name("streamlite source".to_owned())
            .spawn(run);
        started.map_err(|cause| Error::io("starting a thread for", &name, cause))?;
        Ok(Self {
            shared,
            taken: VecDeque::new(),
            records: 0,
            name,
            accepts_loss,
        })
    }
}

impl<T> Reader for BackgroundReader<T> {
    type Item = T;

    fn read<F: FnMut(T) -> ControlFlow<()>>(&mut self, at_most: usize, mut out: F) -> Result<ReadStatus> {
        if self.taken.is_empty() {
            let mut state = self.shared.state();
            if state.records.is_empty() {
                return match state.end.take() {
                    None => Ok(ReadStatus::Pending),
                    Some(end) => {
                        // Whoever asks again is told the same.
                        state.end = Some(end.clone());
                        end.map(|()| ReadStatus::End)
                    }
                };
            }
            std::mem::swap(&mut state.records, &mut self.taken);
            drop(state);
            self.shared.room.notify_all();
        }
        for _ in 0..at_most {
            let Some(record) = self.taken.pop_front() else {
                break;
            };
            self.records += 1;
            if out(record).is_break() {
                break;
            }
        }
        Ok(ReadStatus::Ready)
    }

    /// It takes what is there.
    fn never_waits(&self) -> bool {
        true
    }

    fn position(&mut self) -> Result<Position> {
        if self.accepts_loss {
            return Ok(Position::of(&self.records));
        }
        Err(Error::unreadable(
            self.name.clone(),
            "nothing can be read of it again, so that the job cannot be saved",
            "read from something that is kept, such as a file; or `.accept_loss()`: what was read after the last checkpoint \
             is lost in a crash",
        ))
    }
}

impl<T> Drop for BackgroundReader<T> {
    fn drop(&mut self) {
        self.shared.state().closed = true;
        self.shared.room.notify_all();
    }
}
