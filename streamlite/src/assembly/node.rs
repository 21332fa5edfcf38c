//! A statement of a pipeline: a piece of the graph with so many inputs and so many outputs.

use super::context::Context;
use crate::record::Push;

/// Declares a shape: a trait for statements with so many inputs and outputs.
macro_rules! nodes {
    ($($node:ident [$($I:ident)*] $inputs:literal [$($A:ident $N:ident $next:ident),*] $outputs:literal;)*) => {$(
        #[doc = concat!("A statement with ", $inputs, " and ", $outputs, ".")]
        pub trait $node<$($I,)* $($A,)* C> {
            /// Builds it in front of what comes next.
            fn build<$($N: Push<$A>),*>(self, cx: Context<C>, $($next: $N),*) -> nodes!(@ports $($I)*);
        }
    )*};
    (@ports $one:ident) => { impl Push<$one> };
    (@ports $($several:ident)*) => { ($(impl Push<$several>,)*) };
}

/// Declares the shapes of a number of outputs with one to four inputs.
macro_rules! inputs {
    ($($one:ident $two:ident $three:ident $four:ident $outputs:tt $text:literal;)*) => {
        nodes! {$(
            $one [I] "one input" $outputs $text;
            $two [I J] "two inputs" $outputs $text;
            $three [I J K] "three inputs" $outputs $text;
            $four [I J K L] "four inputs" $outputs $text;
        )*}
    };
}

inputs! {
    Node10 Node20 Node30 Node40 [] "no output";
    Node11 Node21 Node31 Node41 [A NA next_0] "one output";
    Node12 Node22 Node32 Node42 [A NA next_0, B NB next_1] "two outputs";
    Node13 Node23 Node33 Node43 [A NA next_0, B NB next_1, D ND next_2] "three outputs";
    Node14 Node24 Node34 Node44 [A NA next_0, B NB next_1, D ND next_2, E NE next_3] "four outputs";
    Node15 Node25 Node35 Node45 [A NA next_0, B NB next_1, D ND next_2, E NE next_3, F NF next_4] "five outputs";
    Node16 Node26 Node36 Node46
        [A NA next_0, B NB next_1, D ND next_2, E NE next_3, F NF next_4, G NG next_5]
        "six outputs";
    Node17 Node27 Node37 Node47
        [A NA next_0, B NB next_1, D ND next_2, E NE next_3, F NF next_4, G NG next_5, H NH next_6]
        "seven outputs";
    Node18 Node28 Node38 Node48
        [A NA next_0, B NB next_1, D ND next_2, E NE next_3, F NF next_4, G NG next_5, H NH next_6, M NM next_7]
        "eight outputs";
}
