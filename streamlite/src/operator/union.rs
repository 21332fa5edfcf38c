//! Two streams become one.

use super::meeting::{Same, ports};
use crate::assembly::{Chain, Context, Node21, Stage};
use crate::record::Push;
use crate::state::Shape;

/// Describes a union; see [`Stream::union`](crate::flow::Stream::union).
#[derive(Debug)]
pub struct Union<T, O, S> {
    pub(crate) chain: Chain<T, O, S>,
}

impl<T, O, S, C> Node21<O, T, T, C> for Union<T, O, S>
where
    S: Stage<O, T, C>,
{
    #[inline]
    fn build<N: Push<T>>(self, cx: Context<C>, next: N) -> (impl Push<O>, impl Push<T>) {
        let (first, second) = ports::<Same, Same, _, _>(&cx.downstream(S::STATES), Shape::new("union"), next);
        (self.chain.stage.build(cx, first), second)
    }
}
