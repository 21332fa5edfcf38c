//! A chain that ends in a stream, as a statement or as a piece of one.

use crate::assembly::{Context, Node11, Stage};
use crate::flow::{KeyedStream, Stream};
use crate::record::Push;

impl<T, O, S, C> Node11<O, T, C> for Stream<T, O, S>
where
    S: Stage<O, T, C>,
{
    #[inline]
    fn build<N: Push<T>>(self, cx: Context<C>, next: N) -> impl Push<O> {
        self.chain.stage.build(cx, next)
    }
}

/// The place of what follows `piece` in a statement that is too long for one type: its states are numbered on.
pub fn after_piece<T, O, S, C>(cx: &Context<C>, _piece: &Stream<T, O, S>) -> Context<C>
where
    S: Stage<O, T, C>,
{
    cx.downstream(S::STATES)
}

impl<T, B, O, S, C> Node11<O, T, C> for KeyedStream<T, B, O, S>
where
    S: Stage<O, T, C>,
{
    #[inline]
    fn build<N: Push<T>>(self, cx: Context<C>, next: N) -> impl Push<O> {
        self.stream.chain.stage.build(cx, next)
    }
}
