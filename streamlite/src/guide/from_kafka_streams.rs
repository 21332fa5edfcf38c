//! Coming from Kafka Streams: what its names are here, and what differs.
//!
//! | in Kafka Streams | here |
//! | --- | --- |
//! | `StreamsBuilder`, `Topology` | [`pipeline!`](crate::pipeline); `name::GRAPH` is the topology |
//! | `KafkaStreams.start()`, `close()` | [`Job::spawn`](crate::Job::spawn), [`JobHandle::stop`](crate::JobHandle::stop) |
//! | `KStream` | a stream |
//! | `KTable` | state of a process, or the right side of `join_latest`; `.running()` emits each update, as `toStream()` does |
//! | `GlobalKTable` | `rules.broadcast_to(records)` |
//! | `mapValues`, `filter`, `flatMapValues`, `peek` | `map`, `filter`, `flat_map`, `inspect` |
//! | `selectKey`, `groupByKey`, `groupBy` | `key_by` |
//! | `split().branch(…)` | `split`, `match` |
//! | `merge` | `union` |
//! | `count`, `reduce`, `aggregate` | `.running().count()` for each update; `.count()` once, at the end or for each window |
//! | `TimeWindows.ofSizeWithNoGrace`, `advanceBy` | `tumbling`, `sliding(…).every(…)` |
//! | `SessionWindows` | `session(30min)` |
//! | `SlidingWindows` | `sliding(…)` with a slide of your choice: there is no window for each record |
//! | grace period | `.allowed_lateness(…)`, and `bounded(…)` for how long results wait |
//! | `suppress(untilWindowCloses)` | the default: a window fires when the watermark has passed its end |
//! | results with each record | `.trigger(on_count(1).or(on_watermark()))` |
//! | stream time | the watermark, which is kept for each partition |
//! | `TimestampExtractor` | `.event_time(\|r\| …)` |
//! | KStream-KStream join, `JoinWindows` | `.join(…).on(…).within(-5min..=5min)`, `left_join`, `full_join` for `outerJoin` |
//! | KStream-KTable join | `join_latest`, `left_join_latest`: by time, and not by which came first |
//! | foreign-key joins | `key_by` what is to match, then `join` |
//! | `process`, `Processor`, `Punctuator` | `.process(\|ctx\| …)`, `on_timer` |
//! | state stores, changelog topics | states of a process; [`Checkpoints`](crate::checkpoint::Checkpoints) in a folder |
//! | `processing.guarantee=exactly_once_v2` | checkpoints, with sinks that commit; see [delivery](super::delivery) |
//! | `StreamPartitioner`, `repartition` | `partition_by`, `rebalance`; without effect on one worker |
//! | `DeserializationExceptionHandler` | `.on_error(Fail)`, `Skip`, `Route(sink)` |
//! | serdes | serde |
//! | interactive queries | not yet |
//! | `TopologyTestDriver` | `name::test(…)`; see [testing](super::testing) |
//! | metrics, `addSensor` | [`Metrics`](crate::metrics::Metrics), `ctx.counter("x")` |
//!
//! **What differs**
//!
//! * There is no connector for Kafka yet; records come from files, sockets, channels, or a
//!   [`Source`](crate::source::Source) of your own.
//! * Results come once, when they are final, unless a trigger says otherwise; there are no tombstones.
//! * A record that is late is not dropped in silence: the report counts it, and `with_late()` keeps it.
//! * Time does not stand still because a partition is empty: `.idle_after(…)` leaves it out.
//! * One process is one job: no rebalancing, no standby replicas.
