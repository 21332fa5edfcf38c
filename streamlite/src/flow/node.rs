//! A chain that ends in a stream, as a statement.

use super::keyed::KeyedStream;
use super::stream::Stream;
use crate::assembly::{Context, Node11, Stage};
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

impl<T, B, O, S, C> Node11<O, T, C> for KeyedStream<T, B, O, S>
where
    S: Stage<O, T, C>,
{
    #[inline]
    fn build<N: Push<T>>(self, cx: Context<C>, next: N) -> impl Push<O> {
        self.stream.chain.stage.build(cx, next)
    }
}
