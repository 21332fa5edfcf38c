//! One described operator, and several of them in a row.

use std::fmt;
use std::marker::PhantomData;

use super::context::Context;
use crate::record::Push;

/// One described operator: takes records of `In`, and is built in front of whatever comes next.
///
/// `C` is asked for what the operator keeps as state; see [`Storage`](crate::state::Storage).
pub trait Stage<In, Out, C> {
    /// How many of its operators keep a state: they are numbered from the source down, so that appending an operator
    /// changes the identity of none.
    const STATES: u32 = 0;

    /// What runs: the operator in front of `N`.
    type Built<N: Push<Out>>: Push<In>;

    /// Builds the operator in front of `next`.
    fn build<N: Push<Out>>(self, cx: Context<C>, next: N) -> Self::Built<N>;
}

/// No operator at all: the stage of a stream that is only named.
#[derive(Clone, Copy, Debug)]
pub struct Id;

impl<T, C> Stage<T, T, C> for Id {
    type Built<N: Push<T>> = N;

    #[inline]
    fn build<N: Push<T>>(self, _cx: Context<C>, next: N) -> N {
        next
    }
}

/// An operator downstream of others: `before` emits records of `M`, which `after` takes.
///
/// The type in the middle is a parameter, and what is built has a name: with an associated output type, or with
/// `impl Push`, the trait solver would work out each level twice, and the compile time would double per operator.
pub struct Then<A, M, B> {
    pub(crate) before: A,
    pub(crate) after: B,
    middle: PhantomData<fn() -> M>,
}

impl<A, M, B> Then<A, M, B> {
    pub(crate) fn new(before: A, after: B) -> Self {
        Self {
            before,
            after,
            middle: PhantomData,
        }
    }
}

impl<T, M, U, C, A, B> Stage<T, U, C> for Then<A, M, B>
where
    A: Stage<T, M, C>,
    B: Stage<M, U, C>,
{
    type Built<N: Push<U>> = A::Built<B::Built<N>>;

    const STATES: u32 = A::STATES + B::STATES;

    #[inline]
    fn build<N: Push<U>>(self, cx: Context<C>, next: N) -> Self::Built<N> {
        let after = self.after.build(cx.downstream(A::STATES), next);
        self.before.build(cx, after)
    }
}

impl<A: Clone, M, B: Clone> Clone for Then<A, M, B> {
    fn clone(&self) -> Self {
        Self::new(self.before.clone(), self.after.clone())
    }
}

impl<A: Copy, M, B: Copy> Copy for Then<A, M, B> {}

impl<A, M, B> fmt::Debug for Then<A, M, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Then<{}>", std::any::type_name::<M>())
    }
}
