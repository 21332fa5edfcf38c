//! The first thing that went wrong inside the operators of a job.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::error::Error;

/// Where an operator leaves an error, because `push` returns nothing; the driver looks between two reads.
///
/// Records pushed after it are not processed further: the operator that failed drops them, and the job ends with the
/// error, so that nothing is taken for done.
#[derive(Clone, Debug, Default)]
pub(crate) struct Failure {
    shared: Rc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    set: Cell<bool>,
    first: RefCell<Option<Error>>,
}

impl Failure {
    /// Leaves an error; only the first is kept.
    #[cold]
    pub(crate) fn set(&self, error: Error) {
        self.shared.set.set(true);
        self.shared.first.borrow_mut().get_or_insert(error);
    }

    /// The error, if there is one; it stays, so that a job that has failed fails at every call.
    #[inline]
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.shared.set.get() {
            self.error()
        } else {
            Ok(())
        }
    }

    #[cold]
    fn error(&self) -> Result<(), Error> {
        self.shared.first.borrow().clone().map_or(Ok(()), Err)
    }
}
