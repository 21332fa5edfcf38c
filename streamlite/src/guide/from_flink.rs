//! Coming from Flink: what its names are here, and what differs.
//!
//! The semantics are those of the DataStream API, rule by rule: records are in windows by their timestamps, a window fires when the
//! watermark has passed its end, sessions merge, timers are a set for each key. What differs is the form: a pipeline is one
//! typed block, checked when it compiles, and it runs in your process.
//!
//! | in Flink | here |
//! | --- | --- |
//! | `StreamExecutionEnvironment`, `env.execute()` | [`pipeline!`](crate::pipeline), [`Job::run`](crate::Job::run) |
//! | `DataStream`, `KeyedStream`, `WindowedStream` | the same, which nobody needs to write: [`flow`](crate::flow) |
//! | `map`, `filter`, `flatMap` | `map`, `filter`, `flat_map`; `filter_map` and `try_map` beside them |
//! | `keyBy` | `key_by`; `key_by_ref` clones a key only when it is new |
//! | `union`, `connect`, `broadcast` with `BroadcastProcessFunction` | `union`, `connect`, `broadcast_to` |
//! | side outputs, `OutputTag` | `split`, `match`, and in a process `let aside: Side<T>;` |
//! | `WatermarkStrategy.forBoundedOutOfOrderness` | `.watermark(bounded(5s))` |
//! | `forMonotonousTimestamps` | `.watermark(ascending())`, which is the default |
//! | `WatermarkGenerator` | [`WatermarkStrategy`](crate::time::WatermarkStrategy), `periodic`, `punctuated` |
//! | `withTimestampAssigner` | `.event_time(\|r\| …)` |
//! | `withIdleness` | `.idle_after(30s)` |
//! | `TumblingEventTimeWindows` with an offset | `tumbling(1h).offset(15min)` |
//! | `SlidingEventTimeWindows.of(size, slide)` | `sliding(size).every(slide)` |
//! | `EventTimeSessionWindows`, `DynamicEventTimeSessionWindows` | `session(30min)`, `session_by(\|r\| …)` |
//! | `GlobalWindows`, `countWindow` | `global()`, `count(100)` |
//! | windows by processing time | `.processing_time()`, then the windows as ever |
//! | `allowedLateness`, `sideOutputLateData` | `.allowed_lateness(…)`, `let (results, late) = ….with_late()` |
//! | `Trigger`, `ContinuousEventTimeTrigger`, `PurgingTrigger` | [`Trigger`](crate::window::Trigger), `every(10s)`, `.purging()`; see [triggers](super::triggers) |
//! | `AggregateFunction` | an expression: `\|rows\| (rows.count(), rows.mean(…))`; [`Aggregator`](crate::aggregate::Aggregator) |
//! | `ProcessWindowFunction` with its context | `.aggregate(\|key, window, rows\| …)` |
//! | `KeyedProcessFunction`, `processElement`, `onTimer` | `.process(\|ctx\| { on_record(…); on_timer(…); })`; `on_end` beside them |
//! | `ValueState`, `ListState`, `MapState`, `ReducingState` | `Value`, `List`, `Map`, `Reducing`, or a plain variable; see [state](super::state) |
//! | `StateTtlConfig` | `#[ttl(1h)]`; see [ttl](super::ttl) |
//! | `ctx.timerService().registerEventTimeTimer` | `ctx.timer_at(…)`, `ctx.timer_after(…)`; see [timers](super::timers) |
//! | `intervalJoin().between(a, b)` | `join(…).on(…).within(a..=b)`, and left, right and full ones |
//! | window joins, `coGroup` | `join(…).on(…).window(…)`; left, right and full ones for `coGroup` |
//! | temporal join, `FOR SYSTEM_TIME AS OF` | `join_latest`, `left_join_latest` |
//! | `rebalance`, `broadcast`, `partitionCustom` | `rebalance`, `broadcast`, `partition_by`; without effect on one worker |
//! | `uid("…")` | the name of the `let`, or `#[uid = "…"]` |
//! | checkpoints, savepoints, restart strategies | [`Checkpoints`](crate::checkpoint::Checkpoints), [`JobHandle::savepoint`](crate::JobHandle::savepoint), [`Restart`](crate::Restart) |
//! | `FileSource`, `FileSink` with rolling | [`CsvSource`](crate::source::CsvSource) and its like, `roll_at`, `roll_every` |
//! | `TwoPhaseCommitSinkFunction`, `Sink.Committer` | [`Transactional`](crate::sink::Transactional) |
//! | `SourceFunction`, `Source` (FLIP-27), splits | [`Source`](crate::source::Source), [`Reader`](crate::source::Reader), partitions |
//! | metrics: `getRuntimeContext().getMetricGroup()` | `ctx.counter("x")`, [`Metrics`](crate::metrics::Metrics) |
//! | test harnesses, `MiniCluster` | `name::test(…)`; see [testing](super::testing) |
//!
//! **What differs**
//!
//! * A timestamp is required where event time is used, and nothing has one by accident.
//! * A watermark is kept for each partition of a source and follows the records: results do not depend on batches or on how
//!   fast a partition was read.
//! * A late record is counted in the report, and so is everything else that is dropped.
//! * The watermark of `bounded(5s)` is the greatest timestamp less five seconds; in Flink it is one millisecond less than that. A
//!   window fires at the same record.
//! * There is one worker. `key_by` needs no serializer: keys are `Hash + Eq`, and what is saved is serde.
//! * At the end of a bounded input all windows and timers fire, as in Flink.
//! * No SQL, no cluster, no web page.
