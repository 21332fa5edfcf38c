//! What becomes of rows that match none: inner, left, right and full joins.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// What becomes of rows that match none.
pub trait JoinType: Copy + fmt::Debug + 'static {
    /// What is emitted.
    type Out<L, R>;
    /// What is known of a left row that waits.
    type Left: Mark;
    /// What is known of a right row that waits.
    type Right: Mark;
    /// Its name.
    const NAME: &'static str;

    /// Two rows that match.
    fn pair<L, R>(left: L, right: R) -> Self::Out<L, R>;

    /// A left row that matches none; `None` where it is not emitted.
    fn left_alone<L, R>(left: L) -> Option<Self::Out<L, R>>;

    /// A right row that matches none; `None` where it is not emitted.
    fn right_alone<L, R>(right: R) -> Option<Self::Out<L, R>>;
}

/// What is known of a row that waits for others.
pub trait Mark: Copy + Default + fmt::Debug + Serialize + DeserializeOwned + 'static {
    /// Whether it counts that the row has matched one.
    const COUNTS: bool;

    /// It has matched one.
    fn set(&mut self);

    /// Whether it has.
    fn is_set(self) -> bool;
}

/// It does not count whether a row has matched one.
impl Mark for () {
    const COUNTS: bool = false;

    #[inline]
    fn set(&mut self) {}

    #[inline]
    fn is_set(self) -> bool {
        true
    }
}

/// A row that has matched none is emitted alone.
impl Mark for bool {
    const COUNTS: bool = true;

    #[inline]
    fn set(&mut self) {
        *self = true;
    }

    #[inline]
    fn is_set(self) -> bool {
        self
    }
}

/// Rows that match none are dropped.
#[derive(Clone, Copy, Debug)]
pub struct Inner;

/// Left rows that match none are emitted alone.
#[derive(Clone, Copy, Debug)]
pub struct LeftOuter;

/// Right rows that match none are emitted alone.
#[derive(Clone, Copy, Debug)]
pub struct RightOuter;

/// All rows that match none are emitted alone.
#[derive(Clone, Copy, Debug)]
pub struct FullOuter;

/// Implements a kind of join.
macro_rules! join_types {
    ($($Type:ident $name:literal ($($Out:tt)*) [$Left:ty, $Right:ty]
        |$l:ident, $r:ident| $pair:expr, $left:expr, $right:expr;)*) => {$(
        impl JoinType for $Type {
            type Out<L, R> = $($Out)*;
            type Left = $Left;
            type Right = $Right;
            const NAME: &'static str = $name;

            #[inline]
            fn pair<L, R>($l: L, $r: R) -> Self::Out<L, R> {
                $pair
            }

            #[inline]
            fn left_alone<L, R>($l: L) -> Option<Self::Out<L, R>> {
                $left
            }

            #[inline]
            fn right_alone<L, R>($r: R) -> Option<Self::Out<L, R>> {
                $right
            }
        }
    )*};
}

join_types! {
    Inner "inner" ((L, R)) [(), ()] |l, r| (l, r), { drop(l); None }, { drop(r); None };
    LeftOuter "left" ((L, Option<R>)) [bool, ()] |l, r| (l, Some(r)), Some((l, None)), { drop(r); None };
    RightOuter "right" ((Option<L>, R)) [(), bool] |l, r| (Some(l), r), { drop(l); None }, Some((None, r));
    FullOuter "full" ((Option<L>, Option<R>)) [bool, bool]
        |l, r| (Some(l), Some(r)), Some((Some(l), None)), Some((None, Some(r)));
}
