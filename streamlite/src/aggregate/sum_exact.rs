//! The sum of floats, exactly.

use serde::{Deserialize, Serialize};

use super::incremental::{Aggregate, Merge, Merging};
use super::pick::{Pick, described};
use crate::state::name_of;

/// Sums floats exactly; see [`Rows::sum_exact`](super::Rows::sum_exact).
#[derive(Clone, Copy, Debug)]
pub struct SumExact<P, F> {
    pub(super) pick: P,
    pub(super) of: F,
}

/// A sum that loses nothing: floats of which no two have a digit at the same place, the least first, which together are the
/// sum; by Shewchuk's rule. There are rarely more than three.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Parts {
    parts: Vec<f64>,
    /// What is not finite: infinities and NaN, and what was too great for a float on the way.
    infinite: f64,
}

/// A sum, and what is lost by rounding it: together exactly both.
#[inline]
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let (great, small) = if a.abs() < b.abs() { (b, a) } else { (a, b) };
    let sum = great + small;
    (sum, small - (sum - great))
}

impl Parts {
    #[inline]
    fn add(&mut self, number: f64) {
        let (mut sum, mut kept) = (number, 0);
        for place in 0..self.parts.len() {
            let (high, low) = two_sum(sum, self.parts[place]);
            if low != 0.0 {
                self.parts[kept] = low;
                kept += 1;
            }
            sum = high;
        }
        self.parts.truncate(kept);
        if sum.is_finite() {
            self.parts.push(sum);
        } else {
            self.parts.clear();
            self.infinite += sum;
        }
    }

    fn merge(&mut self, other: &Self) {
        self.infinite += other.infinite;
        for part in &other.parts {
            self.add(*part);
        }
    }

    /// The float that is nearest to the sum.
    fn rounded(&self) -> f64 {
        if self.infinite != 0.0 {
            return self.infinite;
        }
        let mut parts = self.parts.iter().rev().copied();
        let Some(mut sum) = parts.next() else { return 0.0 };
        let mut lost = 0.0;
        for part in parts.by_ref() {
            (sum, lost) = two_sum(sum, part);
            if lost != 0.0 {
                break;
            }
        }
        // Where what is lost is half of the last digit, what comes after it says which way to round.
        if let Some(behind) = parts.next()
            && (lost < 0.0) == (behind < 0.0)
        {
            let twice = lost * 2.0;
            let other = sum + twice;
            if other - sum == twice {
                return other;
            }
        }
        sum
    }
}

impl<T, P, F, V> Aggregate<T> for SumExact<P, F>
where
    P: Pick<T>,
    V: Into<f64>,
    F: Fn(&T) -> V,
{
    type Acc = Parts;
    type Out = f64;

    #[inline]
    fn zero(&self) -> Parts {
        Parts::default()
    }

    #[inline]
    fn add(&self, parts: &mut Parts, row: &T) {
        if self.pick.picks(row) {
            parts.add((self.of)(row).into());
        }
    }

    fn result(&self, parts: &Parts) -> f64 {
        parts.rounded()
    }

    const MERGING: Merging = Merging::ANY_ORDER;

    fn merge(&self, parts: &mut Parts, other: &Parts) {
        parts.merge(other);
    }

    fn describe(&self) -> String {
        described::<T, P>("exact sum", &name_of::<V>())
    }
}

impl<T, P, F, V> Merge<T> for SumExact<P, F>
where
    P: Pick<T>,
    V: Into<f64>,
    F: Fn(&T) -> V,
{
}
