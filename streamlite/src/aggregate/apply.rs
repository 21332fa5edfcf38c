//! Aggregates of one's own.

use super::incremental::{Aggregate, Merge, Merging};
use super::pick::Pick;
use super::pick::described;
use crate::state::{head_of, name_of};
use crate::witness::{Never, No, Yes};

/// An aggregate of one's own, for [`rows.apply(…)`](super::Rows::apply). Flink's `AggregateFunction`.
///
/// # Laws
/// * `finish` does not change what later results are: a window may fire several times.
/// * `merge` returns what adding the rows of the other accumulator after one's own would give; where it returns that in any
///   order, [`MERGING`](Self::MERGING) should say [`Merging::ANY_ORDER`], so that windows that overlap can share what they
///   have, and where it only returns it up to rounding, [`Merging::ROUNDED`].
///
/// # Example
/// The geometric mean:
///
/// ```
/// # use streamlite::prelude::*;
/// use streamlite::aggregate::{Aggregator, Merging};
///
/// struct GeometricMean;
///
/// impl Aggregator<f64> for GeometricMean {
///     /// The sum of the logarithms, and of how many.
///     type Acc = (f64, u32);
///     type Out = f64;
///
///     const MERGING: Merging = Merging::ROUNDED;
///
///     fn zero(&self) -> (f64, u32) {
///         (0.0, 0)
///     }
///
///     fn add(&self, (logarithms, count): &mut (f64, u32), number: &f64) {
///         *logarithms += number.ln();
///         *count += 1;
///     }
///
///     fn merge(&self, acc: &mut (f64, u32), other: &(f64, u32)) {
///         acc.0 += other.0;
///         acc.1 += other.1;
///     }
///
///     fn finish(&self, (logarithms, count): &(f64, u32)) -> f64 {
///         (logarithms / f64::from(*count)).exp()
///     }
/// }
///
/// let means = pipeline!(from([1.0_f64, 10.0, 100.0]).aggregate(|rows| rows.apply(GeometricMean))).collect()?;
/// assert!((means[0] - 10.0).abs() < 1e-9);
/// # Ok::<(), streamlite::Error>(())
/// ```
pub trait Aggregator<T> {
    /// What is kept for each key and window; in a pipeline function it must be serializable.
    type Acc;
    /// What comes of it.
    type Out;

    /// How two accumulators can be put together.
    const MERGING: Merging = Merging::IN_ORDER;

    /// The accumulator of no rows.
    fn zero(&self) -> Self::Acc;

    /// Adds a row.
    fn add(&self, acc: &mut Self::Acc, row: &T);

    /// Adds what was added to another accumulator, of rows that followed.
    fn merge(&self, acc: &mut Self::Acc, other: &Self::Acc);

    /// The result so far.
    fn finish(&self, acc: &Self::Acc) -> Self::Out;
}

/// An aggregate of one's own; see [`Rows::apply`](super::Rows::apply).
#[derive(Clone, Copy, Debug)]
pub struct Apply<P, A> {
    pub(super) pick: P,
    pub(super) aggregator: A,
}

impl<T, P: Pick<T>, A: Aggregator<T>> Aggregate<T> for Apply<P, A> {
    type Acc = A::Acc;
    type Out = A::Out;

    #[inline]
    fn zero(&self) -> A::Acc {
        self.aggregator.zero()
    }

    #[inline]
    fn add(&self, acc: &mut A::Acc, row: &T) {
        if self.pick.picks(row) {
            self.aggregator.add(acc, row);
        }
    }

    fn result(&self, acc: &A::Acc) -> A::Out {
        self.aggregator.finish(acc)
    }

    const MERGING: Merging = A::MERGING;

    fn merge(&self, acc: &mut A::Acc, other: &A::Acc) {
        self.aggregator.merge(acc, other);
    }

    fn describe(&self) -> String {
        described::<T, P>(&head_of::<A>(), &name_of::<A::Acc>())
    }
}

impl<T, P: Pick<T>, A: Aggregator<T>> Merge<T> for Apply<P, A> {}

/// An aggregator of records of type `T`. Declared twice, as [`CheckedKey`](crate::witness::CheckedKey) is, so that one mistake is
/// one error.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an aggregator of records of type `{T}`",
    label = "expected an `Aggregator<{T}>`",
    note = "implement `streamlite::aggregate::Aggregator` for it: `zero`, `add`, `merge`, `finish`"
)]
pub trait CheckedAggregator<T, M> {
    /// The aggregator, once the check holds.
    type Itself: Aggregator<T>;

    /// The aggregator, once the check holds.
    fn itself(self) -> Self::Itself;
}

#[diagnostic::do_not_recommend]
impl<T, A: Aggregator<T>> CheckedAggregator<T, Yes> for A {
    type Itself = A;

    fn itself(self) -> A {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<T, A: Never + Aggregator<T>> CheckedAggregator<T, No> for A {
    type Itself = A;

    fn itself(self) -> A {
        self
    }
}
