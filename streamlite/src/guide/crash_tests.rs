//! Crashes: whether a job goes on after one as if it had not happened is asked of your code, too.
//!
//! streamlite promises that a job with checkpoints [goes on](super::delivery) after a crash at any instruction, and that files
//! hold each record once. It keeps that for what it knows of: positions, windows, timers, and the states of processes. What your
//! code remembers elsewhere it does not know.
//!
//! # Kill it everywhere
//!
//! [`CrashTest`](crate::testing::CrashTest) runs a job, and kills it before each record, and before each step of each checkpoint:
//! before a file is created, before it is renamed, before a sink commits. Each time it starts the job again, kills it once more
//! a little later, starts it again, and compares what was committed in the end with a run without a crash.
//!
//! ```
//! use streamlite::prelude::*;
//! use streamlite::testing::CrashTest;
//!
//! pipeline!(
//!     fn hot_minutes(readings: Source<(u32, f64, i64)>, limit: f64, hot: Sink<(u32, f64)>) {
//!         let minutes = readings
//!             .event_time(|(_, _, at)| *at)
//!             .key_by(|(sensor, ..)| *sensor)
//!             .window(tumbling(1min))
//!             .mean(|(_, degrees, _)| *degrees);
//!         minutes
//!             .filter(|minute| minute.value > limit)
//!             .map(|minute| (minute.key, minute.value))
//!             .to(hot);
//!     }
//! );
//!
//! let readings = || (0..12).map(|n| (n % 2, 70.0 + f64::from(n), i64::from(n) * 9_000));
//! let report = CrashTest::new()
//!     .run(|out| hot_minutes(CollectionSource::new(readings()), 75.0, out.sink("hot")));
//! assert_eq!(report.tried(), report.moments());
//! ```
//!
//! The closure builds the job, as each start does; sinks are `out.sink("a name")`, and sources give the same records
//! each time. `run` panics if something differs, so that it is a test by itself.
//!
//! # What it says
//!
//! Here a process keeps a number that is not written down, as serde is told to skip it:
//!
//! ```should_panic
//! use streamlite::prelude::*;
//! use streamlite::testing::CrashTest;
//!
//! #[derive(Default, Serialize, Deserialize)]
//! struct Known {
//!     total: u64,
//!     #[serde(skip)]
//!     visits: u64,
//! }
//!
//! pipeline!(
//!     fn spending(sales: Source<(u8, u64)>, out: Sink<(u8, u64, u64)>) {
//!         let customers = sales.key_by(|(customer, _)| *customer).process(|ctx| {
//!             let known: Known = Known::default();
//!             on_record(|(customer, price)| {
//!                 known.total += price;
//!                 known.visits += 1;
//!                 ctx.emit((customer, known.total, known.visits));
//!             });
//!         });
//!         customers.to(out);
//!     }
//! );
//!
//! CrashTest::new().run(|out| spending(CollectionSource::new([(1, 10), (1, 20)]), out.sink("out")));
//! ```
//!
//! ```text
//! the job had died before `out` committed checkpoint 1.1, and then before state-0000000002-0000000001 had its contents,
//! and its output is another one: record 2 of `out` is (1, 30, 1), not (1, 30, 2)
//! ```
//!
//! So: which crash it was, which record differs first, and how. After the restart the second visit is the first.
//!
//! # What it finds
//!
//! | what | why it differs | what to do |
//! | --- | --- | --- |
//! | `#[serde(skip)]` in a state | it is not written down | write it, or work it out from what is |
//! | a counter in a closure, a `static`, a cache | it dies with the process, or lives on through a restart | a state of a process |
//! | the order of a `HashMap` in a state | another order in each process | `BTreeMap`, or sort before emitting |
//! | `SystemTime::now()` in a closure | another time at the second reading | event time, or the job's clock: `ctx.processing_time()` |
//! | random numbers | other numbers | a seed in a state |
//! | a sink of one's own that commits twice | a commit may come again after a crash | look whether the checkpoint is committed already |
//!
//! # Long inputs
//!
//! The number of runs grows with the number of records, and so does each run: 30 records of a pipeline with two sinks have some
//! hundreds of moments. [`checkpoint_every`](crate::testing::CrashTest::checkpoint_every) takes checkpoints less often, so that
//! more is done again; [`at_most`](crate::testing::CrashTest::at_most) spreads so many crashes over the run. Small inputs with
//! all moments find more than long ones with few: choose records that open a window, fire it, come late, and set a timer.
//!
//! It stops short of the disk: what a loss of power may do to files is tested in streamlite itself, for its own.
