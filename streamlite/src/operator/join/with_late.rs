//! A join whose late rows are outputs of their own.

use super::meet::{Joined, meet};
use crate::assembly::{Context, Node23, Stage};
use crate::join::Either;
use crate::record::Push;

/// Describes a join whose late rows are outputs of their own.
#[derive(Debug)]
#[must_use = "`with_late` makes three outputs: `let (pairs, late_left, late_right) = …;`"]
pub struct JoinedWithLate<L, R, U, O, S, J>(pub(crate) Joined<L, R, U, O, S, J>);

/// A join that can have outputs for late rows.
pub trait BuildsWithLate<L, R, U, C> {
    /// Builds it in front of its outputs.
    fn build_with_late<N: Push<U>, A: Push<L>, B: Push<R>>(
        self,
        cx: Context<C>,
        next: N,
        left: A,
        right: B,
    ) -> impl Push<Either<L, R>>;
}

impl<L, R, U, O, S, J, C> Node23<O, R, U, L, R, C> for JoinedWithLate<L, R, U, O, S, J>
where
    S: Stage<O, L, C>,
    J: BuildsWithLate<L, R, U, C>,
{
    #[inline]
    fn build<N: Push<U>, A: Push<L>, B: Push<R>>(
        self,
        cx: Context<C>,
        next: N,
        left_late: A,
        right_late: B,
    ) -> (impl Push<O>, impl Push<R>) {
        let Joined { chain, join, .. } = self.0;
        let join = join.build_with_late(cx.downstream(S::STATES + 1), next, left_late, right_late);
        let (left, right) = meet::<L, R, _, _>(&cx.downstream(S::STATES), join);
        (chain.stage.build(cx, left), right)
    }
}
