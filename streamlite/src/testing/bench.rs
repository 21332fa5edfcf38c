//! What the inputs, the outputs and the clock of a test share.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::input::{Queue, TestInput, TestSource};
use super::output::TestOutput;
use super::runner::{TestClock, TestRunner};
use crate::connector::ReadStatus;
use crate::error::{Error, Result};
use crate::runtime::{Driver, Job, Savepoint};
use crate::sink::CollectionSink;
use crate::time::ManualClock;

/// Sets up the test of a job: a port for each source and sink, then the start.
pub struct TestBench {
    shared: Rc<Shared>,
}

/// The job under test, as its inputs and outputs see it.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// Not yet started: it may still be told to go on from a savepoint.
    job: RefCell<Option<Job>>,
    driver: RefCell<Option<Driver<'static>>>,
    /// All inputs have ended.
    finished: Arc<AtomicBool>,
}

impl fmt::Debug for TestBench {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TestBench")
    }
}

impl Default for TestBench {
    fn default() -> Self {
        Self::new()
    }
}

impl TestBench {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            shared: Rc::default(),
        }
    }

    /// A source, and what a test pushes into.
    pub fn input<T>(&mut self, name: &'static str) -> (TestSource<T>, TestInput<T>) {
        let queue = Queue::new(Arc::clone(&self.shared.finished));
        (
            TestSource::new(name, queue.clone()),
            TestInput::new(name, queue, Rc::clone(&self.shared)),
        )
    }

    /// A sink, and what a test takes from.
    pub fn output<T>(&mut self, name: &'static str) -> (CollectionSink<T>, TestOutput<T>) {
        let (sink, collected) = CollectionSink::new();
        (sink, TestOutput::new(name, collected))
    }

    /// Takes the job, which starts as soon as something is asked of it.
    #[must_use]
    pub fn start(self, job: Job) -> (TestRunner, TestClock) {
        let clock = ManualClock::default();
        *self.shared.job.borrow_mut() = Some(job.clock(clock.clone()));
        (
            TestRunner::new(Rc::clone(&self.shared)),
            TestClock::new(clock, self.shared),
        )
    }
}

impl Shared {
    /// Goes on from a savepoint, on the road of production.
    pub(super) fn restore(&self, savepoint: &Savepoint) -> Result<()> {
        let Some(job) = self.job.take() else {
            let advice = "restore it before anything else: `name::test(…).restore(&savepoint)`";
            return Err(Error::setting(
                "the job under test",
                "it has started already",
                advice,
            ));
        };
        *self.job.borrow_mut() = Some(job.restore(savepoint));
        self.try_with(|_| Ok(()))
    }

    /// Does something with the job, which starts if it has not.
    pub(super) fn try_with<R>(&self, act: impl FnOnce(&mut Driver<'static>) -> Result<R>) -> Result<R> {
        if let Some(job) = self.job.take() {
            *self.driver.borrow_mut() = Some(job.driver()?);
        }
        match self.driver.borrow_mut().as_mut() {
            Some(driver) => act(driver),
            None => Err(Error::setting(
                "the job under test",
                "it could not start",
                "start a new test driver",
            )),
        }
    }

    /// The same, where a test has no use for an error.
    #[track_caller]
    pub(super) fn with<R>(&self, act: impl FnOnce(&mut Driver<'static>) -> R) -> R {
        checked(self.try_with(|driver| Ok(act(driver))))
    }

    /// Ends all inputs.
    pub(super) fn end_inputs(&self) {
        self.finished.store(true, Ordering::Relaxed);
    }

    /// Processes everything that was pushed.
    #[track_caller]
    pub(super) fn pump(&self) {
        checked(self.try_pump());
    }

    /// Processes everything that was pushed, or says why it cannot.
    pub(super) fn try_pump(&self) -> Result<()> {
        self.try_with(|driver| {
            while driver.step()? == ReadStatus::Ready {}
            Ok(())
        })
    }
}

/// A test has no use for an error but to fail with it.
#[track_caller]
pub(super) fn checked<R>(result: Result<R>) -> R {
    match result {
        Ok(value) => value,
        Err(error) => panic!("{error}"),
    }
}
