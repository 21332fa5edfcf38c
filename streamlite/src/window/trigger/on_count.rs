//! Fires with so many records.

use super::{Combine, MergeTrigger, Trigger, TriggerContext, TriggerResult};
use crate::error::{Error, Result};
use crate::time::Timestamp;

/// A window fires with so many records; see [`on_count`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OnCount {
    records: u64,
}

/// Fires a window for a key with every so many records of it. What is left when the window ends is in no result, unless
/// `.or(on_watermark())` is written. Flink's `CountTrigger`.
///
/// ```
/// # use streamlite::prelude::*;
/// let sums = pipeline!(
///     from([(0_i64, 1_u32), (1, 2), (2, 4), (3, 8), (4, 16)])
///         .event_time(|(at, _)| *at)
///         .window(tumbling(1min))
///         .trigger(on_count(2))
///         .aggregate(|window, rows| (window.index, rows.sum(|(_, n)| *n)))
/// )
/// .collect()?;
/// assert_eq!(sums, [(0, 3), (1, 15)]);
/// # Ok::<(), streamlite::Error>(())
/// ```
#[must_use]
pub fn on_count(records: u64) -> OnCount {
    OnCount { records }
}

impl Combine for OnCount {}

impl<T> Trigger<T> for OnCount {
    /// How many records have come since it fired.
    type State = u64;

    #[inline]
    fn on_record(&self, seen: &mut u64, _record: &T, _cx: &mut TriggerContext<'_>) -> TriggerResult {
        *seen += 1;
        if *seen < self.records {
            return TriggerResult::Continue;
        }
        *seen = 0;
        TriggerResult::Fire
    }

    fn next_due(&self, _watermark: Timestamp) -> Timestamp {
        Timestamp::MAX
    }

    fn check(&self) -> Result<()> {
        if self.records == 0 {
            return Err(Error::setting(
                "on_count(0)".to_owned(),
                "a window fires with at least one record",
                "write at least 1",
            ));
        }
        Ok(())
    }
}

impl<T> MergeTrigger<T> for OnCount {
    fn merge(&self, into: &mut u64, other: u64) {
        *into += other;
    }
}
