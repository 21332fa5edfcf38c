//! The interval join: rows of a key that are not further apart in time than its bounds.

use std::marker::PhantomData;

use super::apart::Apart;
use super::push::JoinPush;
use super::waiting::Waiting;
use super::with_late::BuildsWithLate;
use crate::assembly::{Context, Stage};
use crate::join::{Bounds, Either, JoinType};
use crate::operator::fan_out::Nowhere;
use crate::operator::late::LateOutput;
use crate::record::Push;
use crate::state::{Grouping, Storage};

/// Describes an interval join; see [`Join::within`](crate::flow::Join::within).
#[derive(Clone, Copy, Debug)]
pub struct Interval<G, J> {
    pub(crate) on: G,
    pub(crate) bounds: Bounds,
    pub(crate) join_type: PhantomData<J>,
}

impl<L, R, C, G, J> Stage<Either<L, R>, J::Out<L, R>, C> for Interval<G, J>
where
    L: Clone,
    R: Clone,
    G: Grouping<Either<L, R>>,
    J: JoinType,
    C: Storage<G::Key> + Storage<L> + Storage<R>,
{
    type Built<N: Push<J::Out<L, R>>> = JoinPush<Waiting<L, R, C, G, J>, N, Nowhere>;

    const STATES: u32 = 1;

    #[inline]
    fn build<N: Push<J::Out<L, R>>>(self, cx: Context<C>, next: N) -> Self::Built<N> {
        JoinPush::new(self.rows(&cx), &cx, next, LateOutput::dropped())
    }
}

impl<L, R, C, G, J> BuildsWithLate<L, R, J::Out<L, R>, C> for Interval<G, J>
where
    L: Clone,
    R: Clone,
    G: Grouping<Either<L, R>>,
    J: JoinType,
    C: Storage<G::Key> + Storage<L> + Storage<R>,
{
    #[inline]
    fn build_with_late<N: Push<J::Out<L, R>>, A: Push<L>, B: Push<R>>(
        self,
        cx: Context<C>,
        next: N,
        left: A,
        right: B,
    ) -> impl Push<Either<L, R>> {
        JoinPush::new(
            self.rows(&cx),
            &cx,
            next,
            LateOutput::kept(Apart::new(left, right)),
        )
    }
}

impl<G, J: JoinType> Interval<G, J> {
    /// The rows that wait.
    fn rows<L, R, C>(self, cx: &Context<C>) -> Waiting<L, R, C, G, J>
    where
        G: Grouping<Either<L, R>>,
    {
        Waiting::new(cx, self.on, self.bounds)
    }
}
