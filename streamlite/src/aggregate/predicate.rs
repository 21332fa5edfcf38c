//! Whether a predicate holds.

use std::fmt;
use std::marker::PhantomData;

use super::incremental::{Aggregate, Merge, Merging};
use super::pick::Pick;
use super::pick::described;

/// Which rows must satisfy the predicate.
pub trait Quantifier: Copy {
    /// What the aggregate is called.
    const NAME: &'static str;
    /// What holds without any row.
    const OF_NONE: bool;
}

/// At least one row.
#[derive(Clone, Copy, Debug)]
pub struct Any;

/// Every row.
#[derive(Clone, Copy, Debug)]
pub struct All;

impl Quantifier for Any {
    const NAME: &'static str = "any";
    const OF_NONE: bool = false;
}

impl Quantifier for All {
    const NAME: &'static str = "all";
    const OF_NONE: bool = true;
}

/// Whether a predicate holds; see [`Rows::any`](super::Rows::any) and [`Rows::all`](super::Rows::all).
#[derive(Clone, Copy)]
pub struct Holds<P, F, Q> {
    pub(super) pick: P,
    pub(super) holds: F,
    pub(super) quantifier: PhantomData<fn() -> Q>,
}

impl<P, F, Q> fmt::Debug for Holds<P, F, Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Holds")
    }
}

impl<T, P, F, Q> Aggregate<T> for Holds<P, F, Q>
where
    P: Pick<T>,
    F: Fn(&T) -> bool,
    Q: Quantifier,
{
    type Acc = bool;
    type Out = bool;

    #[inline]
    fn zero(&self) -> bool {
        Q::OF_NONE
    }

    /// The predicate is not asked once the answer is known.
    #[inline]
    fn add(&self, answer: &mut bool, row: &T) {
        if *answer == Q::OF_NONE && self.pick.picks(row) {
            *answer = (self.holds)(row);
        }
    }

    #[inline]
    fn result(&self, answer: &bool) -> bool {
        *answer
    }

    const MERGING: Merging = Merging::ANY_ORDER;

    #[inline]
    fn merge(&self, answer: &mut bool, other: &bool) {
        if *answer == Q::OF_NONE {
            *answer = *other;
        }
    }

    fn describe(&self) -> String {
        described::<T, P>(Q::NAME, "rows")
    }
}

impl<T, P, F, Q> Merge<T> for Holds<P, F, Q>
where
    P: Pick<T>,
    F: Fn(&T) -> bool,
    Q: Quantifier,
{
}
