//! What becomes of rows that match none: inner, left, right and full joins.

use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

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

    /// That of a row which has matched none, with its number among those that came.
    fn of(number: u64) -> Self;

    /// The number of the row, if it has one.
    fn number(self) -> u64;

    /// It has matched one.
    fn set(&mut self);

    /// Whether it has.
    fn is_set(self) -> bool;
}

/// It does not count whether a row has matched one.
impl Mark for () {
    const COUNTS: bool = false;

    #[inline]
    fn of(_number: u64) -> Self {}

    #[inline]
    fn number(self) -> u64 {
        0
    }

    #[inline]
    fn set(&mut self) {}

    #[inline]
    fn is_set(self) -> bool {
        true
    }
}

/// Of a row that is emitted alone if it has matched none: its number among those that came, which says in which order those of
/// one time are emitted, and whether it has matched one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Numbered {
    /// Twice the number, and one more if it has.
    bits: u64,
}

/// A row that has matched none is emitted alone.
impl Mark for Numbered {
    const COUNTS: bool = true;

    #[inline]
    fn of(number: u64) -> Self {
        Self { bits: number << 1 }
    }

    #[inline]
    fn number(self) -> u64 {
        self.bits >> 1
    }

    #[inline]
    fn set(&mut self) {
        self.bits |= 1;
    }

    #[inline]
    fn is_set(self) -> bool {
        self.bits & 1 == 1
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
    LeftOuter "left" ((L, Option<R>)) [Numbered, ()] |l, r| (l, Some(r)), Some((l, None)), { drop(r); None };
    RightOuter "right" ((Option<L>, R)) [(), Numbered] |l, r| (Some(l), r), { drop(l); None }, Some((None, r));
    FullOuter "full" ((Option<L>, Option<R>)) [Numbered, Numbered]
        |l, r| (Some(l), Some(r)), Some((Some(l), None)), Some((None, Some(r)));
}
