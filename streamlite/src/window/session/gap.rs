//! How long a session lasts after a record.

use std::fmt;

use crate::error::Error;
use crate::time::TimeDelta;

/// The same gap after every record.
#[derive(Clone, Copy, Debug)]
pub struct FixedGap(pub(super) TimeDelta);

/// The gap after a record is in the record.
#[derive(Clone, Copy)]
pub struct GapBy<F>(pub(super) F);

/// How long a session lasts after a record.
pub trait Gap<T> {
    /// How long it lasts after this one.
    fn after(&self, record: &T) -> TimeDelta;

    /// How long it lasts after any record, at least.
    fn least(&self) -> TimeDelta;

    /// Whether it makes sense.
    ///
    /// # Errors
    /// If it does not.
    fn check(&self) -> Result<(), Error>;

    /// What it is, as far as saved state depends on it.
    fn describe(&self) -> String;
}

impl<T> Gap<T> for FixedGap {
    #[inline]
    fn after(&self, _record: &T) -> TimeDelta {
        self.0
    }

    fn least(&self) -> TimeDelta {
        self.0
    }

    fn check(&self) -> Result<(), Error> {
        if self.0 > TimeDelta::ZERO {
            return Ok(());
        }
        Err(Error::setting(
            format!("session({})", self.0),
            "the gap of a session is positive",
            "write at least 1ms",
        ))
    }

    fn describe(&self) -> String {
        self.0.to_string()
    }
}

impl<T, F: Fn(&T) -> TimeDelta> Gap<T> for GapBy<F> {
    #[inline]
    fn after(&self, record: &T) -> TimeDelta {
        let gap = (self.0)(record);
        assert!(
            gap > TimeDelta::ZERO,
            "the gap of a session is positive, and `session_by` was given {gap}: write `.max(1ms)` in its closure"
        );
        gap
    }

    fn least(&self) -> TimeDelta {
        TimeDelta::from_millis(1)
    }

    fn check(&self) -> Result<(), Error> {
        Ok(())
    }

    fn describe(&self) -> String {
        "from the record".to_owned()
    }
}

impl<F> fmt::Debug for GapBy<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GapBy")
    }
}
