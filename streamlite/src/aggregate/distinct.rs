//! Values that differ.

use std::fmt;
use std::hash::Hash;
use std::marker::PhantomData;

use foldhash::fast::FixedState;
use indexmap::IndexSet;

use super::incremental::{Aggregate, Merge, Merging};
use super::pick::Pick;
use super::pick::described;
use crate::state::name_of;

/// Values in the order in which they came first: the same in every run.
type Values<V> = IndexSet<V, FixedState>;

/// Keeps the values that differ; see [`Rows::distinct`](super::Rows::distinct).
#[derive(Clone, Copy, Debug)]
pub struct Distinct<P, F> {
    pub(super) pick: P,
    pub(super) of: F,
}

impl<T, P, F, V> Aggregate<T> for Distinct<P, F>
where
    P: Pick<T>,
    V: Hash + Eq + Clone,
    F: Fn(&T) -> V,
{
    type Acc = Values<V>;
    type Out = Vec<V>;

    #[inline]
    fn zero(&self) -> Values<V> {
        Values::default()
    }

    #[inline]
    fn add(&self, values: &mut Values<V>, row: &T) {
        if self.pick.picks(row) {
            values.insert((self.of)(row));
        }
    }

    fn result(&self, values: &Values<V>) -> Vec<V> {
        values.iter().cloned().collect()
    }

    fn last_result(&self, values: Values<V>) -> Vec<V> {
        values.into_iter().collect()
    }

    const MERGING: Merging = Merging::IN_ORDER;

    fn merge(&self, values: &mut Values<V>, later: &Values<V>) {
        values.extend(later.iter().cloned());
    }

    fn merge_owned(&self, values: &mut Values<V>, later: Values<V>) {
        values.extend(later);
    }

    fn describe(&self) -> String {
        described::<T, P>("distinct", &name_of::<V>())
    }
}

impl<T, P, F, V> Merge<T> for Distinct<P, F>
where
    P: Pick<T>,
    V: Hash + Eq + Clone,
    F: Fn(&T) -> V,
{
}

/// Counts the values that differ; see [`Rows::count_distinct`](super::Rows::count_distinct).
#[derive(Clone, Copy)]
pub struct CountDistinct<P, F, V> {
    pub(super) pick: P,
    pub(super) of: F,
    pub(super) value: PhantomData<fn() -> V>,
}

impl<P, F, V> fmt::Debug for CountDistinct<P, F, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CountDistinct")
    }
}

impl<T, P, F, V> Aggregate<T> for CountDistinct<P, F, V>
where
    P: Pick<T>,
    V: Hash + Eq + Clone,
    F: Fn(&T) -> V,
{
    type Acc = Values<V>;
    type Out = u64;

    #[inline]
    fn zero(&self) -> Values<V> {
        Values::default()
    }

    #[inline]
    fn add(&self, values: &mut Values<V>, row: &T) {
        if self.pick.picks(row) {
            values.insert((self.of)(row));
        }
    }

    fn result(&self, values: &Values<V>) -> u64 {
        values.len() as u64
    }

    const MERGING: Merging = Merging::ANY_ORDER;

    fn merge(&self, values: &mut Values<V>, other: &Values<V>) {
        values.extend(other.iter().cloned());
    }

    fn merge_owned(&self, values: &mut Values<V>, other: Values<V>) {
        values.extend(other);
    }

    fn describe(&self) -> String {
        described::<T, P>("count of distinct", &name_of::<V>())
    }
}

impl<T, P, F, V> Merge<T> for CountDistinct<P, F, V>
where
    P: Pick<T>,
    V: Hash + Eq + Clone,
    F: Fn(&T) -> V,
{
}
