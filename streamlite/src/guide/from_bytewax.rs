//! Coming from Bytewax: what its names are here, and what differs.
//!
//! | in Bytewax | here |
//! | --- | --- |
//! | `Dataflow("flow")` | [`pipeline!`](crate::pipeline)`(fn flow(…) { … })` |
//! | step ids, `"my_step"` | the names of `let`, or `#[uid = "…"]` |
//! | `op.input`, `op.output` | parameters: `readings: Source<Reading>`, `out: Sink<f64>`; `.to(out)` |
//! | `op.map`, `op.filter`, `op.flat_map`, `op.filter_map`, `op.inspect` | `map`, `filter`, `flat_map`, `filter_map`, `inspect` |
//! | `op.branch`, `op.merge` | `split` or `match`, `union` |
//! | `op.key_on`, `op.map_value` | `key_by`; values keep their key in themselves |
//! | `op.redistribute` | `rebalance`; without effect on one worker |
//! | `op.count_final`, `op.reduce_final`, `op.max_final` | `key_by(…)`, then `count()`, `reduce(…)`, `max(…)` |
//! | `op.stateful_map`, `op.stateful_flat_map` | `.process(\|ctx\| { let n: u64 = 0; on_record(…); })` |
//! | `op.StatefulBatchLogic`, `notify_at`, `on_notify`, `on_eof` | `on_record`, `ctx.timer_after(…)`, `on_timer`, `on_end` |
//! | `op.join` | `join`, `left_join`, `full_join`; `join_latest` |
//! | `bytewax.operators.windowing`: `TumblingWindower`, `SlidingWindower`, `SessionWindower` | `tumbling`, `sliding(…).every(…)`, `session` |
//! | `EventClock(ts_getter, wait_for_system_duration)` | `.event_time(\|r\| …)`, `.watermark(bounded(…))`; it does not go on by the clock |
//! | `SystemClock` | `.processing_time()` |
//! | `collect_window`, `count_window`, `fold_window`, `reduce_window`, `max_window` | `collect`, `count`, `fold`, `reduce`, `max` after `.window(…)`; several at once in `.aggregate(…)` |
//! | the `late` stream of a windower | `.with_late()` |
//! | `FixedPartitionedSource`, `StatefulSourcePartition`, `snapshot` | [`Source`](crate::source::Source), [`Reader`](crate::source::Reader), `position` |
//! | `DynamicSource` | a [`Source`](crate::source::Source) of one partition |
//! | `DynamicSink`, `FixedPartitionedSink` | [`Sink`](crate::sink::Sink); [`Transactional`](crate::sink::Transactional) for exactly once |
//! | `FileSource`, `CSVSource`, `DirSource`, `StdOutSink`, `TestingSource` | [`LinesSource`](crate::source::LinesSource), [`CsvSource`](crate::source::CsvSource), `glob`, [`StdoutSink`](crate::sink::StdoutSink), [`from`](crate::source::from) |
//! | recovery store, `-r db/ -s 30` | [`Checkpoints`](crate::checkpoint::Checkpoints)`::in_dir("state").every(…)` |
//! | `run_main`, `cluster_main`, `-w 4` | [`Job::run`](crate::Job::run); one worker |
//!
//! **What differs**
//!
//! * A mistake in a pipeline does not compile: a step that does not fit the one before it, a join without a key, a sum that never
//!   ends.
//! * Event time goes by the records alone: the same input gives the same windows, however long it took to read.
//! * State is typed and saved by serde, not pickled; it is refused where it does not fit.
//! * Output of files is exactly once with checkpoints.
