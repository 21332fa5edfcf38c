//! Event time and watermarks.
//!
//! A record carries when it *happened*; when it *arrives* is another matter. Counting "by minute" means the minute in
//! which things happened, so that the answer is the same when a day is read from a file in a second. That is event time:
//!
//! ```text
//! .event_time(|r| r.at)       the field that says when
//! .watermark(bounded(3s))     records come up to 3 seconds out of order
//! ```
//!
//! The *watermark* is how far event time has come: "nothing older than this is expected any more". With `bounded(3s)` it
//! trails the newest record by three seconds, and never goes back. Ten records, in the order of their arrival:
//!
//! ```text
//! record at (s)       1   4   2   7   5  12   9  15  11  20
//! watermark after    -2   1   1   4   4   9   9  12  12  17   (s)
//!                             ▲       ▲       ▲       ▲
//!                             └───────┴───────┴───────┴─ out of order, and in time: not older than the watermark
//! ```
//!
//! A source of several partitions (files, say) has a watermark for each; the stream's is the lowest of them, so that a
//! partition that is behind is waited for. One that has gone quiet would hold everything: `.idle_after(30s)` says how
//! long it is waited for. At the end of the input the watermark goes to the end of time, and everything fires.
//!
//! ```
//! use streamlite::prelude::*;
//!
//! pipeline!(
//!     fn seconds(at: Source<i64>, out: Sink<i64>) {
//!         at.event_time(|at| Timestamp::from_millis(at * 1_000)).watermark(bounded(3s)).to(out);
//!     }
//! );
//!
//! let mut t = seconds::test();
//! t.at.push_all([1, 4, 2, 7, 5, 12, 9, 15, 11, 20]);
//! let report = t.report();
//! assert_eq!(report.operator("out").and_then(|out| out.watermark), Some(Timestamp::from_millis(17_000)));
//! ```
//!
//! Whether a record is late is judged by the watermark of its own partition just before it was read, and by nothing
//! else: neither the size of batches nor how far other partitions happened to be can change an answer. The semantics
//! are those of Flink's watermarks per partition.
//!
//! Next: [watermarks](super::watermarks).
