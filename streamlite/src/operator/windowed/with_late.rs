//! A windowed aggregate whose late records are an output of their own.

use std::marker::PhantomData;

use super::windowing::{WindowedPush, Windowing};
use crate::aggregate::Aggregate;
use crate::assembly::{Chain, Context, Node12, Stage};
use crate::operator::finish::Finish;
use crate::operator::late::LateOutput;
use crate::record::Push;
use crate::state::{Grouping, Shows, Storage};
use crate::window::Stores;

/// Describes an aggregate over windows whose late records are an output of their own.
#[derive(Debug)]
#[must_use = "`with_late` makes two outputs: `let (results, late) = …;`"]
pub struct WithLate<T, O, S, X, U> {
    chain: Chain<T, O, S>,
    windowing: X,
    result: PhantomData<fn() -> U>,
}

impl<T, O, S, X, U> WithLate<T, O, S, X, U> {
    pub(crate) fn new(chain: Chain<T, O, S>, windowing: X) -> Self {
        Self {
            chain,
            windowing,
            result: PhantomData,
        }
    }
}

impl<T, O, S, C, G, W, A, F, R> Node12<O, F::Out, T, C>
    for WithLate<T, O, S, Windowing<G, W, A, F, R>, F::Out>
where
    S: Stage<O, T, C>,
    G: Grouping<T>,
    W: Stores<T, G, A, R>,
    A: Aggregate<T>,
    F: Finish<G::Key, W::Window, A::Out>,
    C: Storage<G::Key> + Storage<A::Acc> + Shows<F::Out>,
{
    #[inline]
    fn build<N: Push<F::Out>, L: Push<T>>(self, cx: Context<C>, next: N, late: L) -> impl Push<O> {
        let place = cx.downstream(S::STATES);
        let late = LateOutput::kept(late);
        let push = WindowedPush::<T, C, G, A, W::Store, F, N, L>::new(self.windowing, &place, next, late);
        self.chain.stage.build(cx, push)
    }
}
