//! How a statement takes a stream by its name, once or several times.

use crate::connector::Source;
use crate::flow::{KeyedStream, Stream};
use crate::operator::Copies;
use crate::witness::{Never, No, Yes};

/// The stream of a source.
pub fn port<S: Source>(_source: &S) -> Stream<S::Item> {
    Stream::named()
}

impl<T> Stream<T> {
    /// The same stream, for one statement that takes it by its name. A method, so that the name comes first: an editor
    /// takes the first token at a place for the whole of it.
    #[doc(hidden)]
    pub fn fork(&self) -> Self {
        *self
    }
}

impl<T, B: Clone> KeyedStream<T, B> {
    /// The same stream, for one statement that takes it by its name.
    #[doc(hidden)]
    pub fn fork(&self) -> Self {
        Self {
            stream: self.stream,
            key: self.key.clone(),
        }
    }
}

/// What a stream carries.
pub trait ItemOf {
    /// A record.
    type Item;
}

impl<T, O, S> ItemOf for Stream<T, O, S> {
    type Item = T;
}

impl<T, B, O, S> ItemOf for KeyedStream<T, B, O, S> {
    type Item = T;
}

/// A record that a further use can copy. Declared twice, as [`CheckedKey`](crate::witness::CheckedKey) is.
#[diagnostic::on_unimplemented(
    message = "this stream is used several times, so every use but the last gets a clone: `{Self}` must be `Clone`",
    label = "a further use of this stream",
    note = "`#[derive(Clone)]` on `{Self}`, or use the stream once"
)]
pub trait Shared<M> {
    /// The proof.
    type Copies;

    /// The proof.
    fn copies() -> Self::Copies;
}

#[diagnostic::do_not_recommend]
impl<T: Never> Shared<No> for T {
    type Copies = Copies<T>;

    fn copies() -> Copies<T> {
        Copies::new()
    }
}

#[diagnostic::do_not_recommend]
impl<T: Clone> Shared<Yes> for T {
    type Copies = Copies<T>;

    fn copies() -> Copies<T> {
        Copies::new()
    }
}

/// Says that a stream is used a further time.
pub fn used_again<M, H: ItemOf>(_stream: &H) -> <H::Item as Shared<M>>::Copies
where
    H::Item: Shared<M>,
{
    <H::Item as Shared<M>>::copies()
}

/// A stream: what a chain starts with.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a stream",
    label = "a chain starts with a stream",
    note = "a source, a collection or an iterator becomes a stream by `from(…)`"
)]
pub trait IsStream {}

impl<T> IsStream for Stream<T> {}

impl<T, B> IsStream for KeyedStream<T, B> {}

/// Says that a name is a stream.
pub fn stream<S: IsStream>(_stream: &S) {}
