//! Watermarks that the records carry.

use std::fmt;
use std::marker::PhantomData;

use super::WatermarkStrategy;
use crate::time::Timestamp;

/// Some records say how far event time has come; see [`punctuated`].
#[derive(Clone, Copy)]
pub struct Punctuated<F> {
    watermark: F,
}

impl<F> fmt::Debug for Punctuated<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Punctuated").finish_non_exhaustive()
    }
}

/// Some records say themselves how far event time has come: markers that a device or a gateway puts among them. The closure
/// returns the watermark that is in a record: no record of its partition with a timestamp below that is still to come.
///
/// A watermark below one that was said before is no news. Flink's `WatermarkGenerator` that emits in `onEvent`.
///
/// ```
/// # use streamlite::prelude::*;
/// #[derive(Clone)]
/// enum Line {
///     Reading { at: i64 },
///     Complete { until: i64 },
/// }
/// use Line::{Complete, Reading};
///
/// let counts = pipeline!(
///     from([Reading { at: 700 }, Reading { at: 20 }, Complete { until: 1_000 }, Reading { at: 1_001 }])
///         .event_time(|line| match line {
///             Reading { at } => *at,
///             Complete { until } => *until,
///         })
///         .watermark(punctuated(|line| match line {
///             Complete { until } => Some(*until),
///             Reading { .. } => None,
///         }))
///         .filter(|line| matches!(line, Reading { .. }))
///         .window(tumbling(1s))
///         .count()
/// )
/// .collect()?;
/// assert_eq!(counts.iter().map(|count| count.value).collect::<Vec<_>>(), [2, 1]);
/// # Ok::<(), streamlite::Error>(())
/// ```
#[must_use]
pub fn punctuated<T, U: Into<Timestamp>, F: Fn(&T) -> Option<U>>(watermark: F) -> Punctuated<F> {
    Punctuated { watermark }
}

/// The watermark strategies that look at records of one type: what `punctuated` in `.watermark(…)` is a method of, so that
/// its closure knows what a record is.
pub struct RecordWatermarks<T> {
    record: PhantomData<fn(T)>,
}

impl<T> fmt::Debug for RecordWatermarks<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecordWatermarks")
    }
}

impl<T> RecordWatermarks<T> {
    pub(crate) fn new() -> Self {
        Self { record: PhantomData }
    }

    /// As the function [`punctuated`].
    pub fn punctuated<U: Into<Timestamp>, F: Fn(&T) -> Option<U>>(&self, watermark: F) -> Punctuated<F> {
        punctuated(watermark)
    }
}

impl<T, U: Into<Timestamp>, F: Fn(&T) -> Option<U>> WatermarkStrategy<T> for Punctuated<F> {
    /// The watermark of a partition says all.
    type State = ();

    #[inline]
    fn on_record(&self, (): &mut (), record: &T, _timestamp: Timestamp) -> Option<Timestamp> {
        (self.watermark)(record).map(Into::into)
    }
}
