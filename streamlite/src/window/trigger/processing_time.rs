//! Fires by the clock.

use super::every::{News, check_span};
use super::{Combine, MergeTrigger, Trigger, TriggerContext, TriggerResult};
use crate::error::Result;
use crate::time::{TimeDelta, Timestamp};

/// A window fires some time after a record, by the clock; see [`on_processing_time`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OnProcessingTime {
    delay: TimeDelta,
}

/// Fires a window for a key so long after its first record since it fired last, by the clock, which is looked at every
/// 100 ms. What is left when the window ends is in no result, unless `.or(on_watermark())` is written. Beam's
/// `AfterProcessingTime.pastFirstElementInPane().plusDelayOf(…)`.
///
/// What fires depends on how fast records come: use it for output that people watch.
///
/// ```
/// # use streamlite::prelude::*;
/// let counts = pipeline!(
///     from([1_000_i64, 2_000])
///         .event_time(|at| *at)
///         .window(tumbling(1min))
///         .trigger(on_processing_time(1h).or(on_watermark()))
///         .aggregate(|window, rows| (window.firing, rows.count()))
/// )
/// .collect()?;
/// assert_eq!(counts, [(Firing::OnTime, 2)]);
/// # Ok::<(), streamlite::Error>(())
/// ```
#[must_use]
pub fn on_processing_time(delay: TimeDelta) -> OnProcessingTime {
    OnProcessingTime { delay }
}

impl Combine for OnProcessingTime {}

impl<T> Trigger<T> for OnProcessingTime {
    /// When it fires, if it waits.
    type State = Option<Timestamp>;

    #[inline]
    fn on_record(
        &self,
        due: &mut Option<Timestamp>,
        _record: &T,
        cx: &mut TriggerContext<'_>,
    ) -> TriggerResult {
        if due.is_none() {
            let at = cx.processing_time() + self.delay;
            *due = Some(at);
            cx.set_processing_time_timer(at);
        }
        TriggerResult::Continue
    }

    fn on_processing_time(
        &self,
        due: &mut Option<Timestamp>,
        at: Timestamp,
        _cx: &mut TriggerContext<'_>,
    ) -> TriggerResult {
        if due.take_if(|due| *due == at).is_some() {
            TriggerResult::Fire
        } else {
            TriggerResult::Continue
        }
    }

    fn on_fire(&self, due: &mut Option<Timestamp>) {
        *due = None;
    }

    fn next_due(&self, _watermark: Timestamp) -> Timestamp {
        Timestamp::MAX
    }

    fn check(&self) -> Result<()> {
        check_span("on_processing_time", self.delay)
    }
}

impl<T> MergeTrigger<T> for OnProcessingTime {
    fn merge(&self, into: &mut Option<Timestamp>, other: Option<Timestamp>) {
        *into = into.iter().copied().chain(other).min();
    }
}

/// A window fires now and then, by the clock; see [`every_processing`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EveryProcessing {
    span: TimeDelta,
}

/// Fires a window for a key at the multiples of a span, by the clock, which is looked at every 100 ms, and when the
/// watermark comes to the window's end: if there is news, a record that has come since it fired last. Late records fire it
/// at once, as by default. Flink's `ContinuousProcessingTimeTrigger`, which does not fire at the end.
///
/// ```
/// # use streamlite::prelude::*;
/// let counts = pipeline!(
///     from([1_000_i64, 2_000])
///         .event_time(|at| *at)
///         .window(tumbling(1min))
///         .trigger(every_processing(1h))
///         .aggregate(|window, rows| (window.firing, rows.count()))
/// )
/// .collect()?;
/// assert_eq!(counts, [(Firing::OnTime, 2)]);
/// # Ok::<(), streamlite::Error>(())
/// ```
#[must_use]
pub fn every_processing(span: TimeDelta) -> EveryProcessing {
    EveryProcessing { span }
}

impl Combine for EveryProcessing {}

impl<T> Trigger<T> for EveryProcessing {
    type State = News;

    #[inline]
    fn on_record(&self, news: &mut News, _record: &T, cx: &mut TriggerContext<'_>) -> TriggerResult {
        if cx.is_late() {
            return TriggerResult::Fire;
        }
        // The multiple after now, as the clock is looked at later than it shows.
        let now = cx.processing_time();
        if let Some(due) = news.note(self.span, now, now + TimeDelta::from_millis(1)) {
            cx.set_processing_time_timer(due);
        }
        TriggerResult::Continue
    }

    fn on_processing_time(
        &self,
        news: &mut News,
        at: Timestamp,
        _cx: &mut TriggerContext<'_>,
    ) -> TriggerResult {
        news.tell_at(at)
    }

    fn on_end(&self, news: &mut News, _cx: &mut TriggerContext<'_>) -> TriggerResult {
        news.tell()
    }

    fn on_fire(&self, news: &mut News) {
        news.tell();
    }

    fn next_due(&self, _watermark: Timestamp) -> Timestamp {
        Timestamp::MAX
    }

    fn check(&self) -> Result<()> {
        check_span("every_processing", self.span)
    }
}

impl<T> MergeTrigger<T> for EveryProcessing {
    fn merge(&self, into: &mut News, other: News) {
        into.merge(other);
    }
}
