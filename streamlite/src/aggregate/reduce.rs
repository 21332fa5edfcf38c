//! One row out of many, by a closure that makes one out of two.

use super::incremental::{Aggregate, Merge, Merging};
use super::pick::Pick;
use super::pick::described;
use crate::state::name_of;

/// Reduces rows to one; see [`Rows::reduce`](super::Rows::reduce).
#[derive(Clone, Copy, Debug)]
pub struct Reduce<P, F> {
    pub(super) pick: P,
    pub(super) reduce: F,
}

impl<P, F> Reduce<P, F> {
    #[inline]
    fn put<T>(&self, kept: &mut Option<T>, later: Option<T>)
    where
        F: Fn(T, T) -> T,
    {
        *kept = match (kept.take(), later) {
            (Some(kept), Some(later)) => Some((self.reduce)(kept, later)),
            (kept, later) => kept.or(later),
        };
    }
}

impl<T, P, F> Aggregate<T> for Reduce<P, F>
where
    T: Clone,
    P: Pick<T>,
    F: Fn(T, T) -> T,
{
    type Acc = Option<T>;
    type Out = P::Of<T>;

    #[inline]
    fn zero(&self) -> Option<T> {
        None
    }

    #[inline]
    fn add(&self, kept: &mut Option<T>, row: &T) {
        if self.pick.picks(row) {
            self.put(kept, Some(row.clone()));
        }
    }

    #[inline]
    fn add_owned(&self, kept: &mut Option<T>, row: T) {
        if self.pick.picks(&row) {
            self.put(kept, Some(row));
        }
    }

    fn result(&self, kept: &Option<T>) -> P::Of<T> {
        P::of(kept.clone())
    }

    fn last_result(&self, kept: Option<T>) -> P::Of<T> {
        P::of(kept)
    }

    // Nobody knows whether the closure is associative.
    const MERGING: Merging = Merging::ROUNDED;

    #[inline]
    fn merge(&self, kept: &mut Option<T>, later: &Option<T>) {
        self.put(kept, later.clone());
    }

    #[inline]
    fn merge_owned(&self, kept: &mut Option<T>, later: Option<T>) {
        self.put(kept, later);
    }

    fn is_filled(&self, kept: &Option<T>) -> bool {
        P::MAY_PICK_NONE || kept.is_some()
    }

    fn describe(&self) -> String {
        described::<T, P>("reduce", &name_of::<T>())
    }
}

impl<T, P, F> Merge<T> for Reduce<P, F>
where
    T: Clone,
    P: Pick<T>,
    F: Fn(T, T) -> T,
{
}
