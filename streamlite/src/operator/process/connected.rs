//! A process of two streams with side outputs.

use std::marker::PhantomData;

use super::builds::BuildsProcess;
use super::outputs::AllOutputs;
use crate::assembly::{Context, Node22, Node23, Node24, Stage};
use crate::join::Either;
use crate::operator::join::{Joined, meet};
use crate::process::Side;
use crate::record::Push;

/// Describes a process of two streams with side outputs `A`, which emits `U`.
#[derive(Debug)]
#[must_use = "this process has several outputs: `let (results, alerts) = …;`"]
pub struct ConnectedWithSides<L, R, U, O, S, X, A> {
    joined: Joined<L, R, U, O, S, X>,
    sides: PhantomData<fn() -> A>,
}

impl<L, R, U, O, S, X, A> ConnectedWithSides<L, R, U, O, S, X, A> {
    pub(crate) fn new(joined: Joined<L, R, U, O, S, X>) -> Self {
        Self {
            joined,
            sides: PhantomData,
        }
    }
}

/// Declares the nodes of processes with so many side outputs.
macro_rules! with_sides {
    ($($Node:ident $($A:ident $N:ident $next:ident),+;)*) => {$(
        impl<L, R, I, S, C, X, U, $($A),+> $Node<I, R, U, $($A,)+ C>
            for ConnectedWithSides<L, R, U, I, S, X, ($(Side<$A>,)+)>
        where
            S: Stage<I, L, C>,
            X: BuildsProcess<Either<L, R>, U, ($(Side<$A>,)+), C>,
        {
            #[inline]
            fn build<N: Push<U>, $($N: Push<$A>),+>(
                self,
                cx: Context<C>,
                main: N,
                $($next: $N),+
            ) -> (impl Push<I>, impl Push<R>) {
                let Joined { chain, join, .. } = self.joined;
                let place = cx.downstream(S::STATES + 1);
                let push = join.build_process(&place, AllOutputs { main, sides: ($($next,)+) });
                let (left, right) = meet::<L, R, _, _>(&cx.downstream(S::STATES), push);
                (chain.stage.build(cx, left), right)
            }
        }
    )*};
}

with_sides! {
    Node22 A NA next_a;
    Node23 A NA next_a, B NB next_b;
    Node24 A NA next_a, B NB next_b, D ND next_d;
}
