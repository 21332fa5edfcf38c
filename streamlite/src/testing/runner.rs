//! What a test does with the job as a whole.

use std::fmt;
use std::rc::Rc;

use super::shared::{Shared, checked};
use crate::error::Result;
use crate::metrics::{Report, Watermarks};
use crate::runtime::{Driver, Savepoint, StateView, Why, why};
use crate::time::{Clock, ManualClock, TimeDelta, Timestamp};
use crate::window::Window;

/// The job under test.
pub struct TestRunner {
    shared: Rc<Shared>,
}

impl fmt::Debug for TestRunner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TestRunner")
    }
}

/// The clock of a test: time passes when the test says so.
pub struct TestClock {
    clock: ManualClock,
    shared: Rc<Shared>,
}

impl fmt::Debug for TestClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TestClock").field(&self.clock).finish()
    }
}

impl TestClock {
    pub(super) fn new(clock: ManualClock, shared: Rc<Shared>) -> Self {
        Self { clock, shared }
    }

    /// What it shows.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Lets so much time pass; everything that it sets off has happened when this returns.
    ///
    /// # Panics
    /// If the job fails.
    #[track_caller]
    pub fn advance(&mut self, span: TimeDelta) {
        self.clock.advance(span);
        let now = self.clock.now();
        checked(
            self.shared
                .try_with(|driver| driver.caught(|driver| driver.tick(now))),
        );
        self.shared.pump();
    }
}

impl TestRunner {
    pub(super) fn new(shared: Rc<Shared>) -> Self {
        Self { shared }
    }

    /// Ends the inputs, and runs to the end.
    ///
    /// # Panics
    /// If the job fails.
    #[track_caller]
    pub fn finish(&mut self) -> Report {
        self.shared.end_inputs();
        self.shared.pump();
        self.report()
    }

    /// Ends the inputs, and returns the error of a job that fails, to be looked at.
    ///
    /// # Errors
    /// What the job fails with.
    pub fn try_finish(&mut self) -> Result<Report> {
        self.shared.end_inputs();
        self.shared.try_pump()?;
        Ok(self.report())
    }

    /// Saves all that the job remembers.
    ///
    /// # Panics
    /// If something cannot be saved, or the job has failed.
    #[track_caller]
    #[must_use]
    pub fn savepoint(&mut self) -> Savepoint {
        checked(self.shared.try_with(Driver::savepoint))
    }

    /// Goes on where a job of the same pipeline was saved, as [`Job::restore`](crate::Job::restore) does.
    ///
    /// # Panics
    /// If the job has started already, or cannot go on.
    #[track_caller]
    pub fn restore(&mut self, savepoint: &Savepoint) {
        checked(self.shared.restore(savepoint));
    }

    /// The state of a statement, which can be asked for what it keeps of a key.
    #[must_use]
    pub fn state(&self, name: &str) -> StateView<'_> {
        StateView::new(name, |query| {
            self.shared.try_with(|driver| driver.answered(query))
        })
    }

    /// Why a window of a key has not fired, or what else has become of it.
    ///
    /// # Panics
    /// If no statement of this name has windows of event time, or its keys are of another type.
    #[must_use]
    #[track_caller]
    pub fn why<K: Clone + Send + 'static>(&self, statement: &str, key: &K, window: Window) -> Why {
        let ask = |query| self.shared.try_with(|driver| driver.answered(query));
        checked(why(statement, key, window, ask))
    }

    /// How far event time has come, and what holds it back.
    #[must_use]
    #[track_caller]
    pub fn watermarks(&self) -> Watermarks {
        self.shared.with(Driver::watermarks)
    }

    /// What the job has done so far.
    #[must_use]
    #[track_caller]
    pub fn report(&self) -> Report {
        self.shared.with(Driver::report)
    }
}
