//! Testing a pipeline.
//!
//! Every pipeline `name` has `name::test(…)`, which takes the parameters that are neither sources nor sinks
//! and returns a driver: an input for each source, an output for each sink, and a clock. It is the same code as in
//! production, on one thread, and nothing sleeps.
//!
//! ```text
//!   t.readings.push(…) ──▶ ┌──────────┐ ──▶ t.hot.take()
//!   t.readings.watermark() │ pipeline │
//!   t.clock.advance(30s) ─▶└──────────┘ ──▶ t.report()
//! ```
//!
//! **A record in, results out.** `push` returns when everything has happened that the record sets off; `take` returns what
//! has come out since the last time.
//!
//! ```
//! use streamlite::prelude::*;
//!
//! #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
//! pub struct Reading { sensor: u32, temp: f64, at: i64 }
//!
//! pipeline!(
//!     pub fn hot_minutes(readings: Source<Reading>, hot: Sink<(u32, f64)>, limit: f64) {
//!         readings
//!             .event_time(|r| r.at)
//!             .watermark(bounded(5s))
//!             .idle_after(30s)
//!             .key_by(|r| r.sensor)
//!             .window(tumbling(1min))
//!             .aggregate(|sensor, _window, rows| (*sensor, rows.max(|r| r.temp)))
//!             .filter(|(_, greatest)| *greatest > limit)
//!             .to(hot);
//!     }
//! );
//! let reading = |temp, at| Reading { sensor: 7, temp, at };
//!
//! let mut t = hot_minutes::test(80.0);
//! t.readings.push(reading(99.0, 1_000));
//! t.readings.push(reading(97.0, 64_999)); // the watermark comes to 59.999: the first minute waits
//! assert_eq!(t.hot.take(), []);
//! t.readings.push(reading(97.0, 65_000)); // and now it fires
//! assert_eq!(t.hot.take(), [(7, 99.0)]);
//!
//! // Event time without a record, as a source might say it.
//! t.readings.watermark(120_000);
//! assert_eq!(t.hot.take(), [(7, 97.0)]);
//!
//! // A checkpoint in memory: another driver goes on where this one was.
//! t.readings.push(reading(85.0, 130_000));
//! let saved = t.savepoint();
//! let mut other = hot_minutes::test(80.0).restore(&saved);
//! let report = other.finish(); // ends the inputs: everything fires
//! assert_eq!(other.hot.take(), [(7, 85.0)]);
//! assert_eq!(report.source("readings").map(|source| source.records), Some(4));
//! ```
//!
//! **Time passes when the test says so.** `t.clock.advance(…)` moves the clock by which idleness is measured.
//!
//! **What fails.** A job that fails makes `push` and `finish` panic with the error's text, which is what most tests want;
//! [`try_push`](crate::testing::TestInput::try_push) and `try_finish` give the error, to be looked at.
//!
//! **What to test.** The edges: a record one millisecond before a window's end and one at it; one that is late and one
//! that is just not; an input that ends without a record. And the report: nothing that is dropped goes uncounted.
