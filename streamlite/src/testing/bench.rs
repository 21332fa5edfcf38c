//! What the inputs, the outputs and the clock of a test share.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::input::{Queue, TestInput, TestSource};
use super::output::TestOutput;
use super::runner::{TestClock, TestRunner};
use crate::connector::Progress;
use crate::error::{Error, Result};
use crate::runtime::{Driver, Job};
use crate::sink::CollectionSink;
use crate::time::ManualClock;

/// Sets up the test of a job: a port for each source and sink, then the start.
pub struct TestBench {
    shared: Rc<Shared>,
}

/// The job under test, as its inputs and outputs see it.
#[derive(Debug, Default)]
pub(super) struct Shared {
    driver: RefCell<Option<Driver<'static>>>,
    /// All inputs have ended.
    finished: Arc<AtomicBool>,
    /// What the job has failed with.
    failed: RefCell<Option<String>>,
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

    /// Starts the job.
    ///
    /// # Panics
    /// If it cannot start: a setting makes no sense.
    #[must_use]
    #[track_caller]
    pub fn start(self, job: Job) -> (TestRunner, TestClock) {
        let clock = ManualClock::default();
        let driver = checked(job.clock(clock.clone()).driver(None));
        *self.shared.driver.borrow_mut() = Some(driver);
        (
            TestRunner::new(Rc::clone(&self.shared)),
            TestClock::new(clock, self.shared),
        )
    }
}

impl Shared {
    /// Does something with the job.
    pub(super) fn with<R>(&self, act: impl FnOnce(&mut Driver<'static>) -> R) -> R {
        let mut driver = self.driver.borrow_mut();
        act(driver
            .as_mut()
            .expect("`start` puts the driver in place before anything else is handed out"))
    }

    /// Ends all inputs.
    pub(super) fn end_inputs(&self) {
        self.finished.store(true, Ordering::Relaxed);
    }

    /// Processes everything that was pushed.
    #[track_caller]
    pub(super) fn pump(&self) {
        checked(self.with(pump));
    }

    /// Processes everything that was pushed, or says why it cannot.
    pub(super) fn try_pump(&self) -> Result<()> {
        if let Some(before) = self.failed.borrow().as_ref() {
            let cause = format!("it has failed before: {before}");
            return Err(Error::setting(
                "the job under test",
                cause,
                "start a new test driver",
            ));
        }
        let done = self.with(|driver| driver.caught(pump));
        if let Err(error) = &done {
            *self.failed.borrow_mut() = Some(error.to_string());
        }
        done
    }
}

fn pump(driver: &mut Driver<'static>) -> Result<()> {
    while driver.turn()? == Progress::Ready {}
    Ok(())
}

/// A test has no use for an error but to fail with it.
#[track_caller]
pub(super) fn checked<R>(result: Result<R>) -> R {
    match result {
        Ok(value) => value,
        Err(error) => panic!("{error}"),
    }
}
