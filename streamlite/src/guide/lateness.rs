//! Lateness.
//!
//! How long to wait is a choice: a short bound produces results soon and finds more records late. The ten records again, with
//! a bound of one second instead of three:
//!
//! ```text
//! record at (s)       1   4   2   7   5  12   9  15  11  20
//! watermark before    -   0   3   3   6   6  11  11  14  14
//!                                             ▲
//!                                             └─ late: its window [5, 10) fired when the watermark came to 11
//! ```
//!
//! A late record is never lost in silence. It is counted in the [`Report`](crate::Report), which says what to do; and
//! there are three things that can be done:
//!
//! ```text
//! .watermark(bounded(3s))                        wait longer, for every result
//! .allowed_lateness(2s)                          give results soon, and again when somebody comes late
//! let (results, late) = ….with_late().count();   keep what is late as a stream of its own
//! ```
//!
//! ```
//! use streamlite::prelude::*;
//!
//! pipeline!(
//!     fn counts(at: Source<i64>, out: Sink<(i64, u64)>, too_late: Sink<i64>, wait: TimeDelta) {
//!         let (counts, late) = at
//!             .event_time(|at| Timestamp::from_millis(at * 1_000))
//!             .watermark(bounded(1s))
//!             .window(tumbling(5s))
//!             .allowed_lateness(wait)
//!             .with_late()
//!             .aggregate(|window, rows| (window.start.as_millis() / 1_000, rows.count()));
//!         counts.to(out);
//!         late.to(too_late);
//!     }
//! );
//!
//! let records = [1, 4, 2, 7, 5, 12, 9, 15, 11, 20];
//!
//! let mut t = counts::test(TimeDelta::ZERO);
//! t.at.push_all(records);
//! assert_eq!(t.out.take(), [(0, 3), (5, 2), (10, 2)]);
//! assert_eq!(t.too_late.take(), [9]);
//!
//! let mut t = counts::test(TimeDelta::from_millis(2_000));
//! t.at.push_all(records);
//! assert_eq!(t.out.take(), [(0, 3), (5, 2), (5, 3), (10, 2)]);
//! assert!(t.too_late.take().is_empty());
//! ```
//!
//! A window that waits fires again with every late record: with all its records (`.accumulating()`, which is the rule), or
//! only with those that came since it fired last (`.discarding()`), for sinks that add up.
//!
//! Next: [triggers](super::triggers).
