//! Two streams with keys in common: which rows match, and what becomes of those that match none.
//!
//! A join is written `a.join(b).on(…)`, see [`Stream::join`](crate::flow::Stream::join) and the [guide](crate::guide::joins).

mod both_sides;
mod bounds;
mod buffer;
mod either;
mod join_type;
mod on;

pub use both_sides::BothSides;
pub use bounds::{Bounds, IntoBounds};
pub use buffer::{Buffer, FEW, ManyRows, Row};
pub use either::Either;
pub use join_type::{FullOuter, Inner, JoinType, LeftOuter, Mark, Numbered, RightOuter};
pub use on::On;
