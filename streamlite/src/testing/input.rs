//! A source that a test pushes records into.

use std::collections::VecDeque;
use std::fmt;
use std::ops::ControlFlow;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::shared::Shared;
use crate::connector::{Bounded, Opening, Partition, Position, ReadStatus, Reader, Source};
use crate::control::{Control, LaneEvent};
use crate::error::Result;
use crate::time::Timestamp;

/// What was pushed and not yet read.
#[derive(Debug)]
pub(super) struct Queue<T> {
    records: Arc<Mutex<VecDeque<T>>>,
    ended: Arc<AtomicBool>,
    /// The test has ended all inputs.
    finished: Arc<AtomicBool>,
}

impl<T> Clone for Queue<T> {
    fn clone(&self) -> Self {
        let Self {
            records,
            ended,
            finished,
        } = self;
        Self {
            records: Arc::clone(records),
            ended: Arc::clone(ended),
            finished: Arc::clone(finished),
        }
    }
}

impl<T> Queue<T> {
    pub(super) fn new(finished: Arc<AtomicBool>) -> Self {
        Self {
            records: Arc::default(),
            ended: Arc::default(),
            finished,
        }
    }

    fn records(&self) -> MutexGuard<'_, VecDeque<T>> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Relaxed) || self.finished.load(Ordering::Relaxed)
    }
}

/// What a test pushes records into.
pub struct TestInput<T> {
    name: &'static str,
    queue: Queue<T>,
    shared: Rc<Shared>,
}

impl<T> fmt::Debug for TestInput<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestInput")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl<T> TestInput<T> {
    pub(super) fn new(name: &'static str, queue: Queue<T>, shared: Rc<Shared>) -> Self {
        Self { name, queue, shared }
    }

    /// Pushes a record; everything that it sets off has happened when this returns.
    ///
    /// # Panics
    /// If the job fails, or the input has ended.
    #[track_caller]
    pub fn push(&mut self, record: T) {
        self.push_all([record]);
    }

    /// Pushes a record, and returns the error of a job that fails, to be looked at.
    ///
    /// # Errors
    /// What the job fails with.
    ///
    /// # Panics
    /// If the input has ended.
    #[track_caller]
    pub fn try_push(&mut self, record: T) -> Result<()> {
        self.enqueue([record]);
        self.shared.try_pump()
    }

    /// Pushes several records.
    ///
    /// # Panics
    /// If the job fails, or the input has ended.
    #[track_caller]
    pub fn push_all(&mut self, records: impl IntoIterator<Item = T>) {
        self.enqueue(records);
        self.shared.pump();
    }

    #[track_caller]
    fn enqueue(&mut self, records: impl IntoIterator<Item = T>) {
        let ended = self.queue.has_ended() || self.shared.with(|driver| driver.has_ended(self.name));
        assert!(!ended, "the input `{}` has ended", self.name);
        self.queue.records().extend(records);
    }

    /// Says that event time has come so far in this input.
    ///
    /// # Panics
    /// If the job fails.
    #[track_caller]
    pub fn watermark(&mut self, watermark: impl Into<Timestamp>) {
        let watermark = watermark.into();
        self.shared.with(|driver| {
            let source = driver
                .graph()
                .parts()
                .sources
                .iter()
                .position(|source| source.name == self.name);
            if let Some((source, lane)) = source.and_then(|source| Some((source, driver.lane_of(source)?))) {
                driver.control_source(source, &mut Control::Lane(LaneEvent::Watermark(lane, watermark)));
            }
        });
        self.shared.pump();
    }

    /// Ends this input.
    ///
    /// # Panics
    /// If the job fails.
    #[track_caller]
    pub fn end(&mut self) {
        self.queue.ended.store(true, Ordering::Relaxed);
        self.shared.pump();
    }
}

/// The source of a [`TestInput`].
pub struct TestSource<T> {
    name: &'static str,
    queue: Queue<T>,
}

impl<T> TestSource<T> {
    pub(super) fn new(name: &'static str, queue: Queue<T>) -> Self {
        Self { name, queue }
    }
}

impl<T> fmt::Debug for TestSource<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestSource")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl<T: Send> Source for TestSource<T> {
    type Item = T;
    type Reader = TestReader<T>;

    fn partitions(&mut self) -> Result<Vec<Partition>> {
        Ok(vec![Partition::new(self.name)])
    }

    fn open(&mut self, at: &Opening<'_>) -> Result<TestReader<T>> {
        Ok(TestReader {
            queue: self.queue.clone(),
            read: at.position().map_or(Ok(0), Position::get)?,
        })
    }

    fn is_live(&self) -> bool {
        false
    }

    fn describe(&self) -> String {
        format!("test input `{}`", self.name)
    }
}

impl<T: Send> Bounded for TestSource<T> {}

/// Reads a [`TestSource`].
#[derive(Debug)]
pub struct TestReader<T> {
    queue: Queue<T>,
    read: u64,
}

impl<T> Reader for TestReader<T> {
    type Item = T;

    fn read<F: FnMut(T) -> ControlFlow<()>>(&mut self, at_most: usize, mut out: F) -> Result<ReadStatus> {
        for _ in 0..at_most {
            let Some(record) = self.next() else {
                return Ok(if self.queue.has_ended() {
                    ReadStatus::End
                } else {
                    ReadStatus::Pending
                });
            };
            self.read += 1;
            if out(record).is_break() {
                break;
            }
        }
        Ok(ReadStatus::Ready)
    }

    fn position(&mut self) -> Result<Position> {
        Ok(Position::of(&self.read))
    }
}

impl<T> TestReader<T> {
    fn next(&self) -> Option<T> {
        self.queue.records().pop_front()
    }
}
