//! Whether a stream is the one that a fragment takes, or says that it returns: so that one mistake is one error.

use std::fmt;
use std::marker::PhantomData;

use super::fragment::{Fragment, Unbuilt};
use super::uses::ItemOf;
use crate::flow::Stream;
use crate::witness::{No, Yes};

/// The records of a stream are `U`. Where they are not, what depends on it becomes [`Unbuilt`], which fits everywhere.
#[diagnostic::on_unimplemented(
    message = "this stream carries `{Self}`, and the fragment says that it returns a stream of `{U}`",
    label = "a stream of `{Self}`",
    note = "turn the records into what is said, `.map(|record| …)`, or change the fragment's signature"
)]
pub trait SameAs<U, M> {
    /// What depends on it.
    type Or<X>;

    /// What depends on it.
    fn or<X>(depends: X) -> Self::Or<X>;
}

/// Nothing implements it.
pub trait Fits<U> {}

impl<T> SameAs<T, Yes> for T {
    type Or<X> = X;

    fn or<X>(depends: X) -> X {
        depends
    }
}

#[diagnostic::do_not_recommend]
impl<T: Fits<U>, U> SameAs<U, No> for T {
    type Or<X> = Unbuilt;

    fn or<X>(_depends: X) -> Unbuilt {
        Unbuilt
    }
}

/// What a fragment returns, once a stream of it is what its signature says. What is said comes first: rustc must know it
/// before it looks at the stream.
pub fn gives<M, T: SameAs<U, M>, U, X>(_said: PhantomData<U>, _stream: &Stream<T>, depends: X) -> T::Or<X> {
    T::or(depends)
}

/// The records of the streams that a fragment is called with, and of those that it takes.
pub struct Taken<T, U>(PhantomData<fn(T) -> U>);

impl<T, U> fmt::Debug for Taken<T, U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Taken")
    }
}

impl<T> Taken<T, T> {
    /// They are the same: the fragment itself.
    pub fn or_unbuilt<X>(self, fragment: X) -> X {
        fragment
    }
}

/// The check does not hold: rustc has said so at the user's token, and nothing more is to be said. A check that holds
/// has a method of its own with that name, which goes before this one.
pub trait OrUnbuilt: Sized {
    /// Fits everywhere.
    fn or_unbuilt<X>(self, _statement: X) -> Unbuilt {
        Unbuilt
    }
}

impl<T, U> OrUnbuilt for Taken<T, U> {}

/// A statement that may be sent to a thread, or not.
pub struct Sent<N>(PhantomData<fn(N)>);

impl<N> fmt::Debug for Sent<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sent")
    }
}

impl<N: Send> Sent<N> {
    /// It may: the statement itself.
    pub fn or_unbuilt(self, statement: N) -> N {
        statement
    }
}

impl<N> OrUnbuilt for Sent<N> {}

/// A statement of a function, which may run on another thread.
pub fn sent<N: Send>(_statement: &N) -> Sent<N> {
    Sent(PhantomData)
}

/// The records of several streams.
pub trait ItemsOf {
    /// A record of each.
    type Items;
}

/// What a fragment is called with, and what it takes.
pub fn taken<H: ItemsOf, I, O, N>(_streams: H, _fragment: &Fragment<I, O, N>) -> Taken<H::Items, I> {
    Taken(PhantomData)
}

macro_rules! items_of {
    ($($($H:ident)*;)*) => {$(
        impl<$($H: ItemOf),*> ItemsOf for ($(&$H,)*) {
            type Items = ($($H::Item,)*);
        }
    )*};
}

items_of! {
    A;
    A B;
    A B C;
    A B C D;
}
