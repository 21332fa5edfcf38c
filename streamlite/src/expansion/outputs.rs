//! How many streams a statement returns: what its `let` names.

use super::fragment::Fragment;
use crate::flow::{
    AsOfStreams, BroadcastStreams, Connected, ConnectedStreams, Join, JoinedStreams, KeyedBroadcast,
    KeyedStream, Stream,
};
use crate::join::{Either, JoinType};
use crate::operator::{
    ConnectedWithSides, Failed, HashJoined, Joined, JoinedWithLate, Matching, Slot, Split, TryMap, Union,
    WithLate, WithSides,
};
use crate::process::Side;

/// Declares what returns a number of streams.
macro_rules! outputs {
    ($($count:ident $Outputs:ident [$($H:ident)*] $message:literal $label:literal $note:literal;)*) => {$(
        #[doc = concat!("What `", stringify!($count), "` takes: a statement that returns so many streams.")]
        #[diagnostic::on_unimplemented(message = $message, label = $label, note = $note)]
        pub trait $Outputs {
            /// The statement itself, once the check holds.
            type Itself;
            $(
                /// A stream that it returns.
                type $H;
            )*

            /// The statement itself.
            fn itself(self) -> Self::Itself;

            /// The streams that it emits, by name.
            fn handles(&self) -> outputs!(@handles $(Self::$H)*);
        }

        /// A statement, and the streams that it returns.
        pub fn $count<N: $Outputs>(node: N) -> (N::Itself, outputs!(@handles $(N::$H)*)) {
            let handles = node.handles();
            (node.itself(), handles)
        }
    )*};
    (@handles $one:ty) => { $one };
    (@handles $($many:ty)*) => { ($($many,)*) };
}

outputs! {
    one Outputs1 [H0]
        "this does not end in exactly one stream" "returns several streams, or none"
        "an operator that returns two streams is written `let (a, b) = …;`";
    two Outputs2 [H0 H1]
        "this does not give two streams" "does not give two streams"
        "`split`, `try_map`, an aggregate after `with_late`, a process with a side output, and a fragment with two outputs do";
    three Outputs3 [H0 H1 H2]
        "this does not give three streams" "does not give three streams"
        "a join after `with_late`, a process with two side outputs, and a fragment with three outputs do";
    four Outputs4 [H0 H1 H2 H3]
        "this does not give four streams" "does not give four streams" "only a fragment with four outputs does";
    five Outputs5 [H0 H1 H2 H3 H4]
        "this does not give five streams" "does not give five streams" "only a fragment with five outputs does";
    six Outputs6 [H0 H1 H2 H3 H4 H5]
        "this does not give six streams" "does not give six streams" "only a fragment with six outputs does";
    seven Outputs7 [H0 H1 H2 H3 H4 H5 H6]
        "this does not give seven streams" "does not give seven streams" "only a fragment with seven outputs does";
    eight Outputs8 [H0 H1 H2 H3 H4 H5 H6 H7]
        "this does not give eight streams" "does not give eight streams" "only a fragment with eight outputs does";
}

/// Implements the one stream of a statement.
macro_rules! one_output {
    ($(<$($P:ident),*> $Self:ty => $Item:ty;)*) => {$(
        impl<$($P),*> Outputs1 for $Self {
            type Itself = Self;
            type H0 = Stream<$Item>;

            fn itself(self) -> Self {
                self
            }

            fn handles(&self) -> Stream<$Item> {
                Stream::named()
            }
        }
    )*};
}

one_output! {
    <T, O, S> Stream<T, O, S> => T;
    <T, O, S> Union<T, O, S> => T;
    <T, R, U, O, S, J> Joined<T, R, U, O, S, J> => U;
}

// Two streams without a process are a mistake that is told by the macro: what follows is looked at all the same.
one_output! {
    <L, R, O, S> ConnectedStreams<L, R, O, S> => Either<L, R>;
    <L, R, G, O, S> Connected<L, R, G, O, S> => Either<L, R>;
    <L, R, O, S> BroadcastStreams<L, R, O, S> => Either<L, R>;
    <L, R, G, O, S> KeyedBroadcast<L, R, G, O, S> => Either<L, R>;
}

/// A join without keys is a mistake that is told by the macro: what follows is looked at all the same.
macro_rules! without_keys {
    ($($Join:ident)*) => {$(
        impl<L, R, J: JoinType, O, S> Outputs1 for $Join<L, R, J, O, S> {
            type Itself = Self;
            type H0 = Stream<J::Out<L, R>>;

            fn itself(self) -> Self {
                self
            }

            fn handles(&self) -> Stream<J::Out<L, R>> {
                Stream::named()
            }
        }
    )*};
}

without_keys! {
    JoinedStreams AsOfStreams
}

impl<L, R, G, J: JoinType, O, S> Outputs1 for Join<L, R, G, J, O, S> {
    type Itself = HashJoined<L, R, G, J, O, S>;
    type H0 = Stream<J::Out<L, R>>;

    fn itself(self) -> Self::Itself {
        self.hashed()
    }

    fn handles(&self) -> Stream<J::Out<L, R>> {
        Stream::named()
    }
}

impl<T, B: Clone, O, S> Outputs1 for KeyedStream<T, B, O, S> {
    type Itself = Self;
    type H0 = KeyedStream<T, B>;

    fn itself(self) -> Self {
        self
    }

    fn handles(&self) -> KeyedStream<T, B> {
        KeyedStream {
            stream: Stream::named(),
            key: self.key.clone(),
        }
    }
}

/// Implements the streams of a split.
macro_rules! two_outputs {
    ($(<$($P:ident),*> $Self:ty => $First:ty, $Second:ty $(, $F:ident -> $R:ty)?;)*) => {$(
        impl<$($P),*> Outputs2 for $Self $(where $F: FnMut(&T) -> $R)? {
            type Itself = Self;
            type H0 = Stream<$First>;
            type H1 = Stream<$Second>;

            fn itself(self) -> Self {
                self
            }

            fn handles(&self) -> (Stream<$First>, Stream<$Second>) {
                (Stream::named(), Stream::named())
            }
        }
    )*};
}

two_outputs! {
    <T, O, S, F> Split<T, O, S, F> => T, T;
    <T, U, E, O, S, F> TryMap<T, O, S, F> => U, Failed<T, E>, F -> Result<U, E>;
    <T, O, S, X, U> WithLate<T, O, S, X, U> => U, T;
}

/// Implements the branches of a typed split, and the outputs of a fragment.
macro_rules! many_outputs {
    ($($Outputs:ident $($H:ident $A:ident)*;)*) => {$(
        impl<T, O, S, F, $($A: Slot),*> $Outputs for Matching<T, O, S, ($($A,)*), F> {
            type Itself = Self;
            $(type $H = Stream<$A::Item>;)*

            fn itself(self) -> Self {
                self
            }

            fn handles(&self) -> outputs!(@handles $(Stream<$A::Item>)*) {
                many_outputs!(@named $($A::Item,)*)
            }
        }

        impl<I, N, $($A),*> $Outputs for Fragment<I, ($($A,)*), N> {
            type Itself = Self;
            $(type $H = Stream<$A>;)*

            fn itself(self) -> Self {
                self
            }

            fn handles(&self) -> outputs!(@handles $(Stream<$A>)*) {
                many_outputs!(@named $($A,)*)
            }
        }
    )*};
    (@named $one:ty,) => { Stream::<$one>::named() };
    (@named $($many:ty,)*) => { ($(Stream::<$many>::named(),)*) };
}

many_outputs! {
    Outputs1 H0 A;
    Outputs2 H0 A H1 B;
    Outputs3 H0 A H1 B H2 C;
    Outputs4 H0 A H1 B H2 C H3 D;
    Outputs5 H0 A H1 B H2 C H3 D H4 E;
    Outputs6 H0 A H1 B H2 C H3 D H4 E H5 G;
    Outputs7 H0 A H1 B H2 C H3 D H4 E H5 G H6 J;
    Outputs8 H0 A H1 B H2 C H3 D H4 E H5 G H6 J H7 K;
}

/// Implements the outputs of a process: its main one, and those besides.
macro_rules! process_outputs {
    ($($Outputs:ident $($H:ident $A:ident)+;)*) => {$(
        impl<T, O, S, X, U, $($A),+> $Outputs for WithSides<T, O, S, X, U, ($(Side<$A>,)+)> {
            type Itself = Self;
            type H0 = Stream<U>;
            $(type $H = Stream<$A>;)+

            fn itself(self) -> Self {
                self
            }

            fn handles(&self) -> (Stream<U>, $(Stream<$A>),+) {
                (Stream::named(), $(Stream::<$A>::named()),+)
            }
        }
    )*};
}

process_outputs! {
    Outputs2 H1 A;
    Outputs3 H1 A H2 B;
    Outputs4 H1 A H2 B H3 C;
    Outputs5 H1 A H2 B H3 C H4 D;
    Outputs6 H1 A H2 B H3 C H4 D H5 E;
    Outputs7 H1 A H2 B H3 C H4 D H5 E H6 F;
    Outputs8 H1 A H2 B H3 C H4 D H5 E H6 F H7 G;
}

/// Implements the outputs of a process of two streams: its main one, and those besides.
macro_rules! connected_outputs {
    ($($Outputs:ident $($H:ident $A:ident)+;)*) => {$(
        impl<L, R, U, O, S, X, $($A),+> $Outputs for ConnectedWithSides<L, R, U, O, S, X, ($(Side<$A>,)+)> {
            type Itself = Self;
            type H0 = Stream<U>;
            $(type $H = Stream<$A>;)+

            fn itself(self) -> Self {
                self
            }

            fn handles(&self) -> (Stream<U>, $(Stream<$A>),+) {
                (Stream::named(), $(Stream::<$A>::named()),+)
            }
        }
    )*};
}

connected_outputs! {
    Outputs2 H1 A;
    Outputs3 H1 A H2 B;
    Outputs4 H1 A H2 B H3 D;
}

impl<T, R, U, O, S, J> Outputs3 for JoinedWithLate<T, R, U, O, S, J> {
    type Itself = Self;
    type H0 = Stream<U>;
    type H1 = Stream<T>;
    type H2 = Stream<R>;

    fn itself(self) -> Self {
        self
    }

    fn handles(&self) -> (Stream<U>, Stream<T>, Stream<R>) {
        (Stream::named(), Stream::named(), Stream::named())
    }
}
