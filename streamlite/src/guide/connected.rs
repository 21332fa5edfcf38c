//! One process for two streams, and streams that every key hears of.
//!
//! A join says which rows match. Where that is not enough, one process handles the records of both streams: with states and
//! timers of its own for each key, as every [process](super::state), and a handler for each stream.
//!
//! ```text
//!                        states and timers of a key
//! starts  ──s1───s2───▶  ┌───────────────────────┐  on_left
//!                        │ started    ended      │─────────▶ results
//! ends    ────e2───e1─▶  └───────────────────────┘  on_right
//!                                    ▲ on_timer
//! ```
//!
//! ```
//! use streamlite::prelude::*;
//!
//! // The length of each call, and calls that nobody has ended within an hour.
//! pipeline!(
//!     fn calls(starts: Source<(u32, i64)>, ends: Source<(u32, i64)>, lengths: Sink<i64>, open: Sink<u32>) {
//!         let starts = starts.event_time(|(_, at)| *at);
//!         let ends = ends.event_time(|(_, at)| *at);
//!         let (length, lost) = starts.connect(ends).on(|(call, _)| *call, |(call, _)| *call).process(|ctx| {
//!             let started: Value<i64> = Value::new();
//!             let ended: Value<i64> = Value::new();
//!             let lost: Side<u32>;
//!
//!             on_left(|(_, at)| match ended.take() {
//!                 Some(end) => ctx.emit(end - at),
//!                 None => {
//!                     started.set(at);
//!                     ctx.timer_after(1h);
//!                 }
//!             });
//!             on_right(|(_, at)| match started.take() {
//!                 Some(start) => ctx.emit(at - start),
//!                 None => ended.set(at),
//!             });
//!             on_timer(|_at| {
//!                 if started.take().is_some() {
//!                     lost.emit(*ctx.key());
//!                 }
//!             });
//!         });
//!         length.to(lengths);
//!         lost.to(open);
//!     }
//! );
//!
//! let mut t = calls::test();
//! t.ends.push((2, 70_000));
//! t.starts.push_all([(1, 0), (2, 10_000), (3, 5_000_000)]);
//! t.ends.push((3, 5_060_000));
//! assert_eq!(t.lengths.take(), [60_000, 60_000]);
//! assert_eq!(t.open.take(), [1]);
//! ```
//!
//! **Which comes first is not said.** Records of one stream come in their order; those of two streams come between each other as
//! they are read, which a file that is slow, or a restart, may change. So each handler is ready for either order, as above:
//! an end that comes before its start waits for it. Where time is to decide use a timer, or one of the
//! [joins](super::joins), whose results do not depend on the order.
//!
//! Timers go by the watermark of both streams, the lower one. A stream that has come to its end, or is idle by
//! `.idle_after(…)`, holds nothing up.
//!
//! # What every key hears of
//!
//! Rules, limits, exchange rates: a stream of few records that concern all keys. `rules.broadcast_to(records)` lets the process of
//! each key see them. What they leave is in states marked `#[broadcast]`, which all keys share:
//!
//! ```text
//! rules    ────r1─────────r2──▶  on_broadcast ──▶ ┌──────────────────┐
//!                                                 │ shared by all    │
//!                                                 └──────┬───────────┘
//!                                                        │ read only
//! records  ──a──b──a──a──b──a─▶  on_record   ◀───────────┘
//!                                    │ ┌───────────────┬───────────────┐
//!                                    └▶│ states of a   │ states of b   │
//!                                      └───────────────┴───────────────┘
//! ```
//!
//! ```
//! # use streamlite::prelude::*;
//! // Payments above the limit of their country; a limit counts from when it comes.
//! pipeline!(
//!     fn large(limits: Source<(String, u32)>, payments: Source<(u32, String, u32)>, out: Sink<(u32, u64)>) {
//!         limits
//!             .broadcast_to(payments)
//!             .on(|(account, ..)| *account)
//!             .process(|ctx| {
//!                 #[broadcast]
//!                 let limits: Map<String, u32> = Map::new();
//!                 let count: u64 = 0;
//!
//!                 on_broadcast(|(country, limit)| {
//!                     limits.insert(country, limit);
//!                 });
//!                 on_record(|(account, country, amount)| {
//!                     if limits.get(&country).is_some_and(|limit| amount > *limit) {
//!                         *count += 1;
//!                         ctx.emit((account, *count));
//!                     }
//!                 });
//!             })
//!             .to(out);
//!     }
//! );
//!
//! let mut t = large::test();
//! t.payments.push((7, "FR".into(), 900));
//! t.limits.push(("FR".into(), 500));
//! t.payments.push_all([(7, "FR".into(), 900), (7, "IT".into(), 900), (8, "FR".into(), 600)]);
//! assert_eq!(t.out.take(), [(7, 1), (8, 1)]);
//! ```
//!
//! A record that is broadcast belongs to no key: in `on_broadcast` there is neither `ctx.key()` nor a timer, and states of a
//! key cannot be seen. The other handlers read what all keys share, and do not change it: with several workers each would
//! have another. What is shared has no TTL.
//!
//! One stream of records without a key in common with the other: `.on(|_| ())`.
