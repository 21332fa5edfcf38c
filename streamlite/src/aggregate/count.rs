//! How many rows.

use super::incremental::{Aggregate, Merge, Merging};
use super::pick::Pick;
use super::pick::described;

/// Counts rows; see [`Rows::count`](super::Rows::count).
#[derive(Clone, Copy, Debug)]
pub struct Count<P>(pub(super) P);

impl<T, P: Pick<T>> Aggregate<T> for Count<P> {
    type Acc = u64;
    type Out = u64;

    #[inline]
    fn zero(&self) -> u64 {
        0
    }

    #[inline]
    fn add(&self, count: &mut u64, row: &T) {
        *count += u64::from(self.0.picks(row));
    }

    #[inline]
    fn result(&self, count: &u64) -> u64 {
        *count
    }

    const MERGING: Merging = Merging::ANY_ORDER;

    #[inline]
    fn merge(&self, count: &mut u64, other: &u64) {
        *count += other;
    }

    fn describe(&self) -> String {
        described::<T, P>("count", "rows")
    }
}

impl<T, P: Pick<T>> Merge<T> for Count<P> {}
