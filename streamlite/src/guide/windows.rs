//! Windows.
//!
//! A window is a part of the input; an aggregate over it has a result when the window is over. Ten records, in the order in
//! which they come, and the seconds at which they happened:
//!
//! ```text
//! 1  4  2  7  5  12  9  15  11  20
//! ```
//!
//! # What happens to ten records in each kind of window
//!
//! Windows of event time fire when the watermark has passed their end; here it trails the latest record by three seconds. A
//! window has its start and not its end: a record at 5 is in `[5, 10)`.
//!
//! ```text
//! seconds        0    5    10   15   20   25   30
//! records        |  . ..|. . . |..  . |    .    |
//!
//! tumbling(5s)   [-3--)[-3--)[-2--)[-1--)[-1--)         side by side: each record in one
//!
//! sliding(10s)   [----6----)                            one every 5 s: each record in two
//!   .every(5s)        [----5----)
//!                          [----3----)
//!                               [----2----)  …
//!
//! session(4s)     [------------9----------)[1--)        until nothing comes for 4 s
//!
//! count(4)        1 4 2 7 | 5 12 9 15 | 11 20 …         by number, in the order in which they come
//!
//! global()        1 4 2 7   5 12 9 15   11 20           all of them, when the input ends
//! ```
//!
//! The same by a program:
//!
//! ```
//! use streamlite::prelude::*;
//!
//! /// Start and end of each window in seconds, and how many records are in it.
//! macro_rules! counts {
//!     ($window:expr) => {
//!         pipeline!(
//!             from([1_i64, 4, 2, 7, 5, 12, 9, 15, 11, 20])
//!                 .event_time(|at| Timestamp::from_millis(at * 1_000))
//!                 .watermark(bounded(3s))
//!                 .window($window)
//!                 .aggregate(|window, rows| {
//!                     (window.start.as_millis() / 1_000, window.end.as_millis() / 1_000, rows.count())
//!                 })
//!         )
//!         .collect()
//!         .expect("nothing fails")
//!     };
//! }
//! let s = TimeDelta::from_secs;
//!
//! assert_eq!(
//!     counts!(tumbling(s(5))),
//!     [(0, 5, 3), (5, 10, 3), (10, 15, 2), (15, 20, 1), (20, 25, 1)]
//! );
//! assert_eq!(
//!     counts!(sliding(s(10)).every(s(5))),
//!     [(-5, 5, 3), (0, 10, 6), (5, 15, 5), (10, 20, 3), (15, 25, 2), (20, 30, 1)]
//! );
//! assert_eq!(counts!(session(s(4))), [(1, 19, 9), (20, 24, 1)]);
//! ```
//!
//! What each of them does at its edges, and how it deals with late records, is on its page:
//! [`tumbling`](crate::window::tumbling), [`sliding`](crate::window::sliding), [`session`](crate::window::session) and
//! [`session_by`](crate::window::session_by), [`count`](crate::window::count), [`global`](crate::window::global), and
//! for days, weeks, months and years of a time zone [`daily`](crate::window::daily).
//!
//! # Seen as it happens
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
//! * … have a moving average? `.window(sliding(1min).every(1s))`, or over the last records of a key, `count(100).every(1)`.
//! * … start days at another hour? `daily().starts_at(6h)`; in a time zone, `.zone("Europe/Berlin")`.
//! * … end a visit when nobody clicks for half an hour? `.window(session(30min))`.
//! * … have one short form? `.window(tumbling(5s)).count()` returns [`Windowed`](crate::window::Windowed) results.
//! * … aggregate the whole of an input that ends? Without a window: `.count()`. And with every record? `.running()`.
//!
//! Next: [lateness](super::lateness).
