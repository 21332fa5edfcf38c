//! A statement of a pipeline: a piece of the graph with so many inputs and so many outputs.

use super::context::Scope;
use crate::record::Push;

/// Declares `NodeXY` for a number of outputs, and for one to four inputs.
macro_rules! nodes {
    ($($one:ident $two:ident $three:ident $four:ident: $outputs:literal [$($A:ident $N:ident $next:ident),*];)*) => {$(
        #[doc = concat!("A statement with one input and ", $outputs, ".")]
        pub trait $one<I, $($A,)* C> {
            /// Builds it in front of what comes next.
            fn build<$($N: Push<$A>),*>(self, cx: Scope<C>, $($next: $N),*) -> impl Push<I>;
        }

        #[doc = concat!("A statement with two inputs and ", $outputs, ".")]
        pub trait $two<I, J, $($A,)* C> {
            /// Builds it in front of what comes next.
            fn build<$($N: Push<$A>),*>(self, cx: Scope<C>, $($next: $N),*) -> (impl Push<I>, impl Push<J>);
        }

        #[doc = concat!("A statement with three inputs and ", $outputs, ".")]
        pub trait $three<I, J, K, $($A,)* C> {
            /// Builds it in front of what comes next.
            fn build<$($N: Push<$A>),*>(self, cx: Scope<C>, $($next: $N),*)
            -> (impl Push<I>, impl Push<J>, impl Push<K>);
        }

        #[doc = concat!("A statement with four inputs and ", $outputs, ".")]
        pub trait $four<I, J, K, L, $($A,)* C> {
            /// Builds it in front of what comes next.
            fn build<$($N: Push<$A>),*>(self, cx: Scope<C>, $($next: $N),*)
            -> (impl Push<I>, impl Push<J>, impl Push<K>, impl Push<L>);
        }
    )*};
}

nodes! {
    Node10 Node20 Node30 Node40: "no output" [];
    Node11 Node21 Node31 Node41: "one output" [A NA next_0];
    Node12 Node22 Node32 Node42: "two outputs" [A NA next_0, B NB next_1];
    Node13 Node23 Node33 Node43: "three outputs" [A NA next_0, B NB next_1, D ND next_2];
    Node14 Node24 Node34 Node44: "four outputs" [A NA next_0, B NB next_1, D ND next_2, E NE next_3];
    Node15 Node25 Node35 Node45: "five outputs" [A NA next_0, B NB next_1, D ND next_2, E NE next_3, F NF next_4];
    Node16 Node26 Node36 Node46: "six outputs"
        [A NA next_0, B NB next_1, D ND next_2, E NE next_3, F NF next_4, G NG next_5];
    Node17 Node27 Node37 Node47: "seven outputs"
        [A NA next_0, B NB next_1, D ND next_2, E NE next_3, F NF next_4, G NG next_5, H NH next_6];
    Node18 Node28 Node38 Node48: "eight outputs"
        [A NA next_0, B NB next_1, D ND next_2, E NE next_3, F NF next_4, G NG next_5, H NH next_6, M NM next_7];
}
