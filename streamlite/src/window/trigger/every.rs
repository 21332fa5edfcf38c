//! Fires now and then, by event time.

use serde::{Deserialize, Serialize};

use super::{Combine, MergeTrigger, Trigger, TriggerContext, TriggerResult};
use crate::error::{Error, Result};
use crate::time::{TimeDelta, Timestamp};
use crate::window::span::Span;

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

/// What [`every`] knows of one key in one window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct News {
    /// When it is told.
    due: Timestamp,
    /// Whether there is any.
    is_there: bool,
    /// Whether a record has come ever.
    has_begun: bool,
}

/// The first multiple at or after a time.
fn multiple_from(at: Timestamp, span: TimeDelta) -> Timestamp {
    let around = Span::containing(at, span, TimeDelta::ZERO);
    if around.start == at && at.as_millis() % span.as_millis() == 0 {
        at
    } else {
        around.end
    }
}

impl News {
    /// A record has come. It is told when `clock` has come to a multiple that is after the first record.
    #[inline]
    pub(super) fn note(&mut self, span: TimeDelta, record: Timestamp, clock: Timestamp) -> Option<Timestamp> {
        if self.is_there {
            return None;
        }
        Some(self.begin(span, record, clock))
    }

    #[inline(never)]
    fn begin(&mut self, span: TimeDelta, record: Timestamp, clock: Timestamp) -> Timestamp {
        self.due = multiple_from(clock, span);
        if !self.has_begun {
            self.due = self.due.max(Span::containing(record, span, TimeDelta::ZERO).end);
        }
        (self.is_there, self.has_begun) = (true, true);
        self.due
    }

    /// Tells it, if it is due.
    pub(super) fn tell_at(&mut self, at: Timestamp) -> TriggerResult {
        if self.due == at {
            self.tell()
        } else {
            TriggerResult::Continue
        }
    }

    /// Tells it, if there is any.
    pub(super) fn tell(&mut self) -> TriggerResult {
        if std::mem::take(&mut self.is_there) {
            TriggerResult::Fire
        } else {
            TriggerResult::Continue
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        match (self.is_there, other.is_there) {
            (true, true) => self.due = self.due.min(other.due),
            (false, true) => self.due = other.due,
            (_, false) => {}
        }
        self.is_there |= other.is_there;
        self.has_begun |= other.has_begun;
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
