//! Sets up the test of a job.

use std::fmt;
use std::rc::Rc;

use super::input::{Queue, TestInput, TestSource};
use super::output::TestOutput;
use super::runner::{TestClock, TestRunner};
use super::shared::Shared;
use crate::runtime::Job;
use crate::sink::CollectionSink;
use crate::time::ManualClock;

/// Sets up the test of a job: a port for each source and sink, then the start.
pub struct TestBench {
    shared: Rc<Shared>,
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
        let queue = Queue::new(self.shared.finished());
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
        self.shared.test(job.clock(clock.clone()));
        (
            TestRunner::new(Rc::clone(&self.shared)),
            TestClock::new(clock, self.shared),
        )
    }
}
