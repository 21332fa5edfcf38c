//! The least or the greatest value.

use std::fmt;
use std::marker::PhantomData;

use super::incremental::{Aggregate, Merge, Merging};
use super::pick::Pick;
use super::pick::described;
use crate::state::name_of;

/// Which end is looked for.
pub trait Side: Copy {
    /// What the aggregate of values is called.
    const NAME: &'static str;
    /// What the aggregate of records is called.
    const NAME_BY: &'static str;

    /// Whether `new` lies further at this end than `old`.
    fn is_further<V: PartialOrd>(new: &V, old: &V) -> bool;

    /// Whether `new` takes the place of `old`. What compares with nothing, as NaN, loses to everything.
    #[inline]
    fn prefers<V: PartialOrd>(new: &V, old: &V) -> bool {
        Self::is_further(new, old) || replaces_unordered(new, old)
    }
}

/// The least.
#[derive(Clone, Copy, Debug)]
pub struct Least;

/// The greatest.
#[derive(Clone, Copy, Debug)]
pub struct Greatest;

impl Side for Least {
    const NAME: &'static str = "min";
    const NAME_BY: &'static str = "min_by_key";

    #[inline]
    fn is_further<V: PartialOrd>(new: &V, old: &V) -> bool {
        new < old
    }
}

impl Side for Greatest {
    const NAME: &'static str = "max";
    const NAME_BY: &'static str = "max_by_key";

    #[inline]
    fn is_further<V: PartialOrd>(new: &V, old: &V) -> bool {
        new > old
    }
}

/// Whether `old` is like NaN, and `new` is not.
#[inline]
#[expect(clippy::eq_op, reason = "only what is like NaN differs from itself")]
fn replaces_unordered<V: PartialOrd>(new: &V, old: &V) -> bool {
    old != old && new == new
}

/// Finds the least or greatest value; see [`Rows::min`](super::Rows::min) and [`Rows::max`](super::Rows::max).
#[derive(Clone, Copy)]
pub struct Extreme<P, F, V, S> {
    pub(super) pick: P,
    pub(super) of: F,
    pub(super) side: PhantomData<fn() -> (V, S)>,
}

impl<P, F, V, S> fmt::Debug for Extreme<P, F, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Extreme")
    }
}

impl<T, P, F, V, S> Aggregate<T> for Extreme<P, F, V, S>
where
    P: Pick<T>,
    V: PartialOrd + Clone,
    F: Fn(&T) -> V,
    S: Side,
{
    type Acc = Option<V>;
    type Out = P::Of<V>;

    #[inline]
    fn zero(&self) -> Option<V> {
        None
    }

    #[inline]
    fn add(&self, extreme: &mut Option<V>, row: &T) {
        if self.pick.picks(row) {
            prefer::<V, S>(extreme, (self.of)(row));
        }
    }

    fn result(&self, extreme: &Option<V>) -> P::Of<V> {
        P::of(extreme.clone())
    }

    fn last_result(&self, extreme: Option<V>) -> P::Of<V> {
        P::of(extreme)
    }

    const MERGING: Merging = Merging::ANY_ORDER;

    #[inline]
    fn merge(&self, extreme: &mut Option<V>, other: &Option<V>) {
        if let Some(other) = other {
            prefer::<V, S>(extreme, other.clone());
        }
    }

    fn is_filled(&self, extreme: &Option<V>) -> bool {
        P::MAY_PICK_NONE || extreme.is_some()
    }

    fn describe(&self) -> String {
        described::<T, P>(S::NAME, &name_of::<V>())
    }
}

impl<T, P, F, V, S> Merge<T> for Extreme<P, F, V, S>
where
    P: Pick<T>,
    V: PartialOrd + Clone,
    F: Fn(&T) -> V,
    S: Side,
{
}

/// Nobody can guess which of the two it is: so one of them is written in any case, and for numbers that is no branch. A
/// wrong guess would be found out only when the old value has come from memory, and hold up all that follows.
#[inline]
fn prefer<V: PartialOrd, S: Side>(extreme: &mut Option<V>, new: V) {
    *extreme = Some(match extreme.take() {
        Some(old) if !replaces_unordered(&new, &old) => {
            if S::is_further(&new, &old) {
                new
            } else {
                old
            }
        }
        _ => new,
    });
}
