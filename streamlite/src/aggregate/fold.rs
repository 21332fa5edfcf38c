//! Whatever a closure makes of one row after another.

use super::incremental::{Aggregate, Merge};
use super::pick::described;
use super::pick::{Every, Pick};
use crate::state::name_of;

/// Folds rows into a value; see [`Rows::fold`](super::Rows::fold). `M` is `()` where nobody said how parts merge.
#[derive(Clone, Copy, Debug)]
pub struct Fold<P, X, F, M> {
    pub(super) pick: P,
    pub(super) init: X,
    pub(super) fold: F,
    pub(super) merge: M,
}

impl<T, P, X, F, M> Aggregate<T> for Fold<P, X, F, M>
where
    P: Pick<T>,
    X: Clone,
    F: Fn(X, &T) -> X,
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

    fn describe(&self) -> String {
        described::<T, P>("fold", &name_of::<X>())
    }
}

impl<T, P, X, F, M> Merge<T> for Fold<P, X, F, M>
where
    P: Pick<T>,
    X: Clone,
    F: Fn(X, &T) -> X,
    M: Fn(X, X) -> X,
{
    fn merge(&self, acc: &mut Option<X>, later: Option<X>) {
        *acc = match (acc.take(), later) {
            (Some(acc), Some(later)) => Some((self.merge)(acc, later)),
            (acc, later) => acc.or(later),
        };
    }
}

impl<X, F> Fold<Every, X, F, ()> {
    /// Folds all rows; nobody says how parts merge.
    pub(crate) fn new(init: X, fold: F) -> Self {
        Self {
            pick: Every,
            init,
            fold,
            merge: (),
        }
    }
}
