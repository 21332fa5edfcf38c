//! Each row of a stream with the latest row of another one.

use std::fmt;
use std::marker::PhantomData;

use super::stream::Stream;
use crate::assembly::{Chain, Id};
use crate::join::{Inner, JoinType, LeftOuter, On};
use crate::operator::{AsOf, Joined, JoinedWithLate};
use crate::time::TimeDelta;
use crate::witness::CheckedKey;

/// Two streams to be joined as of the time of the left rows: [`on`](Self::on) says by what.
#[must_use = "say next by which keys the streams are joined, `.on(|left| …, |right| …)`"]
pub struct AsOfStreams<L, R, J, O = L, S = Id> {
    chain: Chain<L, O, S>,
    join_type: PhantomData<J>,
    right: PhantomData<fn() -> R>,
}

/// An as-of join, as a description.
pub type AsOfJoin<L, R, G, J, O, S> = Joined<L, R, <J as JoinType>::Out<L, R>, O, S, AsOf<G, J>>;

impl<L, R, J, O, S> fmt::Debug for AsOfStreams<L, R, J, O, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AsOfStreams")
    }
}

/// As-of joins.
impl<L, O, S> Stream<L, O, S> {
    /// Joins each left row with the latest right row of the same key at that time: an order with the rate that was valid
    /// when it came, as a tuple.
    ///
    /// Of right rows of one time the one that came last counts. A left row is emitted, with its own timestamp, when no right
    /// row up to its time can come: when the watermark is above it, so that the result does not depend on how the two
    /// streams come. One without a right row is dropped; [`left_join_latest`](Self::left_join_latest) keeps it.
    /// [`within`](Joined::within) says how old a right row may be. Right rows are `Clone`.
    ///
    /// ```
    /// # use streamlite::prelude::*;
    /// let in_euros = pipeline!({
    ///     let orders = from([(40.0, "USD", 1_000_i64), (10.0, "USD", 3_000)]).event_time(|(.., at)| *at);
    ///     let rates = from([("USD", 0.5, 0_i64), ("USD", 0.25, 2_000)]).event_time(|(.., at)| *at);
    ///     orders
    ///         .join_latest(rates)
    ///         .on(|(_, currency, _)| *currency, |(currency, ..)| *currency)
    ///         .map(|((amount, ..), (_, rate, _))| amount * rate)
    /// })
    /// .collect()?;
    /// assert_eq!(in_euros, [20.0, 2.5]);
    /// # Ok::<(), streamlite::Error>(())
    /// ```
    ///
    /// The latest right row of each key stays in state, unless `within` says when it is too old: a table of the latest
    /// values, which has as many rows as there are keys.
    ///
    /// | | |
    /// | --- | --- |
    /// | on a watermark | emits the left rows below it, in the order of time; removes right rows that are not the latest any more; passes on the lower one of the two inputs |
    /// | on a late record | counts it, and drops it unless `with_late` is written: it matches nothing |
    /// | at a checkpoint | saves the left rows that wait, and the right rows that may be the latest |
    /// | in Flink | `JOIN … FOR SYSTEM_TIME AS OF`, in SQL |
    pub fn join_latest<R>(self, _right: Stream<R>) -> AsOfStreams<L, R, Inner, O, S> {
        self.with_latest()
    }

    /// Joins each left row with the latest right row of the same key at that time, as [`join_latest`](Self::join_latest)
    /// does, and emits those without one alone: `(left, None)`.
    ///
    /// ```
    /// # use streamlite::prelude::*;
    /// let known = pipeline!({
    ///     let orders = from([(40.0, "USD", 1_000_i64), (10.0, "GBP", 3_000)]).event_time(|(.., at)| *at);
    ///     let rates = from([("USD", 0.5, 0_i64), ("GBP", 0.25, 3_001)]).event_time(|(.., at)| *at);
    ///     orders
    ///         .left_join_latest(rates)
    ///         .on(|(_, currency, _)| *currency, |(currency, ..)| *currency)
    ///         .map(|((_, currency, _), rate)| (currency, rate.is_some()))
    /// })
    /// .collect()?;
    /// assert_eq!(known, [("USD", true), ("GBP", false)]);
    /// # Ok::<(), streamlite::Error>(())
    /// ```
    ///
    /// | | |
    /// | --- | --- |
    /// | on a watermark | emits the left rows below it, in the order of time; removes right rows that are not the latest any more; passes on the lower one of the two inputs |
    /// | on a late record | counts it, and drops it unless `with_late` is written: it matches nothing, and is not emitted alone |
    /// | at a checkpoint | saves the left rows that wait, and the right rows that may be the latest |
    /// | in Flink | `LEFT JOIN … FOR SYSTEM_TIME AS OF`, in SQL |
    pub fn left_join_latest<R>(self, _right: Stream<R>) -> AsOfStreams<L, R, LeftOuter, O, S> {
        self.with_latest()
    }

    fn with_latest<R, J>(self) -> AsOfStreams<L, R, J, O, S> {
        AsOfStreams {
            chain: self.chain,
            join_type: PhantomData,
            right: PhantomData,
        }
    }
}

impl<L, R, J: JoinType, O, S> AsOfStreams<L, R, J, O, S> {
    /// Says by what rows are joined: a key of the left and one of the right row, of one type. A key is
    /// `Hash + Eq + Clone`, as for [`key_by`](Stream::key_by).
    pub fn on<M, K, F, H>(self, left: F, right: H) -> AsOfJoin<L, R, On<K::By<F>, K::By<H>>, J, O, S>
    where
        K: CheckedKey<M>,
        F: FnMut(&L) -> K,
        H: FnMut(&R) -> K,
    {
        Joined::new(
            self.chain,
            AsOf {
                on: On::new(K::by(left), K::by(right)),
                oldest: None,
                join_type: self.join_type,
            },
        )
    }
}

impl<L, R, U, G, J, O, S> Joined<L, R, U, O, S, AsOf<G, J>> {
    /// Says how much older than its left row a right row may be. Right rows that are older than that match nothing, and do
    /// not stay in state.
    pub fn within(mut self, oldest: TimeDelta) -> Self {
        self.join.oldest = Some(oldest);
        self
    }

    /// Makes late rows streams of their own: `let (rows, late_left, late_right) = ….with_late();`.
    pub fn with_late(self) -> JoinedWithLate<L, R, U, O, S, AsOf<G, J>> {
        JoinedWithLate(self)
    }
}

/// The settings may come in any order.
impl<L, R, U, G, J, O, S> JoinedWithLate<L, R, U, O, S, AsOf<G, J>> {
    /// Says how much older than its left row a right row may be.
    pub fn within(self, oldest: TimeDelta) -> Self {
        Self(self.0.within(oldest))
    }
}
