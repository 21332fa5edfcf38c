//! A process of two streams with side outputs.

use std::marker::PhantomData;

use super::outputs::AllOutputs;
use super::push::{ProcessPush, Processing};
use crate::assembly::{Context, Node22, Node23, Node24, Stage};
use crate::join::Either;
use crate::operator::join::{Joined, meet};
use crate::process::{KeyedProcess, Side, StoredStates};
use crate::record::Push;
use crate::state::{Grouping, Storage};

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
        impl<L, R, I, S, C, GG, P, U, $($A),+> $Node<I, R, U, $($A,)+ C>
            for ConnectedWithSides<L, R, U, I, S, Processing<GG, P>, ($(Side<$A>,)+)>
        where
            S: Stage<I, L, C>,
            GG: Grouping<Either<L, R>>,
            P: KeyedProcess<GG::Key, Either<L, R>, Out = U, Sides = ($(Side<$A>,)+)>,
            P::States: StoredStates<C>,
            C: Storage<GG::Key>,
        {
            #[inline]
            fn build<N: Push<U>, $($N: Push<$A>),+>(
                self,
                cx: Context<C>,
                main: N,
                $($next: $N),+
            ) -> (impl Push<I>, impl Push<R>) {
                let Joined { chain, join, .. } = self.joined;
                let place = cx.behind(S::STATES + 1);
                let push = ProcessPush::new(join, &place, AllOutputs { main, sides: ($($next,)+) });
                let (left, right) = meet::<L, R, _, _>(&cx.behind(S::STATES), push);
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
