//! Rows that match several are repeated: asked where the user wrote the join.

use crate::flow::{AsOfJoin, Join};
use crate::join::JoinType;
use crate::witness::Repeated;

/// A join, once its rows can be repeated.
pub fn repeated_rows<M, N, L, R, G, J, O, S>(
    join: Join<L, R, G, J, O, S>,
) -> <L as Repeated<M>>::Of<<R as Repeated<N>>::Of<Join<L, R, G, J, O, S>>>
where
    L: Repeated<M>,
    R: Repeated<N>,
{
    L::of(R::of(join))
}

/// An as-of join, once its right rows can be repeated.
pub fn repeated_right<N, L, R, G, J: JoinType, O, S>(
    join: AsOfJoin<L, R, G, J, O, S>,
) -> <R as Repeated<N>>::Of<AsOfJoin<L, R, G, J, O, S>>
where
    R: Repeated<N>,
{
    R::of(join)
}
