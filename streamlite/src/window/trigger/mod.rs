//! When a window fires.

mod combined;
mod every;
mod on_count;
mod on_delta;
mod on_watermark;
mod processing_time;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::span::Span;
use crate::error::Result;
use crate::time::{TimeDelta, Timestamp};
use crate::witness::{Never, No, Yes};

pub use combined::{Combine, Or, Purging};
pub use every::{Every, every};
pub use on_count::{OnCount, on_count};
pub use on_delta::{OnDelta, RecordTriggers, on_delta};
pub use on_watermark::{OnWatermark, on_watermark};
pub use processing_time::{EveryProcessing, OnProcessingTime, every_processing, on_processing_time};

/// What a trigger wants to happen to a window. Flink's `TriggerResult`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TriggerResult {
    /// Nothing.
    #[default]
    Continue,
    /// The window fires: a result is emitted, if there are records in it.
    Fire,
    /// The window forgets its records.
    Purge,
    /// The window fires, and forgets its records.
    FireAndPurge,
}

impl TriggerResult {
    /// Whether the window fires.
    #[must_use]
    #[inline]
    pub fn fires(self) -> bool {
        matches!(self, Self::Fire | Self::FireAndPurge)
    }

    /// Whether the window forgets its records.
    #[must_use]
    #[inline]
    pub fn purges(self) -> bool {
        matches!(self, Self::Purge | Self::FireAndPurge)
    }

    /// Both of what two triggers want.
    #[must_use]
    #[inline]
    pub fn and(self, other: Self) -> Self {
        match (self.fires() || other.fires(), self.purges() || other.purges()) {
            (false, false) => Self::Continue,
            (true, false) => Self::Fire,
            (false, true) => Self::Purge,
            (true, true) => Self::FireAndPurge,
        }
    }
}

/// Says when a window fires, for each key by itself. Flink's `Trigger`.
///
/// It is the argument of `.trigger(…)`, in place of [`on_watermark`], which is the default. One value serves all windows; what it
/// knows of one key's window is its [`State`](Self::State), which is saved and restored.
///
/// # Laws
/// * What it does depends on the state, the arguments and the context alone: so a job that is restored goes on as it would
///   have.
/// * A timer that was set rings once, when the watermark, or the clock, has passed its time; one set at or before the
///   watermark rings when it next rises, if that is not before what [`next_due`](Self::next_due) says. It may ring for a
///   trigger that did not set it: the other one of [`or`](Combine::or), or another session that has become one with this. So
///   a trigger notes in its state what it waits for.
/// * [`next_due`](Self::next_due) is never later than a timer that it sets.
/// * A trigger that forgets records ([`purges`](TriggerResult::purges)) keeps its state.
///
/// # A trigger of one's own
/// Fires with a record that is over a limit, and when the window ends:
///
/// ```
/// # use streamlite::prelude::*;
/// use streamlite::window::{Trigger, TriggerContext, TriggerResult};
///
/// struct Over(u32);
///
/// impl Trigger<(i64, u32)> for Over {
///     type State = ();
///
///     fn on_record(&self, (): &mut (), record: &(i64, u32), cx: &mut TriggerContext<'_>) -> TriggerResult {
///         if record.1 > self.0 || cx.is_late() {
///             TriggerResult::Fire
///         } else {
///             TriggerResult::Continue
///         }
///     }
///
///     fn on_end(&self, (): &mut (), _cx: &mut TriggerContext<'_>) -> TriggerResult {
///         TriggerResult::Fire
///     }
///
///     fn next_due(&self, _watermark: Timestamp) -> Timestamp {
///         Timestamp::MAX // It sets no timers.
///     }
/// }
///
/// let sums = pipeline!(
///     from([(0_i64, 1_u32), (1, 9), (2, 3)])
///         .event_time(|(at, _)| *at)
///         .window(tumbling(1min))
///         .trigger(Over(5))
///         .aggregate(|window, rows| (window.firing, rows.sum(|(_, n)| *n)))
/// )
/// .collect()?;
/// assert_eq!(sums, [(Firing::Early, 10), (Firing::OnTime, 13)]);
/// # Ok::<(), streamlite::Error>(())
/// ```
pub trait Trigger<T> {
    /// What it knows of one key in one window.
    type State: Default + Serialize + DeserializeOwned;

    /// A record has been added to a window.
    fn on_record(&self, state: &mut Self::State, record: &T, cx: &mut TriggerContext<'_>) -> TriggerResult;

    /// The watermark has passed the time of a timer.
    fn on_event_time(
        &self,
        _state: &mut Self::State,
        _at: Timestamp,
        _cx: &mut TriggerContext<'_>,
    ) -> TriggerResult {
        TriggerResult::Continue
    }

    /// The clock has come to the time of a timer.
    fn on_processing_time(
        &self,
        _state: &mut Self::State,
        _at: Timestamp,
        _cx: &mut TriggerContext<'_>,
    ) -> TriggerResult {
        TriggerResult::Continue
    }

    /// The watermark has come to the end of the window: what is in it, if nothing else fires it, is in no result.
    fn on_end(&self, _state: &mut Self::State, _cx: &mut TriggerContext<'_>) -> TriggerResult {
        TriggerResult::Continue
    }

    /// The window has fired for this key, whichever trigger wanted it.
    fn on_fire(&self, _state: &mut Self::State) {}

    /// The lowest watermark above this one at which one of its timers may ring, whichever there are: the later, the more
    /// records are added together. By default each millisecond may be one.
    fn next_due(&self, watermark: Timestamp) -> Timestamp {
        watermark + TimeDelta::from_millis(1)
    }

    /// Whether its settings make sense; asked once, when the job is built.
    ///
    /// # Errors
    /// Says what makes none.
    fn check(&self) -> Result<()> {
        Ok(())
    }
}

/// A trigger for windows that become one where they meet: sessions. Flink's `canMerge`.
pub trait MergeTrigger<T>: Trigger<T> {
    /// Adds what is known of a session to what is known of the other one.
    fn merge(&self, into: &mut Self::State, other: Self::State);
}

/// What a trigger sees, and how it sets timers.
#[derive(Debug)]
pub struct TriggerContext<'a> {
    pub(super) span: Span,
    pub(super) timestamp: Timestamp,
    pub(super) watermark: Timestamp,
    pub(super) processing_time: Timestamp,
    pub(super) timers: &'a mut Vec<SetTimer>,
}

/// A timer that a trigger has set.
#[derive(Clone, Copy, Debug)]
pub(super) enum SetTimer {
    Event(Timestamp),
    Processing(Timestamp),
}

impl TriggerContext<'_> {
    /// The first millisecond of the window; [`Timestamp::MIN`] where there is one for all records.
    #[must_use]
    pub fn window_start(&self) -> Timestamp {
        self.span.start
    }

    /// The first millisecond after the window; [`Timestamp::MAX`] where there is one for all records.
    #[must_use]
    pub fn window_end(&self) -> Timestamp {
        self.span.end
    }

    /// When the record happened, or the time of the timer.
    #[must_use]
    pub fn timestamp(&self) -> Timestamp {
        self.timestamp
    }

    /// How far event time has come.
    #[must_use]
    pub fn watermark(&self) -> Timestamp {
        self.watermark
    }

    /// What the clock showed last: it is looked at every 100 ms.
    #[must_use]
    pub fn processing_time(&self) -> Timestamp {
        self.processing_time
    }

    /// Whether event time has come to the end of the window: the record is within the allowed lateness.
    #[must_use]
    #[inline]
    pub fn is_late(&self) -> bool {
        self.span.end <= self.watermark
    }

    /// Has the trigger asked when the watermark has passed a time.
    pub fn set_event_time_timer(&mut self, at: Timestamp) {
        self.timers.push(SetTimer::Event(at));
    }

    /// Has the trigger asked when the clock has come to a time.
    pub fn set_processing_time_timer(&mut self, at: Timestamp) {
        self.timers.push(SetTimer::Processing(at));
    }
}

/// A trigger that was written: windows with one are kept in another way than those without.
#[derive(Clone, Copy, Debug)]
pub struct Triggered<R>(pub(crate) R);

/// A kind of windows that a trigger can fire.
pub trait FiredBy<T, R: Trigger<T>> {}

/// A trigger that can fire windows `W`. Declared twice, as [`CheckedKey`](crate::witness::CheckedKey) is, so that one
/// mistake is one error.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot fire windows of kind `{W}`",
    label = "not a trigger for these windows",
    note = "triggers are written `on_watermark()`, `every(span)`, `on_count(records)`, `on_delta(threshold, |last, new| …)`, \
            `on_processing_time(span)` or `every_processing(span)`; `.or(…)` brings two together",
    note = "windows of so many records, `count(n)`, fire by themselves; sessions, which become one where they meet, take any \
            trigger but `on_delta`"
)]
pub trait CheckedTrigger<T, W, M> {
    /// The trigger, once the check holds.
    type Itself: Trigger<T>;

    /// The trigger, once the check holds.
    fn itself(self) -> Self::Itself;
}

#[diagnostic::do_not_recommend]
impl<T, W: FiredBy<T, R>, R: Trigger<T>> CheckedTrigger<T, W, Yes> for R {
    type Itself = R;

    fn itself(self) -> R {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<T, W, R: Never + Trigger<T>> CheckedTrigger<T, W, No> for R {
    type Itself = R;

    fn itself(self) -> R {
        self
    }
}
