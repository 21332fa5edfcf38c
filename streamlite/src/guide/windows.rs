//! Windows.
//!
//! A window is a stretch of event time; an aggregate over it has a result when the watermark has passed its end. The
//! ten records of [the page before](super::event_time), in windows of five seconds:
//!
//! ```text
//! window      records             fires with the record at
//! [ 0,  5)    1  4  2             12   (the watermark goes to  9)
//! [ 5, 10)    7  5  9             15   (the watermark goes to 12)
//! [10, 15)    12  11              20   (the watermark goes to 17)
//! [15, 20)    15                  the end of the input
//! [20, 25)    20                  the end of the input
//! ```
//!
//! A window has its start and not its end: a record at 5 is in `[5, 10)`.
//!
//! ```
//! use streamlite::prelude::*;
//!
//! pipeline!(
//!     fn counts(at: Source<i64>, out: Sink<(i64, u64)>) {
//!         at.event_time(|at| Timestamp::from_millis(at * 1_000))
//!             .watermark(bounded(3s))
//!             .window(tumbling(5s))
//!             .aggregate(|window, rows| (window.start.as_millis() / 1_000, rows.count()))
//!             .to(out);
//!     }
//! );
//!
//! let mut t = counts::test();
//! t.at.push_all([1, 4, 2, 7, 5]);
//! assert_eq!(t.out.take(), []);
//! t.at.push(12);
//! assert_eq!(t.out.take(), [(0, 3)]);
//! t.at.push_all([9, 15]);
//! assert_eq!(t.out.take(), [(5, 3)]);
//! t.at.push_all([11, 20]);
//! assert_eq!(t.out.take(), [(10, 2)]);
//! t.finish();
//! assert_eq!(t.out.take(), [(15, 1), (20, 1)]);
//! ```
//!
//! How do I …
//!
//! * … count for each key? `.key_by(|r| r.sensor)` before `.window(…)`; the closure is then `|key, window, rows|`.
//! * … have several aggregates at once? In one expression: `(rows.count(), rows.mean(|r| r.temp))`. Each call on `rows`
//!   is updated as records come; the rest is evaluated when the window fires. Nothing is kept but the sums.
//! * … aggregate some of the records? `rows.filter(|r| r.valid).count()`.
//! * … start days at another hour? `tumbling(1d).offset(6h)`.
//! * … have one short form? `.window(tumbling(5s)).count()` gives [`Windowed`](crate::window::Windowed) results.
//! * … aggregate the whole of an input that ends? Without a window: `.count()`. And with every record? `.running()`.
//!
//! Next: [lateness](super::lateness).
