//! A process with side outputs.

use std::marker::PhantomData;

use super::builds::BuildsProcess;
use super::outputs::AllOutputs;
use crate::assembly::{Chain, Context, Node12, Node13, Node14, Node15, Node16, Node17, Node18, Stage};
use crate::process::Side;
use crate::record::Push;

/// Describes a process with side outputs `S`, which emits `U`.
#[derive(Debug)]
#[must_use = "this process has several outputs: `let (results, alerts) = …;`"]
pub struct WithSides<T, O, S, X, U, A> {
    chain: Chain<T, O, S>,
    processing: X,
    outputs: PhantomData<fn() -> (U, A)>,
}

impl<T, O, S, X, U, A> WithSides<T, O, S, X, U, A> {
    pub(crate) fn new(chain: Chain<T, O, S>, processing: X) -> Self {
        Self {
            chain,
            processing,
            outputs: PhantomData,
        }
    }
}

/// Declares the nodes of processes with so many side outputs.
macro_rules! with_sides {
    ($($Node:ident $($A:ident $N:ident $next:ident),+;)*) => {$(
        impl<T, I, S, C, X, U, $($A),+> $Node<I, U, $($A,)+ C> for WithSides<T, I, S, X, U, ($(Side<$A>,)+)>
        where
            S: Stage<I, T, C>,
            X: BuildsProcess<T, U, ($(Side<$A>,)+), C>,
        {
            #[inline]
            fn build<N: Push<U>, $($N: Push<$A>),+>(self, cx: Context<C>, main: N, $($next: $N),+) -> impl Push<I> {
                let place = cx.downstream(S::STATES);
                let push = self.processing.build_process(&place, AllOutputs { main, sides: ($($next,)+) });
                self.chain.stage.build(cx, push)
            }
        }
    )*};
}

with_sides! {
    Node12 A NA next_a;
    Node13 A NA next_a, B NB next_b;
    Node14 A NA next_a, B NB next_b, D ND next_d;
    Node15 A NA next_a, B NB next_b, D ND next_d, E NE next_e;
    Node16 A NA next_a, B NB next_b, D ND next_d, E NE next_e, F NF next_f;
    Node17 A NA next_a, B NB next_b, D ND next_d, E NE next_e, F NF next_f, G NG next_g;
    Node18 A NA next_a, B NB next_b, D ND next_d, E NE next_e, F NF next_f, G NG next_g, H NH next_h;
}
