//! A piece of a pipeline: what a fragment function returns.

use std::fmt;
use std::marker::PhantomData;

use crate::assembly::*;
use crate::operator::Nowhere;
use crate::record::Push;
use crate::state::Durable;

/// A piece of a pipeline, from streams of `I` to streams of `O` (tuples of their records).
///
/// It is written inside [`pipeline!`](crate::pipeline) as a function from `Stream<T>` to `Stream<U>`, and called in
/// others. What it keeps as state is storable, so that any pipeline may use it.
#[must_use = "a fragment does nothing until it is part of a pipeline"]
pub struct Fragment<I, O, N> {
    nodes: N,
    streams: PhantomData<fn(I) -> O>,
}

impl<I, O, N> fmt::Debug for Fragment<I, O, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fragment")
    }
}

/// A fragment of its statements.
pub fn fragment<I, O, N>(nodes: N) -> Fragment<I, O, N> {
    Fragment {
        nodes,
        streams: PhantomData,
    }
}

/// Stands in for the statements of a fragment that did not compile.
#[derive(Clone, Copy, Debug)]
pub struct Unbuilt;

/// Implements fragments for a number of inputs and outputs.
macro_rules! fragments {
    ($($node:ident [$($I:ident $nowhere:ident),*] [$($A:ident $N:ident $next:ident),*];)*) => {$(
        impl<$($I,)* $($A,)* X, C> $node<$($I,)* $($A,)* C> for Fragment<($($I,)*), ($($A,)*), X>
        where
            X: $node<$($I,)* $($A,)* Durable>,
        {
            #[inline]
            fn build<$($N: Push<$A>),*>(
                self,
                cx: Context<C>,
                $($next: $N),*
            ) -> fragments!(@pushes $($I)*) {
                self.nodes.build(cx.durable(), $($next),*)
            }
        }

        impl<$($I,)* $($A,)* C> $node<$($I,)* $($A,)* C> for Unbuilt {
            fn build<$($N: Push<$A>),*>(
                self,
                _cx: Context<C>,
                $(_: $N),*
            ) -> fragments!(@pushes $($I)*) {
                fragments!(@nowhere $($nowhere)*)
            }
        }
    )*};
    (@pushes $one:ident) => { impl Push<$one> };
    (@pushes $($many:ident)*) => { ($(impl Push<$many>,)*) };
    (@nowhere $one:ident) => { $one };
    (@nowhere $($many:ident)*) => { ($($many,)*) };
}

fragments! {
    Node10 [I Nowhere] [];
    Node20 [I Nowhere, J Nowhere] [];
    Node30 [I Nowhere, J Nowhere, K Nowhere] [];
    Node40 [I Nowhere, J Nowhere, K Nowhere, L Nowhere] [];
    Node11 [I Nowhere] [A NA next_0];
    Node12 [I Nowhere] [A NA next_0, B NB next_1];
    Node13 [I Nowhere] [A NA next_0, B NB next_1, D ND next_2];
    Node14 [I Nowhere] [A NA next_0, B NB next_1, D ND next_2, E NE next_3];
    Node15 [I Nowhere] [A NA next_0, B NB next_1, D ND next_2, E NE next_3, F NF next_4];
    Node16 [I Nowhere] [A NA next_0, B NB next_1, D ND next_2, E NE next_3, F NF next_4, G NG next_5];
    Node17 [I Nowhere] [A NA next_0, B NB next_1, D ND next_2, E NE next_3, F NF next_4, G NG next_5, H NH next_6];
    Node18 [I Nowhere]
        [A NA next_0, B NB next_1, D ND next_2, E NE next_3, F NF next_4, G NG next_5, H NH next_6, M NM next_7];
    Node21 [I Nowhere, J Nowhere] [A NA next_0];
    Node22 [I Nowhere, J Nowhere] [A NA next_0, B NB next_1];
    Node23 [I Nowhere, J Nowhere] [A NA next_0, B NB next_1, D ND next_2];
    Node24 [I Nowhere, J Nowhere] [A NA next_0, B NB next_1, D ND next_2, E NE next_3];
    Node25 [I Nowhere, J Nowhere]
        [A NA next_0, B NB next_1, D ND next_2, E NE next_3, F NF next_4];
    Node26 [I Nowhere, J Nowhere]
        [A NA next_0, B NB next_1, D ND next_2, E NE next_3, F NF next_4, G NG next_5];
    Node27 [I Nowhere, J Nowhere]
        [A NA next_0, B NB next_1, D ND next_2, E NE next_3, F NF next_4, G NG next_5, H NH next_6];
    Node28 [I Nowhere, J Nowhere]
        [A NA next_0, B NB next_1, D ND next_2, E NE next_3, F NF next_4, G NG next_5, H NH next_6, M NM next_7];
    Node31 [I Nowhere, J Nowhere, K Nowhere] [A NA next_0];
    Node32 [I Nowhere, J Nowhere, K Nowhere] [A NA next_0, B NB next_1];
    Node33 [I Nowhere, J Nowhere, K Nowhere] [A NA next_0, B NB next_1, D ND next_2];
    Node34 [I Nowhere, J Nowhere, K Nowhere] [A NA next_0, B NB next_1, D ND next_2, E NE next_3];
    Node35 [I Nowhere, J Nowhere, K Nowhere]
        [A NA next_0, B NB next_1, D ND next_2, E NE next_3, F NF next_4];
    Node36 [I Nowhere, J Nowhere, K Nowhere]
        [A NA next_0, B NB next_1, D ND next_2, E NE next_3, F NF next_4, G NG next_5];
    Node37 [I Nowhere, J Nowhere, K Nowhere]
        [A NA next_0, B NB next_1, D ND next_2, E NE next_3, F NF next_4, G NG next_5, H NH next_6];
    Node38 [I Nowhere, J Nowhere, K Nowhere]
        [A NA next_0, B NB next_1, D ND next_2, E NE next_3, F NF next_4, G NG next_5, H NH next_6, M NM next_7];
    Node41 [I Nowhere, J Nowhere, K Nowhere, L Nowhere] [A NA next_0];
    Node42 [I Nowhere, J Nowhere, K Nowhere, L Nowhere] [A NA next_0, B NB next_1];
    Node43 [I Nowhere, J Nowhere, K Nowhere, L Nowhere] [A NA next_0, B NB next_1, D ND next_2];
    Node44 [I Nowhere, J Nowhere, K Nowhere, L Nowhere] [A NA next_0, B NB next_1, D ND next_2, E NE next_3];
    Node45 [I Nowhere, J Nowhere, K Nowhere, L Nowhere]
        [A NA next_0, B NB next_1, D ND next_2, E NE next_3, F NF next_4];
    Node46 [I Nowhere, J Nowhere, K Nowhere, L Nowhere]
        [A NA next_0, B NB next_1, D ND next_2, E NE next_3, F NF next_4, G NG next_5];
    Node47 [I Nowhere, J Nowhere, K Nowhere, L Nowhere]
        [A NA next_0, B NB next_1, D ND next_2, E NE next_3, F NF next_4, G NG next_5, H NH next_6];
    Node48 [I Nowhere, J Nowhere, K Nowhere, L Nowhere]
        [A NA next_0, B NB next_1, D ND next_2, E NE next_3, F NF next_4, G NG next_5, H NH next_6, M NM next_7];
}
