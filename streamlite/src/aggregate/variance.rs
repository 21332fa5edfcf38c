//! How far numbers are spread.

use std::fmt;
use std::marker::PhantomData;

use serde::{Deserialize, Serialize};

use super::incremental::{Aggregate, Merge, Merging};
use super::number::{Number, Total};
use super::pick::Pick;
use super::pick::described;
use crate::state::name_of;

/// What is given of the spread.
pub trait Spread: Copy {
    /// What the aggregate is called.
    const NAME: &'static str;

    /// Of the variance.
    fn of(variance: f64) -> f64;
}

/// The variance itself.
#[derive(Clone, Copy, Debug)]
pub struct Squared;

/// The standard deviation: its root.
#[derive(Clone, Copy, Debug)]
pub struct Deviation;

impl Spread for Squared {
    const NAME: &'static str = "variance";

    fn of(variance: f64) -> f64 {
        variance
    }
}

impl Spread for Deviation {
    const NAME: &'static str = "standard deviation";

    fn of(variance: f64) -> f64 {
        variance.sqrt()
    }
}

/// The spread of a number; see [`Rows::variance`](super::Rows::variance) and [`Rows::stddev`](super::Rows::stddev).
#[derive(Clone, Copy)]
pub struct Variance<P, F, V, S> {
    pub(super) pick: P,
    pub(super) of: F,
    pub(super) number: PhantomData<fn() -> (V, S)>,
}

impl<P, F, V, S> fmt::Debug for Variance<P, F, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Variance")
    }
}

/// What is kept: how many numbers, their mean, and the sum of the squares of their distances from it, by Welford's
/// recurrence, which subtracts no two large numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Moments {
    count: u64,
    mean: f64,
    squares: f64,
}

#[expect(clippy::cast_precision_loss, reason = "a mean is a float")]
impl Moments {
    #[inline]
    fn add(&mut self, number: f64) {
        self.count += 1;
        let distance = number - self.mean;
        self.mean += distance / self.count as f64;
        self.squares += distance * (number - self.mean);
    }

    /// Chan's formula.
    fn merge(&mut self, other: &Self) {
        if self.count == 0 || other.count == 0 {
            if self.count == 0 {
                *self = *other;
            }
            return;
        }
        let (here, there) = (self.count as f64, other.count as f64);
        let distance = other.mean - self.mean;
        self.count += other.count;
        self.mean += distance * (there / (here + there));
        self.squares += other.squares + distance * distance * (here * there / (here + there));
    }

    /// The variance of a sample; none of one number.
    fn variance(&self) -> f64 {
        if self.count < 2 {
            return f64::NAN;
        }
        self.squares / (self.count - 1) as f64
    }
}

impl<T, P, F, V, S> Aggregate<T> for Variance<P, F, V, S>
where
    P: Pick<T>,
    V: Number,
    F: Fn(&T) -> V,
    S: Spread,
{
    type Acc = Moments;
    type Out = P::Of<f64>;

    #[inline]
    fn zero(&self) -> Moments {
        Moments::default()
    }

    #[inline]
    fn add(&self, moments: &mut Moments, row: &T) {
        if self.pick.picks(row) {
            moments.add((self.of)(row).widened().to_f64());
        }
    }

    fn result(&self, moments: &Moments) -> P::Of<f64> {
        P::of((moments.count > 0).then(|| S::of(moments.variance())))
    }

    const MERGING: Merging = Merging::ROUNDED;

    fn merge(&self, moments: &mut Moments, other: &Moments) {
        moments.merge(other);
    }

    fn is_filled(&self, moments: &Moments) -> bool {
        P::MAY_PICK_NONE || moments.count > 0
    }

    fn describe(&self) -> String {
        described::<T, P>(S::NAME, &name_of::<V>())
    }
}

impl<T, P, F, V, S> Merge<T> for Variance<P, F, V, S>
where
    P: Pick<T>,
    V: Number,
    F: Fn(&T) -> V,
    S: Spread,
{
}
