//! Fires now and then, by event time.

use serde::{Deserialize, Serialize};

use super::{Combine, MergeTrigger, Trigger, TriggerContext, TriggerResult};
use crate::error::{Error, Result};
use crate::time::{TimeDelta, Timestamp};

/// A window fires now and then; see [`every`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Every {
    span: TimeDelta,
}

/// Fires a window for a key at the multiples of a span, once the watermark has passed them, and when the window ends: if
/// there is news, a record that has come since it fired last. Late records fire it at once, as by default.
///
/// The first multiple is the one after the first record of the key in the window. Where a watermark passes several of them, a
/// window fires once, and where it passes the window's end, too, there. A window without news at its end does not
/// fire there; with `.or(on_watermark())` it does. Flink's `ContinuousEventTimeTrigger`, which rounds times before 1970 up
/// and fires without news, too.
///
/// ```
/// # use streamlite::prelude::*;
/// let counts = pipeline!(
///     from([1_000_i64, 2_000, 12_000, 61_000])
///         .event_time(|at| *at)
///         .window(tumbling(1min))
///         .trigger(every(10s))
///         .aggregate(|window, rows| (window.start.as_millis(), window.firing, rows.count()))
/// )
/// .collect()?;
/// assert_eq!(
///     counts,
///     [(0, Firing::Early, 3), (60_000, Firing::OnTime, 1)],
/// );
/// # Ok::<(), streamlite::Error>(())
/// ```
#[must_use]
pub fn every(span: TimeDelta) -> Every {
    Every { span }
}

/// What [`every`] knows of one key in one window: when news is told. One number, as it is kept for each key: the ends of
/// time, at which nothing can be due, say that there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct News(Timestamp);

impl Default for News {
    fn default() -> Self {
        Self::BEFORE_THE_FIRST
    }
}

/// The first multiple of a span after a time; the end of time if there is none.
#[inline]
fn multiple_after(at: Timestamp, span: TimeDelta) -> Timestamp {
    let into = at.as_millis().rem_euclid(span.as_millis());
    at + TimeDelta::from_millis(span.as_millis() - into)
}

/// The first multiple of a span at or after a time.
#[inline]
fn multiple_from(at: Timestamp, span: TimeDelta) -> Timestamp {
    if at.as_millis().rem_euclid(span.as_millis()) == 0 {
        at
    } else {
        multiple_after(at, span)
    }
}

impl News {
    /// No record has come.
    const BEFORE_THE_FIRST: Self = Self(Timestamp::MIN);
    /// None has come since it was told.
    const TOLD: Self = Self(Timestamp::MAX);

    fn is_there(self) -> bool {
        self != Self::BEFORE_THE_FIRST && self != Self::TOLD
    }

    /// A record has come. Says when it is told: when `clock` has come to a multiple that is after the first record.
    #[inline]
    pub(super) fn note(&mut self, span: TimeDelta, record: Timestamp, clock: Timestamp) -> Option<Timestamp> {
        if self.is_there() {
            return None;
        }
        Some(self.begin(span, record, clock))
    }

    #[inline(never)]
    fn begin(&mut self, span: TimeDelta, record: Timestamp, clock: Timestamp) -> Timestamp {
        let mut due = multiple_from(clock, span);
        if *self == Self::BEFORE_THE_FIRST {
            due = due.max(multiple_after(record, span));
        }
        let millisecond = TimeDelta::from_millis(1);
        self.0 = due.clamp(Timestamp::MIN + millisecond, Timestamp::MAX - millisecond);
        self.0
    }

    /// Tells it, if it is due.
    pub(super) fn tell_at(&mut self, at: Timestamp) -> TriggerResult {
        if self.0 == at {
            self.tell()
        } else {
            TriggerResult::Continue
        }
    }

    /// Tells it, if there is any.
    pub(super) fn tell(&mut self) -> TriggerResult {
        if !self.is_there() {
            return TriggerResult::Continue;
        }
        *self = Self::TOLD;
        TriggerResult::Fire
    }

    pub(super) fn merge(&mut self, other: Self) {
        *self = match (self.is_there(), other.is_there()) {
            (true, true) => Self(self.0.min(other.0)),
            (true, false) => *self,
            (false, true) => other,
            // Told, if any of them was.
            (false, false) => Self(self.0.max(other.0)),
        };
    }
}

/// Whether a span between two firings makes sense.
pub(super) fn check_span(trigger: &str, span: TimeDelta) -> Result<()> {
    if span <= TimeDelta::ZERO {
        return Err(Error::setting(
            format!("{trigger}({span})"),
            "a trigger waits for a positive time",
            "write at least 1ms",
        ));
    }
    Ok(())
}

impl Combine for Every {}

impl<T> Trigger<T> for Every {
    type State = News;

    #[inline]
    fn on_record(&self, news: &mut News, _record: &T, cx: &mut TriggerContext<'_>) -> TriggerResult {
        if cx.is_late() {
            return TriggerResult::Fire;
        }
        if let Some(due) = news.note(self.span, cx.timestamp, cx.watermark) {
            cx.set_event_time_timer(due);
        }
        TriggerResult::Continue
    }

    fn on_event_time(&self, news: &mut News, at: Timestamp, cx: &mut TriggerContext<'_>) -> TriggerResult {
        // A watermark that has passed the window's end, too, fires it once: there.
        if cx.is_late() {
            TriggerResult::Continue
        } else {
            news.tell_at(at)
        }
    }

    fn on_end(&self, news: &mut News, _cx: &mut TriggerContext<'_>) -> TriggerResult {
        news.tell()
    }

    fn on_fire(&self, news: &mut News) {
        news.tell();
    }

    fn next_due(&self, watermark: Timestamp) -> Timestamp {
        multiple_from(watermark, self.span) + TimeDelta::from_millis(1)
    }

    fn check(&self) -> Result<()> {
        check_span("every", self.span)
    }
}

impl<T> MergeTrigger<T> for Every {
    fn merge(&self, into: &mut News, other: News) {
        into.merge(other);
    }
}
