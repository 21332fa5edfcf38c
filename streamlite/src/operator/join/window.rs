//! The window join: the rows of a key that are in one window, when it fires.

use std::fmt;
use std::marker::PhantomData;

use super::apart::Apart;
use super::with_late::BuildsWithLate;
use crate::assembly::{Context, Stage};
use crate::control::Control;
use crate::join::{BothSides, Either, JoinType};
use crate::operator::fan_out::Nowhere;
use crate::operator::finish::Finish;
use crate::operator::late::LateOutput;
use crate::operator::windowed::{WindowedPush, Windowing};
use crate::record::{Push, Record};
use crate::state::{Grouping, Storage};
use crate::time::Timestamp;
use crate::window::{OnWatermark, Settings, Stores};

/// Describes a window join; see [`Join::window`](crate::flow::Join::window).
#[derive(Clone, Copy, Debug)]
pub struct WindowJoin<G, W, J, R = OnWatermark> {
    pub(crate) assigner: W,
    pub(crate) settings: Settings<G, BothSides, R>,
    pub(crate) join_type: PhantomData<J>,
}

/// What runs for [`WindowJoin`]: windows over the rows of both streams, and the pairs of each that fires.
type Built<L, R, C, G, W, J, X, N, A> = WindowedPush<
    Either<L, R>,
    C,
    G,
    BothSides,
    <W as Stores<Either<L, R>, G, BothSides, X>>::Store,
    AsRows,
    Pairs<J, N>,
    A,
>;

impl<G, W, J, X> WindowJoin<G, W, J, X> {
    fn build_before<L, R, C, N, A>(
        self,
        cx: &Context<C>,
        next: N,
        late: LateOutput<A>,
    ) -> Built<L, R, C, G, W, J, X, N, A>
    where
        L: Clone,
        R: Clone,
        G: Grouping<Either<L, R>>,
        W: Stores<Either<L, R>, G, BothSides, X>,
    {
        let windowing = Windowing {
            assigner: self.assigner,
            settings: self.settings,
            finish: AsRows,
        };
        let pairs = Pairs {
            next,
            join_type: PhantomData,
        };
        WindowedPush::new(windowing, cx, pairs, late)
    }
}

impl<L, R, C, G, W, J, X> Stage<Either<L, R>, J::Out<L, R>, C> for WindowJoin<G, W, J, X>
where
    L: Clone,
    R: Clone,
    G: Grouping<Either<L, R>>,
    W: Stores<Either<L, R>, G, BothSides, X>,
    J: JoinType,
    C: Storage<G::Key> + Storage<L> + Storage<R> + Storage<(Vec<L>, Vec<R>)>,
{
    type Built<N: Push<J::Out<L, R>>> = Built<L, R, C, G, W, J, X, N, Nowhere>;

    const STATES: u32 = 1;

    #[inline]
    fn build<N: Push<J::Out<L, R>>>(self, cx: Context<C>, next: N) -> Self::Built<N> {
        self.build_before(&cx, next, LateOutput::dropped())
    }
}

impl<L, R, C, G, W, J, X> BuildsWithLate<L, R, J::Out<L, R>, C> for WindowJoin<G, W, J, X>
where
    L: Clone,
    R: Clone,
    G: Grouping<Either<L, R>>,
    W: Stores<Either<L, R>, G, BothSides, X>,
    J: JoinType,
    C: Storage<G::Key> + Storage<L> + Storage<R> + Storage<(Vec<L>, Vec<R>)>,
{
    #[inline]
    fn build_with_late<N: Push<J::Out<L, R>>, A: Push<L>, B: Push<R>>(
        self,
        cx: Context<C>,
        next: N,
        left: A,
        right: B,
    ) -> impl Push<Either<L, R>> {
        self.build_before(&cx, next, LateOutput::kept(Apart::new(left, right)))
    }
}

/// The rows of a window as they are.
#[derive(Clone, Copy, Debug)]
pub struct AsRows;

impl<K, W, V> Finish<K, W, V> for AsRows {
    type Out = V;

    #[inline]
    fn finish(&mut self, _key: &K, _window: W, rows: V) -> V {
        rows
    }
}

/// Emits the pairs of the rows of a window, and rows that match none: left rows in the order of arrival, each with the right
/// rows in theirs.
pub struct Pairs<J, N> {
    next: N,
    join_type: PhantomData<J>,
}

impl<J, N> fmt::Debug for Pairs<J, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pairs")
    }
}

impl<L, R, J, N> Push<(Vec<L>, Vec<R>)> for Pairs<J, N>
where
    L: Clone,
    R: Clone,
    J: JoinType,
    N: Push<J::Out<L, R>>,
{
    const LOOKS_AT_TIMES: bool = N::LOOKS_AT_TIMES;

    #[inline]
    fn push(&mut self, record: Record<(Vec<L>, Vec<R>)>) {
        let Record {
            value: (left, right),
            timestamp,
            partition_watermark,
        } = record;
        let stamped = |value| Record {
            value,
            timestamp,
            partition_watermark,
        };
        if right.is_empty() {
            let alone = left.into_iter().filter_map(J::left_alone);
            self.next.push_all(alone.map(stamped));
        } else if left.is_empty() {
            let alone = right.into_iter().filter_map(J::right_alone);
            self.next.push_all(alone.map(stamped));
        } else {
            let pairs = left
                .iter()
                .flat_map(|left| right.iter().map(|right| J::pair(left.clone(), right.clone())));
            self.next.push_all(pairs.map(stamped));
        }
    }

    #[inline]
    fn next_due(&self, watermark: Timestamp) -> Timestamp {
        self.next.next_due(watermark)
    }

    #[inline]
    fn watermark(&mut self, watermark: Timestamp) {
        self.next.watermark(watermark);
    }

    fn control(&mut self, control: &mut Control<'_>) {
        self.next.control(control);
    }
}
