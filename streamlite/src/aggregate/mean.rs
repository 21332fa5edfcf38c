//! The arithmetic mean of a number.

use std::fmt;
use std::marker::PhantomData;

use super::incremental::{Aggregate, Merge};
use super::number::Number;
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
    type Acc = (f64, u64);
    type Out = P::Of<f64>;

    #[inline]
    fn zero(&self) -> (f64, u64) {
        (0.0, 0)
    }

    #[inline]
    fn add(&self, (sum, count): &mut (f64, u64), row: &T) {
        if self.pick.picks(row) {
            *sum += (self.of)(row).to_f64();
            *count += 1;
        }
    }

    #[inline]
    #[expect(clippy::cast_precision_loss, reason = "a mean is a float")]
    fn result(&self, &(sum, count): &(f64, u64)) -> P::Of<f64> {
        P::of((count > 0).then(|| sum / count as f64))
    }

    fn describe(&self) -> String {
        described::<T, P>("mean", &name_of::<V>())
    }
}

impl<T, P, F, V> Merge<T> for Mean<P, F, V>
where
    P: Pick<T>,
    V: Number,
    F: Fn(&T) -> V,
{
    #[inline]
    fn merge(&self, (sum, count): &mut (f64, u64), later: (f64, u64)) {
        *sum += later.0;
        *count += later.1;
    }
}
