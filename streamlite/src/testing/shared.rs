//! What the inputs, the outputs and the clock of a test share.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::connector::ReadStatus;
use crate::error::{Error, Result};
use crate::runtime::{Driver, Job, Savepoint};

/// The job under test, as its inputs and outputs see it.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// Not yet started: it may still be told to go on from a savepoint.
    job: RefCell<Option<Job>>,
    driver: RefCell<Option<Driver<'static>>>,
    /// All inputs have ended.
    finished: Arc<AtomicBool>,
}

impl Shared {
    /// Takes the job, which has not started.
    pub(super) fn test(&self, job: Job) {
        *self.job.borrow_mut() = Some(job);
    }

    /// Whether all inputs have ended, as it will be.
    pub(super) fn finished(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.finished)
    }

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
            driver.ask_all();
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
