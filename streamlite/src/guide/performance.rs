//! What costs what, and how to measure it.
//!
//! A pipeline becomes one function for each source: operators are inlined into each other, records stay in registers as long as
//! they can, and none of the engine's own code allocates for a record. So the figures are those of a loop written by hand, and
//! what is slow in such a loop is slow here.
//!
//! Instructions a record, as `benches/instructions` counts them; they hardly change between machines, unlike seconds:
//!
//! | work | instructions a record |
//! | --- | --- |
//! | map, filter, map, sum of floats | 40 |
//! | split and union | 41 |
//! | a word of a text counted by key | 159 |
//! | a running aggregate by key | 157 |
//! | a tumbling window by key: count, sum and max | 192 |
//! | a count window by key | 248 |
//! | a process by key with a state | 257 |
//! | a window with a trigger | 348 |
//! | a session by key | 357 |
//! | a process with a timer for each record | 599 |
//! | `join_latest` | 604 |
//! | a sliding window | 629 |
//! | an interval join | 757 |
//! | CSV read, filtered, a mean by key and window, CSV written | 2,960 |
//!
//! **What to look at**
//!
//! * *Reading and writing.* CSV and JSON cost ten times what a window does. Fields that no one needs cost nothing if the type does
//!   not have them.
//! * *Keys.* A number is hashed in a few instructions, a `String` is read as a whole; `key_by_ref` spares the clone. Many keys cost
//!   memory first: beyond some hundred thousand a record waits for it, and look-ups are done in blocks.
//! * *Windows that overlap* share slices, unless an aggregate cannot be put together exactly: sums and means of floats,
//!   `variance`, `top_k`, and what goes by the order; see [aggregates](super::aggregates).
//! * *What keeps rows*: `collect`, `distinct`, joins. `approx_count_distinct` and `quantile` keep some kilobytes at most.
//! * *Records that are large* are moved where an operator keeps them or hands them on: `map` them to what is needed first.
//! * *A stream that is used twice* is cloned, but for its last use.
//! * *Lateness* is free until something is late; `.allowed_lateness(…)` keeps windows open, and their memory.
//! * *Checkpoints* are written beside the work, by a thread of their own, and have what changed; where a table of keys is large a
//!   record pays for a mark that it has changed. The benchmark `checkpoints` measures both.
//! * *Live sources*: a record that comes alone wakes the job; those that come together share one wake-up.
//! * *Metrics*: a counter is an atomic addition, a histogram takes a lock that nobody else holds, a meter reads the clock, too.
//!
//! **How to measure**
//!
//! * In release mode: without it nothing is inlined.
//! * The report says how many records a second went through, what part of the time the job was busy
//!   ([`busy`](crate::Report::busy)), how long records took from source to sink
//!   ([`latency`](crate::metrics::SinkReport::latency)), and how large the state of each statement is
//!   ([`state`](crate::metrics::OperatorReport::state)). Where `busy` is 1, the pipeline is the limit; where it is small, its
//!   source is.
//! * A profiler sees one function for each source, whose lines are those of your closures: `perf record`, then
//!   `perf annotate`.
//! * Beside a loop that you would have written, on the same input, in the same run: machines are too noisy for anything else.
//!   Keys in random order, as they come in life: a predictor learns what repeats.
