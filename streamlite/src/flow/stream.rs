//! A stream without keys.

use std::fmt;

use super::short_forms::{short_fold, short_forms};
use crate::aggregate::{Aggregate, Rows};
use crate::assembly::{Chain, Id, Then};
use crate::operator::{
    AsValue, EventTime, Filter, FilterMap, FinalAggregate, FlatMap, ForEach, InTurns, Inspect, Map,
    Partitioner, ProcessingTime, Split, Spread, To, ToAll, TryMap, Union, WithNothing,
};
use crate::state::Unkeyed;
use crate::time::{Ascending, RecordWatermarks, TimeDelta, Timestamp};
use crate::witness::{Accepts, CheckedStrategy};

/// A stream of `T`: a description of what will run.
///
/// `O` is what the statement takes, and `S` the operators in between; nobody writes them. Inside
/// [`pipeline!`](crate::pipeline) a stream may be used any number of times, and every use gets every record.
#[must_use = "a stream does nothing until it reaches a sink"]
pub struct Stream<T, O = T, S = Id> {
    pub(crate) chain: Chain<T, O, S>,
}

impl<T> Stream<T> {
    /// A stream by its name.
    pub(crate) const fn named() -> Self {
        Self { chain: Chain::EMPTY }
    }
}

impl<T, O, S: Clone> Clone for Stream<T, O, S> {
    fn clone(&self) -> Self {
        Self {
            chain: self.chain.clone(),
        }
    }
}

impl<T, O, S: Copy> Copy for Stream<T, O, S> {}

impl<T, O, S> fmt::Debug for Stream<T, O, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Stream<{}>", std::any::type_name::<T>())
    }
}

/// Operators without state.
impl<T, O, S> Stream<T, O, S> {
    pub(crate) fn then<U, B>(self, stage: B) -> Stream<U, O, Then<S, T, B>> {
        Stream {
            chain: self.chain.then(stage),
        }
    }

    /// Turns each record into one other. Timestamps and watermarks stay.
    ///
    /// ```
    /// # use streamlite::prelude::*;
    /// let doubled = pipeline!(from([1, 2, 3]).map(|n| n * 2)).collect()?;
    /// assert_eq!(doubled, [2, 4, 6]);
    /// # Ok::<(), streamlite::Error>(())
    /// ```
    ///
    /// | | |
    /// | --- | --- |
    /// | on a watermark | passes it on |
    /// | on a late record | like any other |
    /// | at a checkpoint | keeps nothing |
    /// | in Flink | `map` |
    pub fn map<U, F: FnMut(T) -> U>(self, turn: F) -> Stream<U, O, Then<S, T, Map<F>>> {
        self.then(Map(turn))
    }

    /// Keeps the records for which `holds` is true.
    ///
    /// ```
    /// # use streamlite::prelude::*;
    /// let even = pipeline!(from(1..=6).filter(|n| n % 2 == 0)).collect()?;
    /// assert_eq!(even, [2, 4, 6]);
    /// # Ok::<(), streamlite::Error>(())
    /// ```
    ///
    /// | | |
    /// | --- | --- |
    /// | on a watermark | passes it on |
    /// | on a late record | like any other |
    /// | at a checkpoint | keeps nothing |
    /// | in Flink | `filter` |
    pub fn filter<F: FnMut(&T) -> bool>(self, holds: F) -> Stream<T, O, Then<S, T, Filter<F>>> {
        self.then(Filter(holds))
    }

    /// Turns each record into one other, or drops it.
    ///
    /// ```
    /// # use streamlite::prelude::*;
    /// let numbers = pipeline!(from(["1", "two", "3"]).filter_map(|s| s.parse::<i32>().ok())).collect()?;
    /// assert_eq!(numbers, [1, 3]);
    /// # Ok::<(), streamlite::Error>(())
    /// ```
    ///
    /// | | |
    /// | --- | --- |
    /// | on a watermark | passes it on |
    /// | on a late record | like any other |
    /// | at a checkpoint | keeps nothing |
    /// | in Flink | `flatMap` |
    pub fn filter_map<U, F: FnMut(T) -> Option<U>>(self, turn: F) -> Stream<U, O, Then<S, T, FilterMap<F>>> {
        self.then(FilterMap(turn))
    }

    /// Turns each record into any number of others, each with the record's timestamp.
    ///
    /// ```
    /// # use streamlite::prelude::*;
    /// let words = pipeline!(from(["a b", "c"]).flat_map(|line| line.split(' '))).collect()?;
    /// assert_eq!(words, ["a", "b", "c"]);
    /// # Ok::<(), streamlite::Error>(())
    /// ```
    ///
    /// | | |
    /// | --- | --- |
    /// | on a watermark | passes it on |
    /// | on a late record | like any other |
    /// | at a checkpoint | keeps nothing |
    /// | in Flink | `flatMap` |
    pub fn flat_map<U, F>(self, turn: F) -> Stream<U::Item, O, Then<S, T, FlatMap<F>>>
    where
        U: IntoIterator,
        F: FnMut(T) -> U,
    {
        self.then(FlatMap(turn))
    }

    /// Shows each record to a closure as it passes.
    ///
    /// ```
    /// # use streamlite::prelude::*;
    /// let mut seen = 0;
    /// let numbers = pipeline!(from([1, 2, 3]).inspect(|_| seen += 1)).collect()?;
    /// assert_eq!((numbers, seen), (vec![1, 2, 3], 3));
    /// # Ok::<(), streamlite::Error>(())
    /// ```
    ///
    /// | | |
    /// | --- | --- |
    /// | on a watermark | passes it on |
    /// | on a late record | like any other |
    /// | at a checkpoint | keeps nothing |
    /// | in Flink | a `map` that returns its record |
    pub fn inspect<F: FnMut(&T)>(self, look: F) -> Stream<T, O, Then<S, T, Inspect<F>>> {
        self.then(Inspect(look))
    }

    /// Gives each worker its turn: records of a few partitions spread evenly over all workers. There is one worker now, so that
    /// nothing changes; what is written so spreads once there are more.
    ///
    /// ```
    /// # use streamlite::prelude::*;
    /// let numbers = pipeline!(from(1..=3).rebalance().map(|n| n * n)).collect()?;
    /// assert_eq!(numbers, [1, 4, 9]);
    /// # Ok::<(), streamlite::Error>(())
    /// ```
    ///
    /// | | |
    /// | --- | --- |
    /// | on a watermark | passes it on |
    /// | on a late record | like any other |
    /// | at a checkpoint | keeps nothing |
    /// | in Flink | `rebalance` |
    pub fn rebalance(self) -> Stream<T, O, Then<S, T, Spread<InTurns>>> {
        self.then(Spread::new(InTurns))
    }

    /// Gives each worker each record. There is one worker now, so that nothing changes. To keep records of one stream as state
    /// beside each record of another, [`broadcast_to`](Self::broadcast_to).
    ///
    /// ```
    /// # use streamlite::prelude::*;
    /// let numbers = pipeline!(from(1..=3).broadcast()).collect()?;
    /// assert_eq!(numbers, [1, 2, 3]);
    /// # Ok::<(), streamlite::Error>(())
    /// ```
    ///
    /// | | |
    /// | --- | --- |
    /// | on a watermark | passes it on |
    /// | on a late record | like any other |
    /// | at a checkpoint | keeps nothing |
    /// | in Flink | `broadcast` |
    pub fn broadcast(self) -> Stream<T, O, Then<S, T, Spread<ToAll>>>
    where
        T: Clone,
    {
        self.then(Spread::new(ToAll))
    }

    /// Says which worker each record goes to: a number less than the number of workers. There is one worker now, so that nothing
    /// changes, and the closure is not called. By a key it is [`key_by`](Self::key_by) that spreads them.
    ///
    /// ```
    /// # use streamlite::prelude::*;
    /// let numbers = pipeline!(from(1..=3_usize).partition_by(|n, workers| n % workers)).collect()?;
    /// assert_eq!(numbers, [1, 2, 3]);
    /// # Ok::<(), streamlite::Error>(())
    /// ```
    ///
    /// | | |
    /// | --- | --- |
    /// | on a watermark | passes it on |
    /// | on a late record | like any other |
    /// | at a checkpoint | keeps nothing |
    /// | in Flink | `partitionCustom` |
    pub fn partition_by<F: FnMut(&T, usize) -> usize>(
        self,
        worker: F,
    ) -> Stream<T, O, Then<S, T, Spread<F>>> {
        self.then(Spread::new(worker))
    }

    /// The same by a [`Partitioner`], which has a name and may be used again.
    ///
    /// ```
    /// # use streamlite::prelude::*;
    /// use streamlite::flow::Partitioner;
    ///
    /// struct ByLength;
    ///
    /// impl Partitioner<&str> for ByLength {
    ///     fn worker(&mut self, word: &&str, workers: usize) -> usize {
    ///         word.len() % workers
    ///     }
    /// }
    ///
    /// let words = pipeline!(from(["to", "be"]).partition_with(ByLength)).collect()?;
    /// assert_eq!(words, ["to", "be"]);
    /// # Ok::<(), streamlite::Error>(())
    /// ```
    ///
    /// | | |
    /// | --- | --- |
    /// | on a watermark | passes it on |
    /// | on a late record | like any other |
    /// | at a checkpoint | keeps nothing |
    /// | in Flink | `partitionCustom` |
    pub fn partition_with<P: Partitioner<T>>(self, partitioner: P) -> Stream<T, O, Then<S, T, Spread<P>>> {
        self.then(Spread::new(partitioner))
    }

    /// Turns each record into one other, or keeps the record with the error: `let (ok, failed) = ….try_map(…);`.
    ///
    /// ```
    /// # use streamlite::prelude::*;
    /// let rest = pipeline!({
    ///     let (numbers, failed) = from(["1", "two"]).try_map(|text| text.parse::<i32>());
    ///     numbers.for_each(|_| {});
    ///     failed.map(|failed| failed.record)
    /// })
    /// .collect()?;
    /// assert_eq!(rest, ["two"]);
    /// # Ok::<(), streamlite::Error>(())
    /// ```
    ///
    /// | | |
    /// | --- | --- |
    /// | on a watermark | passes it on to both streams |
    /// | on a late record | like any other |
    /// | at a checkpoint | keeps nothing |
    /// | in Flink | `process` with an `OutputTag` |
    pub fn try_map<U, E, F: FnMut(&T) -> Result<U, E>>(self, turn: F) -> TryMap<T, O, S, F> {
        TryMap {
            chain: self.chain,
            turn,
        }
    }

    /// Splits the stream by a predicate: `let (yes, no) = ….split(…);`.
    ///
    /// ```
    /// # use streamlite::prelude::*;
    /// let even = pipeline!({
    ///     let (even, odd) = from(1..=6).split(|n| n % 2 == 0);
    ///     odd.for_each(|_| {});
    ///     even
    /// })
    /// .collect()?;
    /// assert_eq!(even, [2, 4, 6]);
    /// # Ok::<(), streamlite::Error>(())
    /// ```
    ///
    /// | | |
    /// | --- | --- |
    /// | on a watermark | passes it on to both streams |
    /// | on a late record | like any other |
    /// | at a checkpoint | keeps nothing |
    /// | in Flink | `process` with an `OutputTag` |
    pub fn split<F: FnMut(&T) -> bool>(self, holds: F) -> Split<T, O, S, F> {
        Split {
            chain: self.chain,
            holds,
        }
    }

    /// Every record of both streams. The watermark is the lower one of the inputs that are neither idle nor finished.
    ///
    /// ```
    /// # use streamlite::prelude::*;
    /// let mut all = pipeline!(union(from([1, 2]), from([3]))).collect()?;
    /// all.sort();
    /// assert_eq!(all, [1, 2, 3]);
    /// # Ok::<(), streamlite::Error>(())
    /// ```
    ///
    /// | | |
    /// | --- | --- |
    /// | on a watermark | passes on the lower one of the inputs that are neither idle nor finished |
    /// | on a late record | like any other; of an input that was idle it is late by the watermark of both |
    /// | at a checkpoint | saves how far each input has come |
    /// | in Flink | `union` |
    pub fn union(self, _other: Stream<T>) -> Union<T, O, S> {
        Union { chain: self.chain }
    }

    /// Writes every record to a sink, and ends the chain.
    ///
    /// ```
    /// # use streamlite::prelude::*;
    /// let (sink, numbers) = CollectionSink::new();
    /// pipeline!(from([1, 2, 3]).to(sink)).run()?;
    /// assert_eq!(numbers.take(), [1, 2, 3]);
    /// # Ok::<(), streamlite::Error>(())
    /// ```
    ///
    /// | | |
    /// | --- | --- |
    /// | on a watermark | ends here |
    /// | on a late record | written like any other |
    /// | at a checkpoint | the sink writes out what it has buffered |
    /// | in Flink | `sinkTo` |
    pub fn to<M, K: Accepts<T, M>>(self, sink: K) -> To<T, O, S, K::Itself> {
        To {
            chain: self.chain,
            sink: sink.itself(),
        }
    }

    /// Gives every record to a closure, and ends the chain.
    ///
    /// ```
    /// # use streamlite::prelude::*;
    /// let mut sum = 0;
    /// pipeline!(from([1, 2, 3]).for_each(|n| sum += n)).run()?;
    /// assert_eq!(sum, 6);
    /// # Ok::<(), streamlite::Error>(())
    /// ```
    ///
    /// | | |
    /// | --- | --- |
    /// | on a watermark | ends here |
    /// | on a late record | like any other |
    /// | at a checkpoint | keeps nothing |
    /// | in Flink | `addSink` with a `SinkFunction` |
    pub fn for_each<F: FnMut(T)>(self, take: F) -> ForEach<T, O, S, F> {
        ForEach {
            chain: self.chain,
            take,
        }
    }
}

/// Event time.
impl<T, O, S> Stream<T, O, S> {
    /// Takes the records' timestamps out of the records: event time, for each partition of the source.
    ///
    /// `.watermark(bounded(5s))` after it says how far out of order records may come; without it they come in order,
    /// as with `ascending()`.
    ///
    /// ```
    /// # use streamlite::prelude::*;
    /// let counts = pipeline!(
    ///     from([(7, 0_i64), (8, 999), (9, 1_000)])
    ///         .event_time(|(_, at)| *at)
    ///         .watermark(bounded(5s))
    ///         .window(tumbling(1s))
    ///         .count()
    /// )
    /// .collect()?;
    /// assert_eq!(counts.iter().map(|count| count.value).collect::<Vec<_>>(), [2, 1]);
    /// # Ok::<(), streamlite::Error>(())
    /// ```
    ///
    /// | | |
    /// | --- | --- |
    /// | on a watermark | emits its own: the lowest of the partitions that are neither idle nor finished |
    /// | on a late record | it is here that a record gets the watermark of its own partition, by which it is late or not |
    /// | at a checkpoint | saves how far each partition has come |
    /// | in Flink | `assignTimestampsAndWatermarks` |
    pub fn event_time<U, F>(self, timestamp: F) -> Stream<T, O, Then<S, T, EventTime<F, U, Ascending>>>
    where
        U: Into<Timestamp>,
        F: FnMut(&T) -> U,
    {
        self.then(EventTime::new(timestamp, crate::time::ascending()))
    }

    /// Declares that a record happens when it arrives: its timestamp is what the clock shows, and the watermark is the
    /// clock. After a source that is the time of ingestion, which records have without `event_time`, too.
    ///
    /// No record is late, and windows fire by the clock, also where no record comes. The same input read twice returns
    /// other results, and a file read in a second has all its records in one second: for what happened when, write
    /// [`event_time`](Self::event_time).
    ///
    /// ```
    /// # use streamlite::prelude::*;
    /// pipeline!(
    ///     fn each_second(clicks: Source<u32>, out: Sink<Windowed<(), u64>>) {
    ///         clicks.processing_time().window(tumbling(1s)).count().to(out);
    ///     }
    /// );
    ///
    /// let mut t = each_second::test();
    /// t.clicks.push_all([1, 2, 3]);
    /// t.clock.advance(TimeDelta::from_secs(1));
    /// assert_eq!(t.out.take()[0].value, 3);
    /// ```
    ///
    /// | | |
    /// | --- | --- |
    /// | on a watermark | emits its own: what the clock shows |
    /// | on a late record | no record is late |
    /// | at a checkpoint | saves how far it has come; time never goes back |
    /// | in Flink | `WatermarkStrategy.noWatermarks()`, and windows of processing time |
    pub fn processing_time(self) -> Stream<T, O, Then<S, T, ProcessingTime>> {
        self.then(ProcessingTime)
    }
}

impl<T, O, S, F, U, V> Stream<T, O, Then<S, T, EventTime<F, U, V>>> {
    /// Says how watermarks follow from the records: `bounded(5s)`, `ascending()`, `periodic(1s, bounded(5s))`,
    /// `punctuated(|record| …)`, or a [`WatermarkStrategy`] of one's own.
    ///
    /// [`WatermarkStrategy`]: crate::time::WatermarkStrategy
    pub fn watermark<M, W: CheckedStrategy<T, M>>(
        self,
        strategy: W,
    ) -> Stream<T, O, Then<S, T, EventTime<F, U, W::Itself>>> {
        let Then { before, after, .. } = self.chain.stage;
        let stage = Then::new(before, after.with_strategy(strategy.itself()));
        Stream {
            chain: Chain::new(stage),
        }
    }

    /// The watermark strategies that look at records of this stream: what `punctuated` in `.watermark(…)` is a method of.
    #[must_use]
    #[doc(hidden)]
    pub fn watermarks(&self) -> RecordWatermarks<T> {
        RecordWatermarks::new()
    }

    /// Stops waiting for a partition that has had nothing to read for longer than this.
    ///
    /// When it speaks again below the watermark, its records are candidates for being late.
    pub fn idle_after(mut self, span: TimeDelta) -> Self {
        self.chain.stage.after = self.chain.stage.after.idle_after(span);
        self
    }

    /// Says how far a timestamp may be ahead of the clock. A record that is further ahead goes on like any other, but does
    /// not move the watermark, or one device whose clock is wrong would make the records of all others late; such
    /// records are counted, and the report names them.
    ///
    /// Without it five minutes are allowed for a source that is [live](crate::source::Source::is_live), and any time for a
    /// file or a collection; `max_future_skew(TimeDelta::MAX)` allows any time for both.
    pub fn max_future_skew(mut self, span: TimeDelta) -> Self {
        self.chain.stage.after = self.chain.stage.after.max_future_skew(span);
        self
    }
}

/// Aggregates over the whole input: one record at its end, and none if there was no input.
impl<T, O, S> Stream<T, O, S> {
    /// The rows of an aggregate expression.
    #[must_use]
    pub fn rows(&self) -> Rows<T> {
        Rows::new()
    }

    /// What `.aggregate(|rows| …)` becomes.
    ///
    /// ```
    /// # use streamlite::prelude::*;
    /// let mean = pipeline!(from([1.0, 2.0, 6.0]).aggregate(|rows| rows.sum(|n| *n) / rows.count() as f64)).collect()?;
    /// assert_eq!(mean, [3.0]);
    /// # Ok::<(), streamlite::Error>(())
    /// ```
    ///
    /// | | |
    /// | --- | --- |
    /// | on a watermark | emits its one result before the last one, which ends the input, and passes it on |
    /// | on a late record | no record is late |
    /// | at a checkpoint | saves the accumulator |
    /// | in Flink | `aggregate` over `GlobalWindows.createWithEndOfStreamTrigger()` |
    pub fn aggregate<A, U, F>(
        self,
        aggregate: A,
        finish: F,
    ) -> Stream<U, O, Then<S, T, FinalAggregate<Unkeyed, A, WithNothing<F>>>>
    where
        A: Aggregate<T>,
        F: FnMut(A::Out) -> U,
    {
        self.then(FinalAggregate {
            grouping: Unkeyed,
            aggregate,
            finish: WithNothing(finish),
        })
    }
}

/// The stream that a short form returns.
type Short<T, O, S, A> = Stream<<A as Aggregate<T>>::Out, O, Then<S, T, FinalAggregate<Unkeyed, A, AsValue>>>;

/// Short forms of the aggregates: one value at the end of the input, and none if there was no input. They ask for a
/// source that ends; put `.window(…)` or `.running()` before them where it does not.
impl<T, O, S> Stream<T, O, S> {
    fn short<A: Aggregate<T>>(self, aggregate: A) -> Short<T, O, S, A> {
        self.then(FinalAggregate {
            grouping: Unkeyed,
            aggregate,
            finish: AsValue,
        })
    }

    short_forms!(Short<T, O, S>);
    short_fold!(Short<T, O, S>);
}
