//! The first and the last value, in the order of arrival.

use super::incremental::{Aggregate, Merge, Merging};
use super::pick::Pick;
use super::pick::described;
use crate::state::name_of;

/// Keeps the first value; see [`Rows::first`](super::Rows::first).
#[derive(Clone, Copy, Debug)]
pub struct First<P, F> {
    pub(super) pick: P,
    pub(super) of: F,
}

/// Keeps the last value; see [`Rows::last`](super::Rows::last).
#[derive(Clone, Copy, Debug)]
pub struct Last<P, F> {
    pub(super) pick: P,
    pub(super) of: F,
}

impl<T, P, F, V> Aggregate<T> for First<P, F>
where
    P: Pick<T>,
    V: Clone,
    F: Fn(&T) -> V,
{
    type Acc = Option<V>;
    type Out = P::Of<V>;

    #[inline]
    fn zero(&self) -> Option<V> {
        None
    }

    #[inline]
    fn add(&self, first: &mut Option<V>, row: &T) {
        if first.is_none() && self.pick.picks(row) {
            *first = Some((self.of)(row));
        }
    }

    fn result(&self, first: &Option<V>) -> P::Of<V> {
        P::of(first.clone())
    }

    fn last_result(&self, first: Option<V>) -> P::Of<V> {
        P::of(first)
    }

    const MERGING: Merging = Merging::IN_ORDER;

    fn merge(&self, first: &mut Option<V>, later: &Option<V>) {
        if first.is_none() {
            first.clone_from(later);
        }
    }

    fn is_filled(&self, kept: &Option<V>) -> bool {
        P::MAY_PICK_NONE || kept.is_some()
    }

    fn describe(&self) -> String {
        described::<T, P>("first", &name_of::<V>())
    }
}

impl<T, P, F, V> Merge<T> for First<P, F>
where
    P: Pick<T>,
    V: Clone,
    F: Fn(&T) -> V,
{
}

impl<T, P, F, V> Aggregate<T> for Last<P, F>
where
    P: Pick<T>,
    V: Clone,
    F: Fn(&T) -> V,
{
    type Acc = Option<V>;
    type Out = P::Of<V>;

    #[inline]
    fn zero(&self) -> Option<V> {
        None
    }

    #[inline]
    fn add(&self, last: &mut Option<V>, row: &T) {
        if self.pick.picks(row) {
            *last = Some((self.of)(row));
        }
    }

    fn result(&self, last: &Option<V>) -> P::Of<V> {
        P::of(last.clone())
    }

    fn last_result(&self, last: Option<V>) -> P::Of<V> {
        P::of(last)
    }

    const MERGING: Merging = Merging::IN_ORDER;

    fn merge(&self, last: &mut Option<V>, later: &Option<V>) {
        if later.is_some() {
            last.clone_from(later);
        }
    }

    fn is_filled(&self, kept: &Option<V>) -> bool {
        P::MAY_PICK_NONE || kept.is_some()
    }

    fn describe(&self) -> String {
        described::<T, P>("last", &name_of::<V>())
    }
}

impl<T, P, F, V> Merge<T> for Last<P, F>
where
    P: Pick<T>,
    V: Clone,
    F: Fn(&T) -> V,
{
}
