//! A stream grouped by a key.

use std::fmt;

use super::running::KeyedRunningStream;
use super::short_forms::short_forms;
use super::stream::Stream;
use super::windowed::{DropLate, WindowedStream};
use crate::aggregate::{Aggregate, Rows};
use crate::assembly::Then;
use crate::operator::{AsPair, FinalAggregate, WithKey};
use crate::state::Grouping;
use crate::window::{IntoAssigner, OnWatermark};

/// A stream of `T` grouped by a key. Windows and aggregates behind it are per key.
#[must_use = "a keyed stream does nothing until it is aggregated and reaches a sink"]
pub struct KeyedStream<T, B, O = T, S = crate::assembly::Id> {
    pub(crate) stream: Stream<T, O, S>,
    pub(crate) key: B,
}

impl<T, B, O, S> fmt::Debug for KeyedStream<T, B, O, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyedStream<{}>", std::any::type_name::<T>())
    }
}

impl<T, B, O, S> KeyedStream<T, B, O, S> {
    /// Windows for each key.
    pub fn window<W: IntoAssigner>(
        self,
        window: W,
    ) -> WindowedStream<T, B, W::Assigner, DropLate, OnWatermark, O, S> {
        WindowedStream::new(self.stream, self.key, window.into_assigner())
    }

    /// Gives a result with every record instead of one for each key at the end of the input.
    pub fn running(self) -> KeyedRunningStream<T, B, O, S> {
        KeyedRunningStream {
            stream: self.stream,
            key: self.key,
        }
    }

    /// The rows of an aggregate expression.
    #[must_use]
    pub fn rows(&self) -> Rows<T> {
        Rows::new()
    }

    /// What `.aggregate(|key, rows| …)` becomes: one record for each key at the end of the input.
    pub fn aggregate<A, U, F>(
        self,
        aggregate: A,
        finish: F,
    ) -> Stream<U, O, Then<S, T, FinalAggregate<B, A, WithKey<F>>>>
    where
        B: Grouping<T>,
        A: Aggregate<T>,
        F: FnMut(&B::Key, A::Out) -> U,
    {
        self.stream.then(FinalAggregate {
            grouping: self.key,
            aggregate,
            finish: WithKey(finish),
        })
    }
}

/// The stream that a short form on a keyed stream gives.
type Short<T, B, O, S, A> =
    Stream<(<B as Grouping<T>>::Key, <A as Aggregate<T>>::Out), O, Then<S, T, FinalAggregate<B, A, AsPair>>>;

/// Short forms of the aggregates: `(key, value)` once for each key at the end of the input, in the order in which the
/// keys came. They ask for a source that ends; put `.window(…)` or `.running()` before them where it does not.
impl<T, B: Grouping<T>, O, S> KeyedStream<T, B, O, S> {
    fn short<A: Aggregate<T>>(self, aggregate: A) -> Short<T, B, O, S, A> {
        self.stream.then(FinalAggregate {
            grouping: self.key,
            aggregate,
            finish: AsPair,
        })
    }

    short_forms!(Short<T, B, O, S>);
}
