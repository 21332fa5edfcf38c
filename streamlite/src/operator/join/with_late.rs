//! A join whose late rows are outputs of their own.

use super::interval::{Interval, IntervalPush};
use super::meet::{Joined, meet};
use crate::assembly::{Context, Node23, Stage};
use crate::join::{Either, JoinType};
use crate::operator::late::LateOutput;
use crate::record::Push;
use crate::state::{Grouping, Storage};

/// Describes a join whose late rows are outputs of their own.
#[derive(Debug)]
#[must_use = "`with_late` makes three outputs: `let (pairs, late_left, late_right) = …;`"]
pub struct JoinedWithLate<T, R, U, O, S, J>(pub(crate) Joined<T, R, U, O, S, J>);

impl<T, R, O, S, G, J, C> Node23<O, R, J::Out<T, R>, T, R, C>
    for JoinedWithLate<T, R, J::Out<T, R>, O, S, Interval<G, J>>
where
    S: Stage<O, T, C>,
    T: Clone,
    R: Clone,
    G: Grouping<Either<T, R>>,
    J: JoinType,
    C: Storage<G::Key> + Storage<T> + Storage<R>,
{
    #[inline]
    fn build<N: Push<J::Out<T, R>>, A: Push<T>, B: Push<R>>(
        self,
        cx: Context<C>,
        next: N,
        left_late: A,
        right_late: B,
    ) -> (impl Push<O>, impl Push<R>) {
        let Joined { chain, join, .. } = self.0;
        let (left_late, right_late) = (LateOutput::kept(left_late), LateOutput::kept(right_late));
        let join = IntervalPush::new(join, &cx.behind(S::STATES + 1), next, left_late, right_late);
        let (left, right) = meet::<T, R, _, _>(&cx.behind(S::STATES), join);
        (chain.stage.build(cx, left), right)
    }
}
