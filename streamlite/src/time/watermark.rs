//! How far event time has come, told from the records.

use serde::{Deserialize, Serialize};

use super::TimeDelta;
use crate::Result;
use crate::error::Error;

/// Tells the watermark of one partition from the timestamps of its records.
///
/// A watermark W means: no record with a timestamp below W is still to come. (Flink's number for the same moment is
/// one millisecond less; what fires when is the same.)
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a watermark strategy",
    label = "expected `bounded(5s)` or `ascending()`"
)]
pub trait WatermarkStrategy: Send {
    /// How far below the greatest timestamp the watermark stays.
    ///
    /// # Errors
    /// If the strategy's own settings make no sense.
    fn delay(&self) -> Result<TimeDelta>;
}

/// Records are at most so much out of order; see [`bounded`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoundedOutOfOrderness(TimeDelta);

/// Timestamps never go down; see [`ascending`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ascending;

/// Records come at most `delay` out of order: the watermark is the greatest timestamp less `delay`.
///
/// After a record at 10 000, `bounded(5s)` gives W = 5 000. This is Flink's `forBoundedOutOfOrderness`.
#[must_use]
pub fn bounded(delay: TimeDelta) -> BoundedOutOfOrderness {
    BoundedOutOfOrderness(delay)
}

/// Timestamps never go down: the watermark is the greatest timestamp, so that a second record of the same timestamp
/// is not late. This is Flink's `forMonotonousTimestamps`.
#[must_use]
pub fn ascending() -> Ascending {
    Ascending
}

impl WatermarkStrategy for BoundedOutOfOrderness {
    fn delay(&self) -> Result<TimeDelta> {
        if self.0.is_negative() {
            return Err(Error::setting(
                format!("bounded({})", self.0),
                "records cannot be less than in order",
                "write `ascending()` or a positive duration",
            ));
        }
        Ok(self.0)
    }
}

impl WatermarkStrategy for Ascending {
    fn delay(&self) -> Result<TimeDelta> {
        Ok(TimeDelta::ZERO)
    }
}
