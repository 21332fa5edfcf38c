//! # Triggers: early, on time, late
//!
//! A window fires when the watermark comes to its end. Who looks at a screen does not want to wait for the end of the hour;
//! who sends letters does not want a second one. A **trigger** says when a window fires, for each key by itself:
//!
//! ```
//! use streamlite::prelude::*;
//!
//! let counts = pipeline!(
//!     from([1_000_i64, 2_000, 12_000, 14_000, 31_000, 61_000])
//!         .event_time(|at| *at)
//!         .window(tumbling(1min))
//!         .trigger(every(10s))
//!         .aggregate(|window, rows| (window.start.as_millis() / 1_000, window.firing, window.index, rows.count()))
//! )
//! .collect()?;
//! assert_eq!(
//!     counts,
//!     [
//!         (0, Firing::Early, 0, 3),
//!         (0, Firing::Early, 1, 5),
//!         (60, Firing::OnTime, 0, 1),
//!     ],
//! );
//! # Ok::<(), streamlite::Error>(())
//! ```
//!
//! A result says by `window.firing` whether its window fired `Early`, `OnTime` or `Late`, and by `window.index` how often
//! it had fired for this key before.
//!
//! ```text
//!  watermark  0         10         20         30         40         50         60 (end)     +lateness
//!             |----------|----------|----------|----------|----------|----------|··············|
//!  records    x x          x x                   x                                   x
//!                        ^                     ^                                ^    ^         ^
//!  every(10s)          early                 early            nothing new:     no   late     closed
//!                      3 records             5 records        nothing fires
//! ```
//!
//! # Which trigger when
//!
//! | trigger | fires | at the end of the window |
//! | --- | --- | --- |
//! | [`on_watermark()`](crate::window::on_watermark) | at the end: the default | fires |
//! | [`every(10s)`](crate::window::every) | at the multiples of ten seconds of event time, with news | fires, with news |
//! | [`every_processing(10s)`](crate::window::every_processing) | at the multiples of ten seconds of the clock, with news | fires, with news |
//! | [`on_processing_time(1s)`](crate::window::on_processing_time) | a second after the first record since it fired, by the clock | nothing |
//! | [`on_count(100)`](crate::window::on_count) | with every hundredth record of the key | nothing |
//! | [`on_delta(1.0, \|last, new\| …)`](crate::window::on_delta) | with a record that is far from the one that fired last | nothing |
//! | a type of one's own | as its [`Trigger`](crate::window::Trigger) says | as it says |
//!
//! Where the table says "nothing", what is left at the end is in no result: write [`.or(on_watermark())`](crate::window::Combine::or)
//! after it. `or` joins any two triggers, as often as one likes.
//!
//! * By **event time** the same input produces the same results, however fast it is read. This is what to test, and to
//!   store.
//! * By **the clock** a screen stays fresh though nothing comes; what fires when is different each time.
//!
//! # All of it, or what is new
//!
//! A window that fires several times returns all of its records each time: a later result replaces the one before. Where
//! results are added up after it, it must give what is new, with [`discarding`](crate::flow::WindowedStream::discarding)
//! or a trigger that is [`purging`](crate::window::Combine::purging):
//!
//! ```
//! use streamlite::prelude::*;
//!
//! let counts = pipeline!(
//!     from([1_000_i64, 2_000, 12_000, 14_000, 31_000, 61_000])
//!         .event_time(|at| *at)
//!         .window(tumbling(1min))
//!         .trigger(every(10s))
//!         .discarding()
//!         .count()
//!         .map(|counted| counted.value)
//! )
//! .collect()?;
//! assert_eq!(counts, [3, 2, 1]);
//! # Ok::<(), streamlite::Error>(())
//! ```
//!
//! `discarding` forgets whenever the window fires; `purging` whenever this trigger fires, where others are joined with it.
//!
//! # Late records
//!
//! Within the [allowed lateness](super::lateness) a record fires its window at once under `on_watermark`, `every` and
//! `every_processing`; `on_count` and `on_delta` go on counting and comparing.
//!
//! # Without an end
//!
//! A [`global`](crate::window::global) window has no end but that of the input: over an endless one it needs a trigger.
//!
//! ```
//! use streamlite::prelude::*;
//!
//! let highs = pipeline!(
//!     from([3_u32, 5, 4, 9, 8])
//!         .window(global())
//!         .trigger(on_count(2))
//!         .aggregate(|_window, rows| rows.max(|n| *n))
//! )
//! .collect()?;
//! assert_eq!(highs, [5, 9]);
//! # Ok::<(), streamlite::Error>(())
//! ```
//!
//! Next: [testing](super::testing).
