//! Seeing inside: what a running job says of itself.
//!
//! A job answers between two reads, so that all numbers of an answer are of one moment, and nothing is locked on the way of a
//! record. [`JobHandle`](crate::JobHandle) asks from another thread, [`RunningJob`](crate::RunningJob) where a job is driven step by
//! step, and the driver of a [test](super::testing) has the same methods.
//!
//! # Why has my window not fired?
//!
//! A window fires when the watermark reaches its end, and the watermark is that of the partition that is furthest behind. Which one
//! that is, and by how much, is what [`why`](crate::JobHandle::why) says:
//!
//! ```
//! use streamlite::WindowStatus;
//! use streamlite::prelude::*;
//!
//! pipeline!(
//!     fn counts(north: Source<(i64, char)>, south: Source<(i64, char)>, out: Sink<(char, u64)>) {
//!         let north = north.event_time(|click| click.0);
//!         let south = south.event_time(|click| click.0);
//!         let minutes = north.union(south).key_by(|click| click.1).window(tumbling(1min)).count();
//!         minutes.map(|count| (count.key, count.value)).to(out);
//!     }
//! );
//!
//! let mut job = counts::test();
//! job.north.push_all([(10_000, 'a'), (70_000, 'a')]);
//! job.south.push((20_000, 'b'));
//!
//! let minute = Window::new(Timestamp::EPOCH, Timestamp::from_secs(60));
//! let why = job.why("minutes", &'a', minute);
//! assert_eq!(why.status, WindowStatus::Open);
//! assert_eq!(why.held_back_by()[0].source, "south");
//! assert_eq!(
//!     why.to_string(),
//!     "window [1970-01-01T00:00:00Z, 1970-01-01T00:01:00Z) of `minutes`: it is open, and has records of this key\n\
//!      it fires when the watermark reaches 1970-01-01T00:01:00Z; it is at 1970-01-01T00:00:20Z, 40s before that\n\
//!      held back by `south`: it is at 1970-01-01T00:00:20Z\n",
//! );
//! ```
//!
//! Of a job that runs it also says for how long a partition has had nothing to read, and at the pace of the last seconds when the
//! window fires. A partition that is quiet holds all others back until [`idle_after`](crate::flow::Stream::idle_after) says for how
//! long it may; see [watermarks](super::watermarks).
//!
//! # What is in a state
//!
//! [`state`](crate::JobHandle::state) asks for what a statement keeps: the last result of a running aggregate, what each open window
//! would emit if it fired now, or a state of a process by its name.
//!
//! ```
//! use streamlite::prelude::*;
//!
//! pipeline!(
//!     fn watched(levels: Source<(i64, String, f64)>, out: Sink<(String, f64)>) {
//!         let keyed = levels.event_time(|level| level.0).key_by(|level| level.1.clone());
//!         let hours = keyed.window(tumbling(1h)).aggregate(|gauge, _window, rows| (gauge.clone(), rows.mean(|level| level.2)));
//!         let alerts = keyed.process(|ctx| {
//!             let last: Option<f64> = None;
//!             on_record(|level| {
//!                 if last.is_some_and(|last| level.2 > 2.0 * last) {
//!                     ctx.emit((level.1.clone(), level.2));
//!                 }
//!                 *last = Some(level.2);
//!             });
//!         });
//!         hours.union(alerts).to(out);
//!     }
//! );
//!
//! let mut job = watched::test();
//! let weir = "weir".to_owned();
//! job.levels.push_all([(0, weir.clone(), 1.0), (60_000, weir.clone(), 2.0)]);
//!
//! let hours: Vec<(Window, (String, f64))> = job.state("hours").windows(&weir)?;
//! assert_eq!(hours[0].1, (weir.clone(), 1.5));
//! let last: Option<Option<f64>> = job.state("alerts.last").get(&weir)?;
//! assert_eq!(last, Some(Some(2.0)));
//! # Ok::<(), streamlite::Error>(())
//! ```
//!
//! The types are those of the pipeline; if others are asked for, the error says which they are. They cannot be known before: a
//! macro has no types, and what the compiler infers has no name.
//!
//! # How far it has come
//!
//! * [`watermarks`](crate::JobHandle::watermarks): each partition and statement, how far behind the clock, and at what pace.
//! * [`metrics`](crate::JobHandle::metrics): the [`Report`](crate::Report) as of now; [`Report::to_prometheus`](crate::Report::to_prometheus).
//! * [`Report::svg`](crate::Report::svg): the graph as a picture, with what has come through each statement and how fast, what is
//!   kept, and in red what was late or skipped; [`Report::svg_since`](crate::Report::svg_since) has the rates since an earlier one.
//! * [`Job::progress`](crate::Job::progress): bars on a terminal, with the feature `progress`.
//! * `Job::publish_metrics`: the same numbers for a recorder of the `metrics` crate, with the feature `metrics`.
//! * `Job::dashboard`: a page with all of that, served to this machine alone, with the feature `dashboard`; `/metrics` of it is for
//!   Prometheus.
//!
//! # From a shell
//!
//! `streamlite::cli(job)`, with the feature `cli`, makes a command of a job: `checkpoints` lists what is stored while another process
//! runs it, `stop` has that one end after a last checkpoint, `check` says what would keep it from starting.
//!
//! # What it logs
//!
//! A job speaks by [`tracing`](https://docs.rs/tracing), never once per record; whoever has no subscriber hears nothing. The target is
//! `streamlite`, and the span `job` with its `name` is around all of it; what is of one statement is in a span `operator` with the name
//! of that.
//!
//! With the layer of [`tracing-opentelemetry`](https://docs.rs/tracing-opentelemetry) as a subscriber these are spans of OpenTelemetry:
//! the job a root span, its statements children of it.
//!
//! | event | level | fields |
//! | --- | --- | --- |
//! | `started` | info | |
//! | `read so far` | info | every ten seconds after [`Job::progress`](crate::Job::progress): `records`, `per_second`, `bytes`, `of_bytes`, `watermark` |
//! | `stored` | info | a checkpoint: `checkpoint`, `bytes` |
//! | `a checkpoint was not stored` | warn | `error`, `in_a_row` |
//! | `a dashboard is served` | info | `address` |
//! | `ended` | info | `read`, `written`: of the job, and before it of each statement |
//! | `records came after their window was closed` | warn | at the end, of a statement: `late`, `dropped` |
//! | `records could not be read` | warn | at the end: `source`, `records`, `is_routed` |
//! | `failed` | error | `error` |
