//! # Timers: when nothing comes
//!
//! A handler runs when a record comes. What is to happen when *none* comes is said by a timer: `on_timer(|at| …)` runs for
//! the key once event time has come to a time that was set.
//!
//! ```
//! use streamlite::prelude::*;
//!
//! // Names each machine that has been silent for a minute.
//! let silent = pipeline!(
//!     from([("press", 0), ("drill", 20), ("press", 40), ("press", 70), ("saw", 100), ("drill", 130), ("saw", 140)])
//!         .event_time(|(_, second)| *second * 1_000_i64)
//!         .key_by(|(machine, _)| *machine)
//!         .process(|ctx| {
//!             let due: Value<Timestamp> = Value::new();
//!
//!             on_record(|_sign_of_life| {
//!                 if let Some(at) = due.take() {
//!                     ctx.delete_timer(at);
//!                 }
//!                 due.set(ctx.timer_after(1min));
//!             });
//!             on_timer(|at| {
//!                 due.clear();
//!                 ctx.emit((*ctx.key(), at.as_millis() / 1_000));
//!             });
//!         })
//! )
//! .collect()?;
//! // The last two at the end of the input, where all timers fire.
//! assert_eq!(silent, [("drill", 80), ("press", 130), ("drill", 190), ("saw", 200)]);
//! # Ok::<(), streamlite::Error>(())
//! ```
//!
//! ```text
//!  event time   0     20    40    60    80    100   120   140   160   180   200
//!               |-----|-----|-----|-----|-----|-----|-----|-----|-----|-----|
//!  press        x···········x········x·················^
//!               deleted     deleted                    130: fires with the record at 140, which brings the watermark
//!  drill              x·················^                x·················^
//!                                       80: fires with the record at 100   190
//!  saw                                        x···········x·················^
//! ```
//!
//! * **A set for each key.** A timer that is set twice for one time is one timer, and `ctx.delete_timer(at)` deletes it.
//! * **In the order of time,** over all keys; of timers for one time the one fires first that was set first.
//! * **By the watermark.** A timer for `at` fires when the watermark is above it: then no record up to `at` is expected. One
//!   for a time that the watermark has passed does not fire at once, but when the watermark next rises; so a job returns the
//!   same results however its input is read.
//! * **At the end** of a bounded input all timers fire, and those that they set. A timer that always sets the next one would
//!   go on for ever: the job fails, and says so. Set none where `ctx.watermark() == Timestamp::MAX`.
//! * What `on_timer` emits has the time of the timer.
//!
//! # By the clock
//!
//! `ctx.processing_timer_after(10s)` waits by the clock instead, whether records come or not; it returns the time, by which
//! `ctx.delete_processing_timer(at)` deletes it. `ctx.time_domain()` says in `on_timer` which kind fires. Such timers fire
//! at another place of the stream in each run: for what a person waits for, and not for what is stored. They are no
//! reason for a bounded input to wait, so at its end some may not have fired.
//!
//! Both kinds are saved and restored.
