//! The rows of a window that are joined when it fires.

use super::either::Either;
use crate::aggregate::{Aggregate, Merge, Merging};
use crate::state::name_of;

/// Keeps the rows of both streams, each in the order of arrival.
#[derive(Clone, Copy, Debug)]
pub struct BothSides;

impl<L: Clone, R: Clone> Aggregate<Either<L, R>> for BothSides {
    type Acc = (Vec<L>, Vec<R>);
    type Out = (Vec<L>, Vec<R>);

    #[inline]
    fn zero(&self) -> Self::Acc {
        (Vec::new(), Vec::new())
    }

    #[inline]
    fn add(&self, acc: &mut Self::Acc, row: &Either<L, R>) {
        self.add_owned(acc, row.clone());
    }

    #[inline]
    fn add_owned(&self, (left, right): &mut Self::Acc, row: Either<L, R>) {
        match row {
            Either::Left(row) => left.push(row),
            Either::Right(row) => right.push(row),
        }
    }

    fn result(&self, acc: &Self::Acc) -> Self::Out {
        acc.clone()
    }

    fn last_result(&self, acc: Self::Acc) -> Self::Out {
        acc
    }

    const MERGING: Merging = Merging::IN_ORDER;

    fn merge(&self, (left, right): &mut Self::Acc, (later_left, later_right): &Self::Acc) {
        left.extend_from_slice(later_left);
        right.extend_from_slice(later_right);
    }

    fn merge_owned(&self, (left, right): &mut Self::Acc, (later_left, later_right): Self::Acc) {
        left.extend(later_left);
        right.extend(later_right);
    }

    fn describe(&self) -> String {
        format!("rows of {} and of {}", name_of::<L>(), name_of::<R>())
    }
}

impl<L: Clone, R: Clone> Merge<Either<L, R>> for BothSides {}
