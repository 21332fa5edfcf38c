//! A stream grouped by a key.

use std::fmt;

use super::short_forms::{short_fold, short_forms};
use super::stream::Stream;
use crate::aggregate::{Aggregate, Rows};
use crate::assembly::Then;
use crate::operator::{AsPair, FinalAggregate, WithKey};
use crate::state::{ByRef, Grouping};
use crate::witness::CheckedKey;

/// A stream of `T` grouped by a key. Windows and aggregates after it are per key.
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

impl<T, O, S> Stream<T, O, S> {
    /// Groups the records by a key; aggregates and windows after it are per key.
    ///
    /// A key is `Hash + Eq + Clone`, and in a pipeline function storable, too. A float is not `Eq`: key by `x.to_bits()`.
    ///
    /// ```
    /// # use streamlite::prelude::*;
    /// let counts = pipeline!(from(["a", "b", "a"]).key_by(|word| *word).count()).collect()?;
    /// assert_eq!(counts, [("a", 2), ("b", 1)]);
    /// # Ok::<(), streamlite::Error>(())
    /// ```
    ///
    /// | | |
    /// | --- | --- |
    /// | on a watermark | passes it on |
    /// | on a late record | like any other |
    /// | at a checkpoint | keeps nothing |
    /// | in Flink | `keyBy` |
    pub fn key_by<M, K: CheckedKey<M>, F: FnMut(&T) -> K>(self, key: F) -> KeyedStream<T, K::By<F>, O, S> {
        KeyedStream {
            stream: self,
            key: K::by(key),
        }
    }

    /// Groups the records by a key that is borrowed from the record: only new keys are cloned.
    ///
    /// ```
    /// # use streamlite::prelude::*;
    /// let names = vec!["ada".to_string(), "bob".to_string(), "ada".to_string()];
    /// let counts = pipeline!(from(names).key_by_ref(|name| name.as_str()).count()).collect()?;
    /// assert_eq!(counts, [("ada".to_string(), 2), ("bob".to_string(), 1)]);
    /// # Ok::<(), streamlite::Error>(())
    /// ```
    ///
    /// | | |
    /// | --- | --- |
    /// | on a watermark | passes it on |
    /// | on a late record | like any other |
    /// | at a checkpoint | keeps nothing |
    /// | in Flink | `keyBy` |
    pub fn key_by_ref<Q, F>(self, key: F) -> KeyedStream<T, ByRef<F, Q>, O, S>
    where
        Q: ToOwned + ?Sized,
        F: FnMut(&T) -> &Q,
    {
        KeyedStream {
            stream: self,
            key: ByRef::new(key),
        }
    }
}

impl<T, B, O, S> KeyedStream<T, B, O, S> {
    /// The rows of an aggregate expression.
    #[must_use]
    pub fn rows(&self) -> Rows<T> {
        Rows::new()
    }

    /// What `.aggregate(|key, rows| …)` becomes: one record for each key at the end of the input.
    ///
    /// ```
    /// # use streamlite::prelude::*;
    /// let spans = pipeline!(
    ///     from([("a", 1), ("b", 5), ("a", 4)])
    ///         .key_by(|(name, _)| *name)
    ///         .aggregate(|name, rows| (*name, rows.max(|(_, n)| *n) - rows.min(|(_, n)| *n)))
    /// )
    /// .collect()?;
    /// assert_eq!(spans, [("a", 3), ("b", 0)]);
    /// # Ok::<(), streamlite::Error>(())
    /// ```
    ///
    /// | | |
    /// | --- | --- |
    /// | on a watermark | emits a result per key before the last one, which ends the input, and passes it on |
    /// | on a late record | no record is late |
    /// | at a checkpoint | saves an accumulator per key |
    /// | in Flink | `aggregate` over `GlobalWindows.createWithEndOfStreamTrigger()` |
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

/// The stream that a short form on a keyed stream returns.
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
    short_fold!(Short<T, B, O, S>);
}
