//! # TTL: what is forgotten by itself
//!
//! A state for each key grows with the keys. Where old ones do not matter, say so: with `#[ttl(1h)]` what a state holds
//! expires an hour after it was written last.
//!
//! ```
//! use streamlite::prelude::*;
//!
//! // Lets each message pass once; the same one again after a minute is a new one.
//! let messages = pipeline!(
//!     from([("a", 0), ("b", 10), ("a", 59), ("c", 119), ("a", 119), ("c", 120)])
//!         .event_time(|(_, second)| *second * 1_000_i64)
//!         .key_by(|(text, _)| *text)
//!         .process(|ctx| {
//!             #[ttl(1min)]
//!             let seen: bool = false;
//!
//!             on_record(|(text, second)| {
//!                 if !*seen {
//!                     *seen = true;
//!                     ctx.emit((text, second));
//!                 }
//!             });
//!         })
//! )
//! .collect()?;
//! assert_eq!(messages, [("a", 0), ("b", 10), ("c", 119), ("a", 119)]);
//! # Ok::<(), streamlite::Error>(())
//! ```
//!
//! ```text
//!  seconds      0         10                  59  60                      119
//!               |---------|---------·····-----|---|-----------·····-------|
//!  seen of "a"  written   |                   read|                       written again
//!               |=========|===================|===)                       |=====···
//!               false -> true                     expired: false, and the key is gone
//! ```
//!
//! * **Expired is gone.** Something that was written at `t` is seen while the watermark is below `t + ttl`, and never after,
//!   whether or not it has been removed yet.
//! * **It is removed as time passes,** found in the order of time: a key that never comes again takes no memory for longer
//!   than its TTL. When all states of a key have a TTL and have expired, and it has no timer, the key itself is gone.
//! * **Writing refreshes, reading does not.** A write counts at the timestamp of its record, and not before the watermark. A
//!   plain value is written when it is changed through `*`; a record that is older than the last write does not shorten its
//!   life.
//! * **Each entry by itself,** in a `List` and a `Map`.
//! * The end of the input is no passing of time: `on_end` sees what was there.
//!
//! # By which clock
//!
//! By event time, where the stream has it: the same input then produces the same results, and a job that reads a year of history in
//! an hour forgets as it would have in that year. Without event time, or with `#[ttl(1h, processing_time)]`, it goes by
//! the clock; the clock is looked at once for each row of records.
//!
//! # Changed later
//!
//! A TTL is no part of a state's identity. It may be added (what is there then counts as written when the job was saved), made
//! longer or shorter (each entry keeps the time at which it was written), or removed, and the job goes on with its
//! savepoint.
