//! One described operator, and several of them in a row.

use super::context::Context;
use crate::record::Push;

/// One described operator: takes records of `In`, and is built in front of whatever comes next.
///
/// `C` is asked for what the operator keeps as state; see [`Keeps`](crate::state::Keeps).
pub trait Stage<In, C> {
    /// What it gives.
    type Out;

    /// How many of its operators keep a state: they are numbered from the source down, so that appending an operator
    /// changes the identity of none.
    const STATES: u32 = 0;

    /// Builds the operator in front of `next`.
    fn build<N: Push<Self::Out>>(self, cx: Context<C>, next: N) -> impl Push<In>;
}

/// No operator at all: what a stream's own name stands for.
#[derive(Clone, Copy, Debug)]
pub struct Id;

impl<T, C> Stage<T, C> for Id {
    type Out = T;

    #[inline]
    fn build<N: Push<T>>(self, _cx: Context<C>, next: N) -> impl Push<T> {
        next
    }
}

/// An operator behind others.
#[derive(Clone, Copy, Debug)]
pub struct Then<A, B>(pub(crate) A, pub(crate) B);

impl<T, C, A, B> Stage<T, C> for Then<A, B>
where
    A: Stage<T, C>,
    B: Stage<A::Out, C>,
{
    type Out = B::Out;

    const STATES: u32 = A::STATES + B::STATES;

    #[inline]
    fn build<N: Push<B::Out>>(self, cx: Context<C>, next: N) -> impl Push<T> {
        let last = self.1.build(cx.behind(A::STATES), next);
        self.0.build(cx, last)
    }
}
