//! The arithmetic mean of a number.

use std::fmt;
use std::marker::PhantomData;

use super::incremental::{Aggregate, Merge, Merging};
use super::number::{Number, Total};
use super::pick::Pick;
use super::pick::described;
use crate::state::name_of;

/// Averages a number; see [`Rows::mean`](super::Rows::mean).
#[derive(Clone, Copy)]
pub struct Mean<P, F, V> {
    pub(super) pick: P,
    pub(super) of: F,
    pub(super) number: PhantomData<fn() -> V>,
}

impl<P, F, V> fmt::Debug for Mean<P, F, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mean")
    }
}

impl<T, P, F, V> Aggregate<T> for Mean<P, F, V>
where
    P: Pick<T>,
    V: Number,
    F: Fn(&T) -> V,
{
    /// The sum, and of how many.
    type Acc = (V::Sum, u64);
    type Out = P::Of<f64>;

    #[inline]
    fn zero(&self) -> (V::Sum, u64) {
        (V::Sum::default(), 0)
    }

    #[inline]
    fn add(&self, (sum, count): &mut (V::Sum, u64), row: &T) {
        if self.pick.picks(row) {
            sum.add((self.of)(row).widened());
            *count += 1;
        }
    }

    #[inline]
    #[expect(clippy::cast_precision_loss, reason = "a mean is a float")]
    fn result(&self, (sum, count): &(V::Sum, u64)) -> P::Of<f64> {
        P::of((*count > 0).then(|| sum.to_f64() / *count as f64))
    }

    const MERGING: Merging = V::Sum::MERGING;

    #[inline]
    fn merge(&self, (sum, count): &mut (V::Sum, u64), other: &(V::Sum, u64)) {
        sum.add(other.0.clone());
        *count += other.1;
    }

    fn is_filled(&self, (_, count): &(V::Sum, u64)) -> bool {
        P::MAY_PICK_NONE || *count > 0
    }

    fn describe(&self) -> String {
        described::<T, P>("exact mean", &name_of::<V>())
    }
}

impl<T, P, F, V> Merge<T> for Mean<P, F, V>
where
    P: Pick<T>,
    V: Number,
    F: Fn(&T) -> V,
{
}
