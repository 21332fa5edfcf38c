//! The sum of a number.

use std::fmt;
use std::marker::PhantomData;

use super::incremental::{Aggregate, Merge, Merging};
use super::number::{Number, Total};
use super::pick::Pick;
use super::pick::described;
use crate::state::name_of;

/// Sums a number; see [`Rows::sum`](super::Rows::sum).
#[derive(Clone, Copy)]
pub struct Sum<P, F, V> {
    pub(super) pick: P,
    pub(super) of: F,
    pub(super) number: PhantomData<fn() -> V>,
}

impl<P, F, V> fmt::Debug for Sum<P, F, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sum")
    }
}

impl<T, P, F, V> Aggregate<T> for Sum<P, F, V>
where
    P: Pick<T>,
    V: Number,
    F: Fn(&T) -> V,
{
    type Acc = V::Sum;
    type Out = V::Sum;

    #[inline]
    fn zero(&self) -> V::Sum {
        V::Sum::default()
    }

    #[inline]
    fn add(&self, sum: &mut V::Sum, row: &T) {
        if self.pick.picks(row) {
            sum.add((self.of)(row).widened());
        }
    }

    #[inline]
    fn result(&self, sum: &V::Sum) -> V::Sum {
        sum.clone()
    }

    const MERGING: Merging = V::Sum::MERGING;

    #[inline]
    fn merge(&self, sum: &mut V::Sum, other: &V::Sum) {
        sum.add(other.clone());
    }

    fn describe(&self) -> String {
        described::<T, P>("sum", &name_of::<V>())
    }
}

impl<T, P, F, V> Merge<T> for Sum<P, F, V>
where
    P: Pick<T>,
    V: Number,
    F: Fn(&T) -> V,
{
}
