//! The interval join: rows of a key that are not further apart in time than its bounds.

use std::marker::PhantomData;

use super::apart::Apart;
use super::push::{Found, JoinPush, RowStore};
use super::saved::Saved;
use super::waiting::{Sides, Waiting};
use super::with_late::BuildsWithLate;
use crate::assembly::{Context, Stage};
use crate::join::{Bounds, Either, JoinType, Mark};
use crate::metrics::StateSize;
use crate::operator::fan_out::Nowhere;
use crate::operator::late::LateOutput;
use crate::record::{Push, Record};
use crate::state::{Block, DeclaredState, Grouping, Slice, Snapshot, Storage};
use crate::time::{TimeDelta, Timestamp};

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

impl<L, R, C, G, J> RowStore for Waiting<L, R, C, G, J>
where
    L: Clone,
    R: Clone,
    G: Grouping<Either<L, R>>,
    J: JoinType,
    C: Storage<G::Key> + Storage<L> + Storage<R>,
{
    type Left = L;
    type Right = R;
    type Out = J::Out<L, R>;
    type Held = G::Held;

    /// Where rows are emitted alone they are due at any time.
    const RELEASES: bool = J::Left::COUNTS || J::Right::COUNTS;

    #[inline]
    fn in_blocks(&self) -> bool {
        self.state.in_blocks()
    }

    #[inline]
    fn look_up(&mut self, row: &Either<L, R>) -> (u64, G::Held) {
        Waiting::look_up(self, row)
    }

    #[inline]
    fn look_further(&self, block: &mut Block<Record<Either<L, R>>, G::Held>) {
        self.state.look_further(block);
        self.state.look_at_guesses(block, Sides::prefetch);
    }

    #[expect(
        clippy::inline_always,
        reason = "apart, it would pass a row through memory, and ask of each from where it comes"
    )]
    #[inline(always)]
    fn add(
        &mut self,
        record: Record<Either<L, R>>,
        found: Found<G::Held>,
        emit: impl FnMut(Timestamp, J::Out<L, R>),
    ) {
        Waiting::add(self, record, found, emit);
    }

    #[inline]
    fn watermark(&self) -> Timestamp {
        self.reached()
    }

    fn size(&self) -> StateSize {
        Waiting::size(self)
    }

    #[inline]
    fn rise(&mut self, watermark: Timestamp) {
        self.reach(watermark);
    }

    #[inline]
    fn may_release(&self) -> bool {
        Waiting::may_release(self)
    }

    fn release(&mut self, emit: impl FnMut(Timestamp, J::Out<L, R>)) {
        Waiting::release(self, emit);
    }

    #[inline]
    fn may_expire(&self) -> bool {
        Waiting::may_expire(self)
    }

    fn expire(&mut self) {
        Waiting::expire(self);
    }

    fn delay(&self) -> TimeDelta {
        Waiting::delay(self)
    }

    fn declared(&self) -> &DeclaredState {
        self.state.declared()
    }

    fn saved(&mut self) -> impl Snapshot {
        Saved::new(self)
    }

    fn capture(&mut self, slice: &mut Slice) {
        Waiting::capture(self, slice);
    }
}
