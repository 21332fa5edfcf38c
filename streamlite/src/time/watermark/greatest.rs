//! Watermarks that follow the greatest timestamp.

use serde::{Deserialize, Serialize};

use super::WatermarkStrategy;
use crate::error::{Error, Result};
use crate::time::{TimeDelta, Timestamp};

/// Records are at most so much out of order; see [`bounded`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoundedOutOfOrderness(TimeDelta);

/// Timestamps never go down; see [`ascending`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ascending;

/// Records come at most `delay` out of order: the watermark is the greatest timestamp less `delay`.
///
/// After a record at 10 000, `bounded(5s)` returns W = 5 000. This is Flink's `forBoundedOutOfOrderness`.
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

/// The greatest timestamp of a partition so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Greatest(Timestamp);

impl Default for Greatest {
    /// Before all records.
    fn default() -> Self {
        Self(Timestamp::MIN)
    }
}

impl Greatest {
    /// Whether a timestamp is greater than all before it; then it is the greatest.
    #[inline]
    fn is_surpassed_by(&mut self, timestamp: Timestamp) -> bool {
        let is_greater = timestamp > self.0;
        if is_greater {
            self.0 = timestamp;
        }
        is_greater
    }
}

impl<T> WatermarkStrategy<T> for BoundedOutOfOrderness {
    type State = Greatest;

    fn check(&self) -> Result<()> {
        if self.0.is_negative() {
            return Err(Error::setting(
                format!("bounded({})", self.0),
                "records cannot be less than in order",
                "write `ascending()` or a positive duration",
            ));
        }
        Ok(())
    }

    #[inline]
    fn on_record(&self, greatest: &mut Greatest, _record: &T, timestamp: Timestamp) -> Option<Timestamp> {
        greatest.is_surpassed_by(timestamp).then(|| timestamp - self.0)
    }
}

impl<T> WatermarkStrategy<T> for Ascending {
    type State = Greatest;

    #[inline]
    fn on_record(&self, greatest: &mut Greatest, _record: &T, timestamp: Timestamp) -> Option<Timestamp> {
        greatest.is_surpassed_by(timestamp).then_some(timestamp)
    }
}
