//! Fires when records have moved far enough.

use std::fmt;
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Combine, Trigger, TriggerContext, TriggerResult};
use crate::time::Timestamp;

/// A window fires when records have moved far enough; see [`on_delta`].
#[derive(Clone, Copy)]
pub struct OnDelta<D, F> {
    threshold: D,
    distance: F,
}

impl<D, F> fmt::Debug for OnDelta<D, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnDelta").finish_non_exhaustive()
    }
}

/// Fires a window for a key with a record whose distance from the record that fired last is greater than a threshold. The
/// first record fires nothing: it is what the next ones are compared with. What is left when the window ends is in no
/// result, unless `.or(on_watermark())` is written. Flink's `DeltaTrigger`.
///
/// The record that fired last is kept for each key and window: records must be `Clone`, and serializable. Not for sessions.
///
/// ```
/// # use streamlite::prelude::*;
/// let temperatures = pipeline!(
///     from([(0_i64, 20.0), (1, 20.4), (2, 21.5), (3, 22.0)])
///         .event_time(|(at, _): &(i64, f64)| *at)
///         .window(tumbling(1min))
///         .trigger(on_delta(1.0, |last, new| new.1 - last.1))
///         .aggregate(|_window, rows| rows.last(|(_, t)| *t))
/// )
/// .collect()?;
/// assert_eq!(temperatures, [21.5]);
/// # Ok::<(), streamlite::Error>(())
/// ```
#[must_use]
pub fn on_delta<T, D: PartialOrd, F: Fn(&T, &T) -> D>(threshold: D, distance: F) -> OnDelta<D, F> {
    OnDelta { threshold, distance }
}

/// The triggers that look at records of one type: what `on_delta` in `.trigger(…)` is a method of, so that its closure
/// knows what a record is.
pub struct RecordTriggers<T> {
    record: PhantomData<fn(T)>,
}

impl<T> fmt::Debug for RecordTriggers<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecordTriggers")
    }
}

impl<T> RecordTriggers<T> {
    pub(crate) fn new() -> Self {
        Self { record: PhantomData }
    }

    /// As the function [`on_delta`].
    pub fn on_delta<D: PartialOrd, F: Fn(&T, &T) -> D>(&self, threshold: D, distance: F) -> OnDelta<D, F> {
        on_delta(threshold, distance)
    }
}

impl<D, F> Combine for OnDelta<D, F> {}

impl<T, D, F> Trigger<T> for OnDelta<D, F>
where
    T: Clone + Serialize + DeserializeOwned,
    D: PartialOrd,
    F: Fn(&T, &T) -> D,
{
    /// The record that fired last, or else the first.
    type State = Option<T>;

    #[inline]
    fn on_record(&self, last: &mut Option<T>, record: &T, _cx: &mut TriggerContext<'_>) -> TriggerResult {
        let Some(reference) = last else {
            *last = Some(record.clone());
            return TriggerResult::Continue;
        };
        if (self.distance)(reference, record) > self.threshold {
            reference.clone_from(record);
            TriggerResult::Fire
        } else {
            TriggerResult::Continue
        }
    }

    fn next_due(&self, _watermark: Timestamp) -> Timestamp {
        Timestamp::MAX
    }
}
