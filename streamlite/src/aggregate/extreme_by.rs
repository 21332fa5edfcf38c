//! The row with the least or the greatest value.

use std::fmt;
use std::marker::PhantomData;

use super::extreme::Side;
use super::incremental::{Aggregate, Merge, Merging};
use super::pick::Pick;
use super::pick::described;
use crate::state::name_of;

/// Finds the row with the least or greatest value; of several the first. See [`Rows::min_by_key`](super::Rows::min_by_key)
/// and [`Rows::max_by_key`](super::Rows::max_by_key).
#[derive(Clone, Copy)]
pub struct ExtremeBy<P, F, V, S> {
    pub(super) pick: P,
    pub(super) of: F,
    pub(super) side: PhantomData<fn() -> (V, S)>,
}

impl<P, F, V, S> fmt::Debug for ExtremeBy<P, F, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ExtremeBy")
    }
}

impl<P, F, V, S> ExtremeBy<P, F, V, S> {
    /// Whether the row takes the place of the one that is kept.
    #[inline]
    fn prefers<T>(&self, kept: Option<&T>, row: &T) -> bool
    where
        V: PartialOrd,
        F: Fn(&T) -> V,
        S: Side,
    {
        kept.is_none_or(|kept| S::prefers(&(self.of)(row), &(self.of)(kept)))
    }
}

impl<T, P, F, V, S> Aggregate<T> for ExtremeBy<P, F, V, S>
where
    T: Clone,
    P: Pick<T>,
    V: PartialOrd,
    F: Fn(&T) -> V,
    S: Side,
{
    type Acc = Option<T>;
    type Out = P::Of<T>;

    #[inline]
    fn zero(&self) -> Option<T> {
        None
    }

    #[inline]
    fn add(&self, kept: &mut Option<T>, row: &T) {
        if self.pick.picks(row) && self.prefers(kept.as_ref(), row) {
            *kept = Some(row.clone());
        }
    }

    #[inline]
    fn add_owned(&self, kept: &mut Option<T>, row: T) {
        if self.pick.picks(&row) && self.prefers(kept.as_ref(), &row) {
            *kept = Some(row);
        }
    }

    fn result(&self, kept: &Option<T>) -> P::Of<T> {
        P::of(kept.clone())
    }

    fn last_result(&self, kept: Option<T>) -> P::Of<T> {
        P::of(kept)
    }

    const MERGING: Merging = Merging::IN_ORDER;

    fn merge(&self, kept: &mut Option<T>, later: &Option<T>) {
        if let Some(later) = later
            && self.prefers(kept.as_ref(), later)
        {
            *kept = Some(later.clone());
        }
    }

    fn merge_owned(&self, kept: &mut Option<T>, later: Option<T>) {
        if let Some(later) = later
            && self.prefers(kept.as_ref(), &later)
        {
            *kept = Some(later);
        }
    }

    fn is_filled(&self, kept: &Option<T>) -> bool {
        P::MAY_PICK_NONE || kept.is_some()
    }

    fn describe(&self) -> String {
        described::<T, P>(S::NAME_BY, &name_of::<V>())
    }
}

impl<T, P, F, V, S> Merge<T> for ExtremeBy<P, F, V, S>
where
    T: Clone,
    P: Pick<T>,
    V: PartialOrd,
    F: Fn(&T) -> V,
    S: Side,
{
}
