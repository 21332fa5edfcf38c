//! Two streams joined by keys.

use std::fmt;
use std::marker::PhantomData;

use super::stream::Stream;
use crate::assembly::{Chain, Id};
use crate::join::{BothSides, Either, FullOuter, Inner, IntoBounds, JoinType, LeftOuter, On, RightOuter};
use crate::operator::{HashJoined, Interval, Joined, JoinedWithLate, WindowJoin};
use crate::time::TimeDelta;
use crate::window::{
    AccumulationMode, ByTime, CheckedTrigger, IntoAssigner, OnWatermark, RecordTriggers, Settings, Triggered,
};
use crate::witness::CheckedKey;

/// Two streams to be joined: [`on`](Self::on) says by what.
#[must_use = "say next by which keys the streams are joined, `.on(|left| …, |right| …)`"]
pub struct JoinedStreams<L, R, J, O = L, S = Id> {
    chain: Chain<L, O, S>,
    join_type: PhantomData<J>,
    right: PhantomData<fn() -> R>,
}

/// A join by keys. [`within`](Self::within) and [`window`](Self::window) say which rows match in time; without them all rows
/// of a key do, whenever they happened: a hash join, whose streams end.
///
/// The right rows of a hash join are kept in a table, which should be the smaller one; left rows that come before its end
/// wait. Pairs come when the right stream has ended, in the order of the left rows, each with the right rows in theirs,
/// and right rows that match none at the end. So it does not matter how the two streams come.
///
/// ```
/// # use streamlite::prelude::*;
/// let named = pipeline!(
///     from([(1, 20), (2, 30), (1, 50)]).join(from([(1, "tea"), (2, "salt")])).on(|(id, _)| *id, |(id, _)| *id)
/// )
/// .collect()?;
/// assert_eq!(named.iter().map(|((_, price), (_, name))| (*name, *price)).collect::<Vec<_>>(), [
///     ("tea", 20),
///     ("salt", 30),
///     ("tea", 50),
/// ]);
/// # Ok::<(), streamlite::Error>(())
/// ```
#[must_use = "a join does nothing until it reaches a sink"]
pub struct Join<L, R, G, J, O = L, S = Id> {
    chain: Chain<L, O, S>,
    on: G,
    join_type: PhantomData<J>,
    right: PhantomData<fn() -> R>,
}

/// An interval join, as a description.
type IntervalJoin<L, R, G, J, O, S> = Joined<L, R, <J as JoinType>::Out<L, R>, O, S, Interval<G, J>>;

impl<L, R, G, J, O, S> Join<L, R, G, J, O, S> {
    /// The join of all rows.
    pub(crate) fn hashed(self) -> HashJoined<L, R, G, J, O, S> {
        HashJoined::new(self.chain, self.on)
    }
}

impl<L, R, J, O, S> fmt::Debug for JoinedStreams<L, R, J, O, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JoinedStreams")
    }
}

impl<L, R, G, J, O, S> fmt::Debug for Join<L, R, G, J, O, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Join")
    }
}

/// Joins.
impl<L, O, S> Stream<L, O, S> {
    fn joined<R, J>(self) -> JoinedStreams<L, R, J, O, S> {
        JoinedStreams {
            chain: self.chain,
            join_type: PhantomData,
            right: PhantomData,
        }
    }

    /// Joins two streams: every left row with every right row of the same key that is not too far away in time, as a
    /// tuple.
    ///
    /// [`within`](Join::within) says how much later than its left row a right row may be. Both sides are `Clone`, since a
    /// row that matches several is repeated. A pair is emitted when its second row comes, with the later timestamp.
    ///
    /// ```
    /// # use streamlite::prelude::*;
    /// let paid = pipeline!({
    ///     let orders = from([("tea", 0_i64), ("salt", 1_000)]).event_time(|(_, at)| *at);
    ///     let payments = from([("salt", 2_000_i64), ("tea", 500_000)]).event_time(|(_, at)| *at);
    ///     orders
    ///         .join(payments)
    ///         .on(|(name, _)| *name, |(name, _)| *name)
    ///         .within(0s..=1min)
    ///         .map(|((name, ordered), (_, paid))| (name, paid - ordered))
    /// })
    /// .collect()?;
    /// assert_eq!(paid, [("salt", 1_000)]);
    /// # Ok::<(), streamlite::Error>(())
    /// ```
    ///
    /// | | |
    /// | --- | --- |
    /// | on a watermark | removes rows that can match no more; passes on the lower one of the two inputs |
    /// | on a late record | counts it, and drops it unless `with_late` is written: it matches nothing |
    /// | at a checkpoint | saves the rows that may match others still |
    /// | in Flink | `intervalJoin` |
    pub fn join<R>(self, _right: Stream<R>) -> JoinedStreams<L, R, Inner, O, S> {
        self.joined()
    }

    /// Joins two streams like [`join`](Self::join), and emits each left row that matches none alone: `(left, None)`, once
    /// it can match no more, with its own timestamp. So that such a row is not late downstream, the watermark is passed on
    /// later by as much as a row waits.
    ///
    /// ```
    /// # use streamlite::prelude::*;
    /// let unpaid = pipeline!({
    ///     let orders = from([("tea", 0_i64), ("salt", 1_000)]).event_time(|(_, at)| *at);
    ///     let payments = from([("salt", 2_000_i64), ("tea", 500_000)]).event_time(|(_, at)| *at);
    ///     orders
    ///         .left_join(payments)
    ///         .on(|(name, _)| *name, |(name, _)| *name)
    ///         .within(0s..=1min)
    ///         .filter(|(_, payment)| payment.is_none())
    ///         .map(|((name, _), _)| name)
    /// })
    /// .collect()?;
    /// assert_eq!(unpaid, ["tea"]);
    /// # Ok::<(), streamlite::Error>(())
    /// ```
    ///
    /// | | |
    /// | --- | --- |
    /// | on a watermark | emits the rows that can match no more and have matched none |
    /// | on a late record | counts it, and drops it unless `with_late` is written: it matches nothing, and is not emitted alone |
    /// | at a checkpoint | saves the rows that may match others still |
    /// | in Flink | `LEFT JOIN` with times in its condition, in SQL |
    pub fn left_join<R>(self, _right: Stream<R>) -> JoinedStreams<L, R, LeftOuter, O, S> {
        self.joined()
    }

    /// Joins two streams like [`join`](Self::join), and emits each right row that matches none alone: `(None, right)`; see
    /// [`left_join`](Self::left_join).
    ///
    /// ```
    /// # use streamlite::prelude::*;
    /// let unknown = pipeline!({
    ///     let orders = from([("tea", 0_i64)]).event_time(|(_, at)| *at);
    ///     let payments = from([("tea", 1_000_i64), ("gold", 2_000)]).event_time(|(_, at)| *at);
    ///     orders
    ///         .right_join(payments)
    ///         .on(|(name, _)| *name, |(name, _)| *name)
    ///         .within(0s..=1min)
    /// })
    /// .collect()?;
    /// assert_eq!(unknown, [(Some(("tea", 0)), ("tea", 1_000)), (None, ("gold", 2_000))]);
    /// # Ok::<(), streamlite::Error>(())
    /// ```
    ///
    /// | | |
    /// | --- | --- |
    /// | on a watermark | emits the rows that can match no more and have matched none |
    /// | on a late record | counts it, and drops it unless `with_late` is written: it matches nothing, and is not emitted alone |
    /// | at a checkpoint | saves the rows that may match others still |
    /// | in Flink | `RIGHT JOIN` with times in its condition, in SQL |
    pub fn right_join<R>(self, _right: Stream<R>) -> JoinedStreams<L, R, RightOuter, O, S> {
        self.joined()
    }

    /// Joins two streams like [`join`](Self::join), and emits each row that matches none alone: `(Some(left), None)` or
    /// `(None, Some(right))`; see [`left_join`](Self::left_join).
    ///
    /// ```
    /// # use streamlite::prelude::*;
    /// let all = pipeline!({
    ///     let orders = from([("tea", 0_i64)]).event_time(|(_, at)| *at);
    ///     let payments = from([("gold", 2_000_i64)]).event_time(|(_, at)| *at);
    ///     orders
    ///         .full_join(payments)
    ///         .on(|(name, _)| *name, |(name, _)| *name)
    ///         .within(0s..=1min)
    /// })
    /// .collect()?;
    /// assert_eq!(all, [(None, Some(("gold", 2_000))), (Some(("tea", 0)), None)]);
    /// # Ok::<(), streamlite::Error>(())
    /// ```
    ///
    /// | | |
    /// | --- | --- |
    /// | on a watermark | emits the rows that can match no more and have matched none |
    /// | on a late record | counts it, and drops it unless `with_late` is written: it matches nothing, and is not emitted alone |
    /// | at a checkpoint | saves the rows that may match others still |
    /// | in Flink | `FULL JOIN` with times in its condition, in SQL |
    pub fn full_join<R>(self, _right: Stream<R>) -> JoinedStreams<L, R, FullOuter, O, S> {
        self.joined()
    }
}

impl<L, R, J, O, S> JoinedStreams<L, R, J, O, S> {
    /// Says by what rows are joined: a key of the left and one of the right row, of one type. A key is
    /// `Hash + Eq + Clone`, as for [`key_by`](Stream::key_by).
    pub fn on<M, K, F, H>(self, left: F, right: H) -> Join<L, R, On<K::By<F>, K::By<H>>, J, O, S>
    where
        K: CheckedKey<M>,
        F: FnMut(&L) -> K,
        H: FnMut(&R) -> K,
    {
        Join {
            chain: self.chain,
            on: On::new(K::by(left), K::by(right)),
            join_type: self.join_type,
            right: PhantomData,
        }
    }
}

impl<L, R, G, J: JoinType, O, S> Join<L, R, G, J, O, S> {
    /// Says which rows match in time: `right - left` lies in a range, as in `-5min..=10min`, whose bounds are included. The
    /// end of `0s..10min` is excluded.
    ///
    /// A row waits in state as long as a row that is not late can match it.
    pub fn within<B: IntoBounds>(self, bounds: B) -> IntervalJoin<L, R, G, J, O, S> {
        Joined::new(
            self.chain,
            Interval {
                on: self.on,
                bounds: bounds.into_bounds(),
                join_type: self.join_type,
            },
        )
    }
}

impl<L, R, G, J: JoinType, O, S> IntervalJoin<L, R, G, J, O, S> {
    /// Makes late rows streams of their own: `let (pairs, late_left, late_right) = ….with_late();`.
    pub fn with_late(self) -> JoinedWithLate<L, R, J::Out<L, R>, O, S, Interval<G, J>> {
        JoinedWithLate(self)
    }
}

/// A window join, as a description.
type JoinedInWindows<L, R, G, J, W, O, S, X = OnWatermark> =
    Joined<L, R, <J as JoinType>::Out<L, R>, O, S, WindowJoin<G, W, J, X>>;

impl<L, R, G, J: JoinType, O, S> Join<L, R, G, J, O, S> {
    /// Says which rows match in time: those in one window, which are emitted when it fires: left rows in the order in which
    /// they came, each with the right rows in theirs. `tumbling`, `sliding`, `session` and calendar windows do.
    ///
    /// ```
    /// # use streamlite::prelude::*;
    /// let same_minute = pipeline!({
    ///     let clicks = from([("ada", 0_i64), ("bob", 59_999)]).event_time(|(_, at)| *at);
    ///     let buys = from([("ada", 59_999_i64), ("bob", 60_000)]).event_time(|(_, at)| *at);
    ///     clicks
    ///         .join(buys)
    ///         .on(|(name, _)| *name, |(name, _)| *name)
    ///         .window(tumbling(1min))
    ///         .map(|((name, _), _)| name)
    /// })
    /// .collect()?;
    /// assert_eq!(same_minute, ["ada"]);
    /// # Ok::<(), streamlite::Error>(())
    /// ```
    pub fn window<W>(self, window: W) -> JoinedInWindows<L, R, G, J, W::Assigner, O, S>
    where
        W: IntoAssigner,
        W::Assigner: ByTime,
    {
        Joined::new(
            self.chain,
            WindowJoin {
                assigner: window.into_assigner(),
                settings: Settings {
                    grouping: self.on,
                    aggregate: BothSides,
                    trigger: OnWatermark,
                    lateness: TimeDelta::ZERO,
                    mode: AccumulationMode::Accumulating,
                },
                join_type: PhantomData,
            },
        )
    }
}

impl<L, R, U, G, J, W, X, O, S> Joined<L, R, U, O, S, WindowJoin<G, W, J, X>> {
    /// Waits for late rows for so much longer, in event time. The window has fired by then; each such row fires its key
    /// again, with all rows that have come so far.
    pub fn allowed_lateness(mut self, lateness: TimeDelta) -> Self {
        self.join.settings.lateness = lateness;
        self
    }

    /// Makes late rows streams of their own: `let (pairs, late_left, late_right) = ….with_late();`.
    pub fn with_late(self) -> JoinedWithLate<L, R, U, O, S, WindowJoin<G, W, J, X>> {
        JoinedWithLate(self)
    }
}

/// A trigger that can fire windows of two streams.
type FiredBy<L, R, W, X, M> = Triggered<<X as CheckedTrigger<Either<L, R>, W, M>>::Itself>;

impl<L, R, U, G, J, W, O, S> Joined<L, R, U, O, S, WindowJoin<G, W, J>> {
    /// Fires windows by this trigger, in place of [`on_watermark`](crate::window::on_watermark): each firing emits all pairs
    /// of the window so far.
    pub fn trigger<M, X>(
        self,
        trigger: X,
    ) -> Joined<L, R, U, O, S, WindowJoin<G, W, J, FiredBy<L, R, W, X, M>>>
    where
        X: CheckedTrigger<Either<L, R>, W, M>,
    {
        let WindowJoin {
            assigner,
            settings,
            join_type,
        } = self.join;
        let Settings {
            grouping,
            aggregate,
            lateness,
            mode,
            ..
        } = settings;
        Joined::new(
            self.chain,
            WindowJoin {
                assigner,
                settings: Settings {
                    grouping,
                    aggregate,
                    trigger: Triggered(trigger.itself()),
                    lateness,
                    mode,
                },
                join_type,
            },
        )
    }
}

impl<L, R, U, G, J, W, O, S> Joined<L, R, U, O, S, WindowJoin<G, W, J>> {
    /// What `on_delta` in `.trigger(…)` is a method of.
    #[cfg_attr(doc, doc(hidden))]
    pub fn triggers(&self) -> RecordTriggers<Either<L, R>> {
        RecordTriggers::new()
    }
}

impl<L, R, U, G, J, W, O, S> JoinedWithLate<L, R, U, O, S, WindowJoin<G, W, J>> {
    /// What `on_delta` in `.trigger(…)` is a method of.
    #[cfg_attr(doc, doc(hidden))]
    pub fn triggers(&self) -> RecordTriggers<Either<L, R>> {
        RecordTriggers::new()
    }
}

/// The settings may come in any order.
impl<L, R, U, G, J, W, X, O, S> JoinedWithLate<L, R, U, O, S, WindowJoin<G, W, J, X>> {
    /// Waits for late rows for so much longer, in event time.
    pub fn allowed_lateness(self, lateness: TimeDelta) -> Self {
        Self(self.0.allowed_lateness(lateness))
    }
}

impl<L, R, U, G, J, W, O, S> JoinedWithLate<L, R, U, O, S, WindowJoin<G, W, J>> {
    /// Fires windows by this trigger.
    pub fn trigger<M, X>(
        self,
        trigger: X,
    ) -> JoinedWithLate<L, R, U, O, S, WindowJoin<G, W, J, FiredBy<L, R, W, X, M>>>
    where
        X: CheckedTrigger<Either<L, R>, W, M>,
    {
        JoinedWithLate(self.0.trigger(trigger))
    }
}
