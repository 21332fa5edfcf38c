//! Stream processing as a Rust library: event time, keyed state, windows and joins in one [`pipeline!`] block, which
//! becomes statically typed, monomorphized operator chains.
//!
//! ```
//! use streamlite::prelude::*;
//!
//! let counts = pipeline!(
//!     from(["the quick brown fox", "the lazy dog"])
//!         .flat_map(|line| line.split_whitespace())
//!         .key_by(|word| *word)
//!         .count()
//! )
//! .collect()?;
//! assert_eq!(counts[0], ("the", 2));
//! # Ok::<(), streamlite::Error>(())
//! ```
//!
//! How do I …
//!
//! | | |
//! | --- | --- |
//! | … write a pipeline? | [`pipeline!`], the language |
//! | … understand event time, windows, late records? | [`guide::event_time`], [`guide::windows`], [`guide::lateness`] |
//! | … test a pipeline? | [`guide::testing`] |
//! | … read and write files? | [`source::CsvSource`], [`source::JsonSource`], [`source::LinesSource`]; [`sink`] |
//! | … keep what cannot be read? | `.on_error(Route(sink))`, see [`source`] |
//! | … see what a job did, and what was dropped? | [`Report`], which [`Job::run`] gives |
//! | … see the pipeline? | `name::GRAPH`: a [`Graph`], as [text](Graph), [SVG](Graph::svg), [Mermaid](Graph::mermaid), [DOT](Graph::dot) |
//! | … stop a job, and go on later? | [`Job::spawn`]; [`Job::start`], [`RunningJob::save`] and [`Job::start_from`] |
//! | … write a source or a sink? | [`source::Source`], [`sink::Sink`] |

pub mod aggregate;
pub mod assembly;
mod bad_record;
mod connector;
mod error;
pub mod flow;
pub mod format;
pub mod fs;
pub mod graph;
pub mod guide;
#[doc(hidden)]
pub mod macro_support;
pub mod metrics;
pub mod operator;
pub mod prelude;
pub mod record;
pub mod runtime;
pub mod sink;
pub mod source;
pub mod state;
pub mod testing;
pub mod time;
pub mod window;

pub use error::{Error, Result};
pub use graph::Graph;
pub use metrics::Report;
pub use runtime::{Job, JobHandle, RunningJob, Saved};
/// The language of [`pipeline!`] as an attribute: `#[dataflow] fn name(readings: Source<Reading>, …) { … }`.
///
/// Where the library is imported under another name: `#[dataflow(crate = other_name)]`.
pub use streamlite_macros::dataflow;
pub use time::{TimeDelta, Timestamp};

/// Describes a pipeline: a function from its sources, sinks and parameters to a [`Job`], or an expression.
///
/// Inside stands Rust: operators are methods of [`flow::Stream`] and its kin, their arguments are any expression. The
/// macro adds streams that are used several times, typed splits, duration literals, aggregate expressions, and checks
/// of the whole graph.
///
/// As a function, `Source<T>` and `Sink<T>` being the ports:
///
/// ```
/// use streamlite::prelude::*;
///
/// #[derive(Clone, Debug, Serialize, Deserialize)]
/// struct Reading {
///     sensor: u32,
///     temp: f64,
///     at: i64,
/// }
///
/// pipeline!(
///     /// Minutes hotter than the limit.
///     fn hot_minutes(readings: Source<Reading>, hot: Sink<(u32, f64)>, limit: f64) {
///         let means = readings
///             .event_time(|r| r.at)
///             .watermark(bounded(5s))
///             .key_by(|r| r.sensor)
///             .window(tumbling(1min))
///             .aggregate(|sensor, _window, rows| (*sensor, rows.mean(|r| r.temp)));
///         means.filter(|(_, mean)| *mean > limit).to(hot);
///     }
/// );
///
/// let mut test = hot_minutes::test(30.0);
/// test.readings.push(Reading { sensor: 7, temp: 31.0, at: 0 });
/// test.readings.push(Reading { sensor: 7, temp: 20.0, at: 65_000 });
/// assert_eq!(test.hot.take(), [(7, 31.0)]);
/// ```
///
/// As an expression, which may borrow from its environment:
///
/// ```
/// use streamlite::prelude::*;
///
/// let stop_words = ["the"];
/// let words = pipeline!(from(["the", "dog"]).filter(|word| !stop_words.contains(word))).collect()?;
/// assert_eq!(words, ["dog"]);
/// # Ok::<(), streamlite::Error>(())
/// ```
#[macro_export]
macro_rules! pipeline {
    ($($tokens:tt)*) => {
        $crate::macro_support::pipeline_in! { [$crate] $($tokens)* }
    };
}

/// The examples of the README compile and run.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
