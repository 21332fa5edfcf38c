//! Rows that match several are repeated: asked where the user wrote the join.

use crate::flow::{AsOfJoin, Join};
use crate::join::JoinType;
use crate::witness::Repeated;

/// A key of two streams, once their rows can be repeated.
type On<L, R, M, N, G> = <L as Repeated<M>>::Of<<R as Repeated<N>>::Of<G>>;

/// A join, once its rows can be repeated.
pub fn repeated_rows<M, N, L, R, G, J, O, S>(
    join: Join<L, R, G, J, O, S>,
) -> Join<L, R, On<L, R, M, N, G>, J, O, S>
where
    L: Repeated<M>,
    R: Repeated<N>,
{
    join.with_keys(|on| L::of(R::of(on)))
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
