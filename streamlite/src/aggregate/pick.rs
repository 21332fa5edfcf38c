//! Which rows an aggregate looks at: all, or those that a predicate picks.

use std::fmt;

/// Which rows an aggregate looks at.
pub trait Pick<T>: Clone {
    /// What an aggregate returns that needs at least one row: `V`, or `Option<V>` where the predicate may pick none.
    type Of<V>;

    /// The prefix of an aggregate's name if it does not look at every row.
    const PREFIX: &'static str;

    /// Whether it looks at this row.
    fn picks(&self, row: &T) -> bool;

    /// Whether a value may be missing though there were rows.
    const MAY_PICK_NONE: bool;

    /// The result, of a value that is there if any row was picked.
    fn of<V>(value: Option<V>) -> Self::Of<V>;
}

/// All rows.
#[derive(Clone, Copy, Debug)]
pub struct Every;

/// The rows for which a predicate holds.
#[derive(Clone, Copy)]
pub struct Where<P>(pub(super) P);

impl<P> fmt::Debug for Where<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Where")
    }
}

impl<T> Pick<T> for Every {
    type Of<V> = V;

    const PREFIX: &'static str = "";

    const MAY_PICK_NONE: bool = false;

    #[inline]
    fn picks(&self, _row: &T) -> bool {
        true
    }

    fn of<V>(value: Option<V>) -> V {
        value.expect("a window that fires holds at least one row")
    }
}

impl<T, P: Fn(&T) -> bool + Clone> Pick<T> for Where<P> {
    type Of<V> = Option<V>;

    const PREFIX: &'static str = "filtered ";

    const MAY_PICK_NONE: bool = true;

    #[inline]
    fn picks(&self, row: &T) -> bool {
        (self.0)(row)
    }

    fn of<V>(value: Option<V>) -> Option<V> {
        value
    }
}

/// What an aggregate is, of which values, and whether of all rows.
pub(super) fn described<T, P: Pick<T>>(name: &str, of: &str) -> String {
    format!("{}{name} of {of}", P::PREFIX)
}
