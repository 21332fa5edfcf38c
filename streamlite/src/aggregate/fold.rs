//! Whatever a closure makes of one row after another.

use std::fmt;

use super::incremental::{Aggregate, Merge, Merging};
use super::pick::described;
use super::pick::{Every, Pick};
use crate::state::name_of;

/// Folds rows into a value; see [`Rows::fold`](super::Rows::fold). `M` says how two folded values
/// become one.
#[derive(Clone, Copy, Debug)]
pub struct Fold<P, X, F, M> {
    pub(super) pick: P,
    pub(super) init: X,
    pub(super) fold: F,
    pub(super) merge: M,
}

/// How two folded values become one.
pub trait Join<X> {
    /// How far that is known.
    const MERGING: Merging;

    /// One value of two.
    fn join(&self, one: X, other: X) -> X;
}

/// Nobody said how two folded values become one.
#[derive(Clone, Copy, Debug)]
pub struct Apart;

/// A closure makes one folded value of two.
#[derive(Clone, Copy)]
pub struct JoinedBy<M>(pub(super) M);

impl<M> fmt::Debug for JoinedBy<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JoinedBy")
    }
}

impl<X> Join<X> for Apart {
    const MERGING: Merging = Merging::NEVER;

    fn join(&self, _one: X, _other: X) -> X {
        unreachable!("nobody said how two folded values become one")
    }
}

impl<X, M: Fn(X, X) -> X> Join<X> for JoinedBy<M> {
    // Nobody knows whether the closure returns exactly what folding all rows returns.
    const MERGING: Merging = Merging::ROUNDED;

    fn join(&self, one: X, other: X) -> X {
        (self.0)(one, other)
    }
}

impl<T, P, X, F, M> Aggregate<T> for Fold<P, X, F, M>
where
    P: Pick<T>,
    X: Clone,
    F: Fn(X, &T) -> X,
    M: Join<X>,
{
    /// `None` only while a closure has it.
    type Acc = Option<X>;
    type Out = X;

    #[inline]
    fn zero(&self) -> Option<X> {
        Some(self.init.clone())
    }

    #[inline]
    fn add(&self, acc: &mut Option<X>, row: &T) {
        if self.pick.picks(row) {
            *acc = acc.take().map(|acc| (self.fold)(acc, row));
        }
    }

    fn result(&self, acc: &Option<X>) -> X {
        acc.clone().expect("a closure that panicked ends the job")
    }

    fn last_result(&self, acc: Option<X>) -> X {
        acc.expect("a closure that panicked ends the job")
    }

    const MERGING: Merging = M::MERGING;

    fn merge(&self, acc: &mut Option<X>, other: &Option<X>) {
        self.merge_owned(acc, other.clone());
    }

    fn merge_owned(&self, acc: &mut Option<X>, other: Option<X>) {
        *acc = match (acc.take(), other) {
            (Some(acc), Some(other)) => Some(self.merge.join(acc, other)),
            (acc, other) => acc.or(other),
        };
    }

    fn is_filled(&self, acc: &Option<X>) -> bool {
        acc.is_some()
    }

    fn describe(&self) -> String {
        described::<T, P>("fold", &name_of::<X>())
    }
}

impl<T, P, X, F, M> Merge<T> for Fold<P, X, F, JoinedBy<M>>
where
    P: Pick<T>,
    X: Clone,
    F: Fn(X, &T) -> X,
    M: Fn(X, X) -> X,
{
}

impl<X, F> Fold<Every, X, F, Apart> {
    /// Folds all rows; nobody says how parts merge.
    pub(crate) fn new(init: X, fold: F) -> Self {
        Self {
            pick: Every,
            init,
            fold,
            merge: Apart,
        }
    }
}
