//! Fires when a window ends.

use super::{Combine, MergeTrigger, Trigger, TriggerContext, TriggerResult};
use crate::time::Timestamp;

/// A window fires when the watermark comes to its end, and for late records; see [`on_watermark`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OnWatermark;

/// Fires a window when the watermark comes to its end, and then once for each late record within the allowed lateness: the
/// default, to be written after others. Flink's `EventTimeTrigger`.
///
/// ```
/// # use streamlite::prelude::*;
/// let counts = pipeline!(
///     from([0_i64, 1, 2])
///         .event_time(|at| *at)
///         .window(tumbling(1min))
///         .trigger(on_count(2).or(on_watermark()))
///         .aggregate(|_window, rows| rows.count())
/// )
/// .collect()?;
/// assert_eq!(counts, [2, 3]);
/// # Ok::<(), streamlite::Error>(())
/// ```
#[must_use]
pub fn on_watermark() -> OnWatermark {
    OnWatermark
}

impl Combine for OnWatermark {}

impl<T> Trigger<T> for OnWatermark {
    type State = ();

    #[inline]
    fn on_record(&self, (): &mut (), _record: &T, cx: &mut TriggerContext<'_>) -> TriggerResult {
        if cx.is_late() {
            TriggerResult::Fire
        } else {
            TriggerResult::Continue
        }
    }

    fn on_end(&self, (): &mut (), _cx: &mut TriggerContext<'_>) -> TriggerResult {
        TriggerResult::Fire
    }

    fn next_due(&self, _watermark: Timestamp) -> Timestamp {
        Timestamp::MAX
    }
}

impl<T> MergeTrigger<T> for OnWatermark {
    fn merge(&self, (): &mut (), (): ()) {}
}
