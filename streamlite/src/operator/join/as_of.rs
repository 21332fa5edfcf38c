//! The as-of join: each left row with the latest right row of its key by then.

use std::marker::PhantomData;

use super::apart::Apart;
use super::latest::Latest;
use super::push::JoinPush;
use super::with_late::BuildsWithLate;
use crate::assembly::{Context, Stage};
use crate::join::{Either, JoinType};
use crate::operator::fan_out::Nowhere;
use crate::operator::late::LateOutput;
use crate::record::Push;
use crate::state::{Grouping, Storage};
use crate::time::TimeDelta;

/// Describes an as-of join; see [`Stream::join_latest`](crate::flow::Stream::join_latest).
#[derive(Clone, Copy, Debug)]
pub struct AsOf<G, J> {
    pub(crate) on: G,
    /// How much older than its left row a right row may be.
    pub(crate) oldest: Option<TimeDelta>,
    pub(crate) join_type: PhantomData<J>,
}

impl<L, R, C, G, J> Stage<Either<L, R>, J::Out<L, R>, C> for AsOf<G, J>
where
    R: Clone,
    G: Grouping<Either<L, R>>,
    J: JoinType,
    C: Storage<G::Key> + Storage<L> + Storage<R>,
{
    type Built<N: Push<J::Out<L, R>>> = JoinPush<Latest<L, R, C, G, J>, N, Nowhere>;

    const STATES: u32 = 1;

    #[inline]
    fn build<N: Push<J::Out<L, R>>>(self, cx: Context<C>, next: N) -> Self::Built<N> {
        JoinPush::new(self.rows(&cx), &cx, next, LateOutput::dropped())
    }
}

impl<L, R, C, G, J> BuildsWithLate<L, R, J::Out<L, R>, C> for AsOf<G, J>
where
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

impl<G, J: JoinType> AsOf<G, J> {
    /// The rows of all keys.
    fn rows<L, R, C>(self, cx: &Context<C>) -> Latest<L, R, C, G, J>
    where
        G: Grouping<Either<L, R>>,
    {
        Latest::new(cx, self.on, self.oldest)
    }
}
