//! Streams whose aggregates give a result with every record.

use std::fmt;

use super::keyed::KeyedStream;
use super::short_forms::{short_fold, short_forms};
use super::stream::Stream;
use crate::aggregate::{Aggregate, Rows};
use crate::assembly::{Id, Then};
use crate::operator::{AsPair, AsValue, Running, WithKey, WithNothing};
use crate::state::{Grouping, Unkeyed};

/// A stream whose aggregates give a result with every record; see [`Stream::running`].
#[must_use = "say next what is aggregated, such as `.count()`"]
pub struct RunningStream<T, O = T, S = Id> {
    pub(super) stream: Stream<T, O, S>,
}

/// A keyed stream whose aggregates give a result with every record; see
/// [`KeyedStream::running`](super::KeyedStream::running).
#[must_use = "say next what is aggregated, such as `.count()`"]
pub struct KeyedRunningStream<T, B, O = T, S = Id> {
    pub(super) stream: Stream<T, O, S>,
    pub(super) key: B,
}

impl<T, O, S> fmt::Debug for RunningStream<T, O, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RunningStream<{}>", std::any::type_name::<T>())
    }
}

impl<T, B, O, S> fmt::Debug for KeyedRunningStream<T, B, O, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyedRunningStream<{}>", std::any::type_name::<T>())
    }
}

impl<T, O, S> Stream<T, O, S> {
    /// Gives a result with every record instead of one at the end of the input.
    ///
    /// ```
    /// # use streamlite::prelude::*;
    /// let sums = pipeline!(from([1u32, 2, 3]).running().sum(|n| *n)).collect()?;
    /// assert_eq!(sums, [1, 3, 6]);
    /// # Ok::<(), streamlite::Error>(())
    /// ```
    ///
    /// | | |
    /// | --- | --- |
    /// | on a watermark | passes it on |
    /// | on a late record | added like any other |
    /// | at a checkpoint | saves an accumulator |
    /// | in Flink | none: a `map` with state, at a parallelism of one |
    pub fn running(self) -> RunningStream<T, O, S> {
        RunningStream { stream: self }
    }
}

impl<T, B, O, S> KeyedStream<T, B, O, S> {
    /// Gives a result with every record instead of one for each key at the end of the input.
    ///
    /// ```
    /// # use streamlite::prelude::*;
    /// let counts = pipeline!(from(["a", "b", "a"]).key_by(|word| *word).running().count()).collect()?;
    /// assert_eq!(counts, [("a", 1), ("b", 1), ("a", 2)]);
    /// # Ok::<(), streamlite::Error>(())
    /// ```
    ///
    /// | | |
    /// | --- | --- |
    /// | on a watermark | passes it on |
    /// | on a late record | added like any other |
    /// | at a checkpoint | saves an accumulator per key |
    /// | in Flink | `reduce` on a `KeyedStream` |
    pub fn running(self) -> KeyedRunningStream<T, B, O, S> {
        KeyedRunningStream {
            stream: self.stream,
            key: self.key,
        }
    }
}

/// The stream that a short form without keys returns.
type Values<T, O, S, A> = Stream<<A as Aggregate<T>>::Out, O, Then<S, T, Running<Unkeyed, A, AsValue>>>;

/// The value so far, with every record and its timestamp.
impl<T, O, S> RunningStream<T, O, S> {
    /// The rows of an aggregate expression.
    #[must_use]
    pub fn rows(&self) -> Rows<T> {
        Rows::new()
    }

    /// What `.aggregate(|rows| …)` becomes.
    pub fn aggregate<A, U, F>(
        self,
        aggregate: A,
        finish: F,
    ) -> Stream<U, O, Then<S, T, Running<Unkeyed, A, WithNothing<F>>>>
    where
        A: Aggregate<T>,
        F: FnMut(A::Out) -> U,
    {
        self.stream.then(Running {
            grouping: Unkeyed,
            aggregate,
            finish: WithNothing(finish),
        })
    }

    fn short<A: Aggregate<T>>(self, aggregate: A) -> Values<T, O, S, A> {
        self.stream.then(Running {
            grouping: Unkeyed,
            aggregate,
            finish: AsValue,
        })
    }

    short_forms!(Values<T, O, S>);
    short_fold!(Values<T, O, S>);
}

/// The stream that a short form with keys returns.
type Pairs<T, B, O, S, A> =
    Stream<(<B as Grouping<T>>::Key, <A as Aggregate<T>>::Out), O, Then<S, T, Running<B, A, AsPair>>>;

/// `(key, value)` so far, with every record and its timestamp.
impl<T, B: Grouping<T>, O, S> KeyedRunningStream<T, B, O, S> {
    /// The rows of an aggregate expression.
    #[must_use]
    pub fn rows(&self) -> Rows<T> {
        Rows::new()
    }

    /// What `.aggregate(|key, rows| …)` becomes.
    pub fn aggregate<A, U, F>(
        self,
        aggregate: A,
        finish: F,
    ) -> Stream<U, O, Then<S, T, Running<B, A, WithKey<F>>>>
    where
        A: Aggregate<T>,
        F: FnMut(&B::Key, A::Out) -> U,
    {
        self.stream.then(Running {
            grouping: self.key,
            aggregate,
            finish: WithKey(finish),
        })
    }

    fn short<A: Aggregate<T>>(self, aggregate: A) -> Pairs<T, B, O, S, A> {
        self.stream.then(Running {
            grouping: self.key,
            aggregate,
            finish: AsPair,
        })
    }

    short_forms!(Pairs<T, B, O, S>);
    short_fold!(Pairs<T, B, O, S>);
}
