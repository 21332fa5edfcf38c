//! Watermarks: which strategy when.
//!
//! A watermark W says: no record with a timestamp below W is still to come. It is a promise that somebody has to make,
//! and the question is who knows enough to make it.
//!
//! | who knows | write | what it costs |
//! | --- | --- | --- |
//! | the records are in order: a log with one writer, a sorted file | [`ascending()`](crate::time::ascending), or nothing | no wait |
//! | how late a record can be: networks, phones, several writers | [`bounded(5s)`](crate::time::bounded) | each result waits for 5 s of event time |
//! | whoever writes the records: markers among them say what is complete | [`punctuated(\|r\| …)`](crate::time::punctuated) | as long as the writer waits |
//! | you, by a rule of your own | a [`WatermarkStrategy`](crate::time::WatermarkStrategy) | up to you |
//! | nobody, and the clock is good enough | [`.processing_time()`](crate::flow::Stream::processing_time) | answers that no second run returns again |
//!
//! A longer `bounded` makes results later and less late; [`.allowed_lateness(…)`](super::lateness) instead produces a result early and
//! mends it. Where a step of the watermark costs something downstream,
//! [`periodic(10s, bounded(5s))`](crate::time::periodic) takes only the multiples of 10 s:
//!
//! ```text
//! record at (s)          1     4    12    16    23    31
//! bounded(5s)           -4    -1     7    11    18    26
//! periodic(10s, …)     -10   -10     0    10    10    20
//! ```
//!
//! # Each partition has its own
//!
//! A strategy sees the records of one partition, in their order, and nothing else: no clock, and no other partition. So the
//! watermarks, and what is late, are the same whatever the batch size is and after a restart. The stream's watermark is the
//! lowest of its partitions'; `.idle_after(30s)` stops waiting for one that is quiet, and one that has ended holds nothing back.
//!
//! # A clock that is wrong
//!
//! One record from the year 2099 would bring the watermark there, and every record after it would be late. So where a
//! source is [live](crate::source::Source::is_live), a timestamp that is more than five minutes ahead of the job's clock moves no
//! watermark. The record itself goes on, and is counted; the report says so:
//!
//! ```
//! use streamlite::prelude::*;
//!
//! pipeline!(
//!     fn minutes(at: Source<i64>, counts: Sink<u64>) {
//!         let timed = at.event_time(|at| *at).watermark(bounded(5s)).max_future_skew(1h);
//!         timed.window(tumbling(1min)).count().map(|minute| minute.value).to(counts);
//!     }
//! );
//!
//! let mut t = minutes::test();
//! t.at.push_all([1_000, 4_102_444_800_000, 2_000, 65_000]);
//! assert_eq!(t.counts.take(), [2], "the first minute has two, although a record of the year 2100 came between");
//! assert_eq!(t.report().operator("timed").map(|timed| timed.ahead_of_clock), Some(1));
//! ```
//!
//! Files and collections are not live: what is read again next year must give the same answer.
//! [`.max_future_skew(…)`](crate::flow::Stream::max_future_skew) says it for either.
//!
//! Next: [windows](super::windows).
