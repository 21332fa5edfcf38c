//! How long a job lives.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::{Error, Result};

/// How long a job lives: so many moments. Its clones are the same life.
#[derive(Clone, Debug)]
pub(super) struct Life(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    /// How many moments have passed.
    moments: u64,
    /// `None` if it does not die.
    until: Option<u64>,
    is_over: bool,
    last: String,
}

impl Life {
    fn new(until: Option<u64>) -> Self {
        Self(Arc::new(Mutex::new(State {
            moments: 0,
            until,
            is_over: false,
            last: String::new(),
        })))
    }

    /// One that does not end by itself.
    pub(super) fn immortal() -> Self {
        Self::new(None)
    }

    /// One that ends after so many moments.
    pub(super) fn until(moments: u64) -> Self {
        Self::new(Some(moments))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something is about to be done, that is not done any more if the life is over.
    pub(super) fn moment(&self, doing: impl FnOnce() -> String) -> Result<()> {
        let mut state = self.state();
        if !state.is_over && state.until == Some(state.moments) {
            state.is_over = true;
            state.last = doing();
        }
        if state.is_over {
            return Err(dead());
        }
        state.moments += 1;
        Ok(())
    }

    /// Ends it.
    pub(super) fn end(&self) {
        self.state().is_over = true;
    }

    /// Whether it has ended.
    pub(super) fn is_over(&self) -> bool {
        self.state().is_over
    }

    /// How many moments have passed.
    pub(super) fn moments(&self) -> u64 {
        self.state().moments
    }

    /// What was about to be done when it ended.
    pub(super) fn last(&self) -> String {
        self.state().last.clone()
    }
}

/// What everything says after the end of a life.
fn dead() -> Error {
    Error::setting(
        "the job under test",
        "it was killed",
        "this is what the test does",
    )
}
