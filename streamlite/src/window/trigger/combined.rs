//! Triggers made of others.

use super::{MergeTrigger, Trigger, TriggerContext, TriggerResult};
use crate::error::Result;
use crate::time::Timestamp;

/// What can be said after a trigger. For one of one's own: `impl Combine for Mine {}`.
pub trait Combine: Sized {
    /// Fires when either of two triggers does; each knows for itself what it waits for.
    ///
    /// ```
    /// # use streamlite::prelude::*;
    /// let counts = pipeline!(
    ///     from([0_i64, 1, 2])
    ///         .event_time(|at| *at)
    ///         .window(tumbling(1min))
    ///         .trigger(on_count(2).or(on_watermark()))
    ///         .aggregate(|window, rows| (window.firing, rows.count()))
    /// )
    /// .collect()?;
    /// assert_eq!(counts, [(Firing::Early, 2), (Firing::OnTime, 3)]);
    /// # Ok::<(), streamlite::Error>(())
    /// ```
    #[must_use]
    fn or<B>(self, other: B) -> Or<Self, B> {
        Or { one: self, other }
    }

    /// Forgets the records of a window whenever it fires. Flink's `PurgingTrigger`.
    ///
    /// ```
    /// # use streamlite::prelude::*;
    /// let counts = pipeline!(
    ///     from([0_i64, 1, 2])
    ///         .event_time(|at| *at)
    ///         .window(tumbling(1min))
    ///         .trigger(on_count(2).or(on_watermark()).purging())
    ///         .aggregate(|window, rows| (window.firing, rows.count()))
    /// )
    /// .collect()?;
    /// assert_eq!(counts, [(Firing::Early, 2), (Firing::OnTime, 1)]);
    /// # Ok::<(), streamlite::Error>(())
    /// ```
    #[must_use]
    fn purging(self) -> Purging<Self> {
        Purging { trigger: self }
    }
}

/// Either of two triggers; see [`or`](Combine::or).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Or<A, B> {
    one: A,
    other: B,
}

impl<A, B> Combine for Or<A, B> {}

impl<T, A: Trigger<T>, B: Trigger<T>> Trigger<T> for Or<A, B> {
    type State = (A::State, B::State);

    #[inline]
    fn on_record(
        &self,
        (one, other): &mut Self::State,
        record: &T,
        cx: &mut TriggerContext<'_>,
    ) -> TriggerResult {
        let first = self.one.on_record(one, record, cx);
        first.and(self.other.on_record(other, record, cx))
    }

    fn on_event_time(
        &self,
        (one, other): &mut Self::State,
        at: Timestamp,
        cx: &mut TriggerContext<'_>,
    ) -> TriggerResult {
        let first = self.one.on_event_time(one, at, cx);
        first.and(self.other.on_event_time(other, at, cx))
    }

    fn on_processing_time(
        &self,
        (one, other): &mut Self::State,
        at: Timestamp,
        cx: &mut TriggerContext<'_>,
    ) -> TriggerResult {
        let first = self.one.on_processing_time(one, at, cx);
        first.and(self.other.on_processing_time(other, at, cx))
    }

    fn on_end(&self, (one, other): &mut Self::State, cx: &mut TriggerContext<'_>) -> TriggerResult {
        let first = self.one.on_end(one, cx);
        first.and(self.other.on_end(other, cx))
    }

    fn on_fire(&self, (one, other): &mut Self::State) {
        self.one.on_fire(one);
        self.other.on_fire(other);
    }

    fn next_due(&self, watermark: Timestamp) -> Timestamp {
        self.one.next_due(watermark).min(self.other.next_due(watermark))
    }

    fn check(&self) -> Result<()> {
        self.one.check()?;
        self.other.check()
    }
}

impl<T, A: MergeTrigger<T>, B: MergeTrigger<T>> MergeTrigger<T> for Or<A, B> {
    fn merge(&self, into: &mut Self::State, other: Self::State) {
        self.one.merge(&mut into.0, other.0);
        self.other.merge(&mut into.1, other.1);
    }
}

/// A trigger that makes a window forget its records when it fires; see [`purging`](Combine::purging).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purging<R> {
    trigger: R,
}

impl<R> Combine for Purging<R> {}

fn purging(result: TriggerResult) -> TriggerResult {
    if result.fires() {
        TriggerResult::FireAndPurge
    } else {
        result
    }
}

impl<T, R: Trigger<T>> Trigger<T> for Purging<R> {
    type State = R::State;

    #[inline]
    fn on_record(&self, state: &mut R::State, record: &T, cx: &mut TriggerContext<'_>) -> TriggerResult {
        purging(self.trigger.on_record(state, record, cx))
    }

    fn on_event_time(
        &self,
        state: &mut R::State,
        at: Timestamp,
        cx: &mut TriggerContext<'_>,
    ) -> TriggerResult {
        purging(self.trigger.on_event_time(state, at, cx))
    }

    fn on_processing_time(
        &self,
        state: &mut R::State,
        at: Timestamp,
        cx: &mut TriggerContext<'_>,
    ) -> TriggerResult {
        purging(self.trigger.on_processing_time(state, at, cx))
    }

    fn on_end(&self, state: &mut R::State, cx: &mut TriggerContext<'_>) -> TriggerResult {
        purging(self.trigger.on_end(state, cx))
    }

    fn on_fire(&self, state: &mut R::State) {
        self.trigger.on_fire(state);
    }

    fn next_due(&self, watermark: Timestamp) -> Timestamp {
        self.trigger.next_due(watermark)
    }

    fn check(&self) -> Result<()> {
        self.trigger.check()
    }
}

impl<T, R: MergeTrigger<T>> MergeTrigger<T> for Purging<R> {
    fn merge(&self, into: &mut R::State, other: R::State) {
        self.trigger.merge(into, other);
    }
}
