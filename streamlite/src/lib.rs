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
//! | … understand event time, windows, late records? | [`guide::event_time`], [`guide::watermarks`], [`guide::windows`], [`guide::lateness`] |
//! | … join two streams, or handle them together? | [`guide::joins`], [`guide::connected`] |
//! | … find an aggregate? | [`guide::aggregates`] |
//! | … test a pipeline? | [`guide::testing`] |
//! | … read and write files? | [`source::CsvSource`], [`source::JsonSource`], [`source::LinesSource`]; [`sink`] |
//! | … see what my type asks of records, and hold files against it? | [`format::Schema`] |
//! | … keep what cannot be read? | `.on_error(Route(sink))`, see [`source`] |
//! | … see what a job did, and what was dropped? | [`Report`], which [`Job::run`] returns |
//! | … ask a running job what it does, and why a window has not fired? | [`guide::inside`]: [`JobHandle::why`], [`JobHandle::state`], [`JobHandle::watermarks`] |
//! | … see the pipeline? | `name::GRAPH`: a [`Graph`], as [text](Graph), [SVG](Graph::svg), [Mermaid](Graph::mermaid), [DOT](Graph::dot) |
//! | … stop a job, and go on later? | [`Job::spawn`]; [`Job::start`], [`RunningJob::savepoint`] and [`Job::restore`] |
//! | … do this and that? | [`guide::cookbook`] |
//! | … read a log, a socket, a channel, the standard input? | [`source::TailSource`], [`source::SocketSource`], [`source::ListeningSource`], [`source::ChannelSource`], [`source::StdinSource`] |
//! | … count with metrics of my own? | [`metrics::Metrics`] |
//! | … find what I know from Flink and others? | [`guide::from_flink`], [`guide::from_kafka_streams`], [`guide::from_bytewax`] |
//! | … write a source or a sink? | [`source::Source`], [`sink::Sink`] |

pub mod aggregate;
// Hidden in the docs alone: rustc would write the whole path of what is hidden to it, in every error.
#[cfg_attr(doc, doc(hidden))]
pub mod assembly;
mod bad_record;
pub mod checkpoint;
#[cfg(feature = "cli")]
mod cli;
mod connector;
#[cfg_attr(doc, doc(hidden))]
pub mod control;
#[cfg(feature = "dashboard")]
mod dashboard;
mod epoch;
mod error;
#[cfg_attr(doc, doc(hidden))]
pub mod expansion;
pub mod flow;
pub mod format;
pub mod fs;
pub mod graph;
pub mod guide;
pub mod join;
#[doc(hidden)]
pub mod macro_support;
pub mod metrics;
#[cfg_attr(doc, doc(hidden))]
pub mod operator;
mod pipeline;
pub mod prelude;
pub mod process;
#[cfg_attr(doc, doc(hidden))]
pub mod record;
pub mod runtime;
pub mod sink;
pub mod source;
#[cfg_attr(doc, doc(hidden))]
pub mod state;
pub mod testing;
pub mod time;
pub mod window;
#[cfg_attr(doc, doc(hidden))]
pub mod witness;

#[cfg(feature = "cli")]
pub use cli::cli;
#[cfg(feature = "dashboard")]
pub use dashboard::Dashboard;
pub use error::{Error, Result};
pub use graph::Graph;
pub use metrics::Report;
pub use runtime::{Job, JobHandle, Restart, RunningJob, Savepoint, StateView, Why, WindowStatus};
/// The language of [`pipeline!`] as an attribute: `#[dataflow] fn name(readings: Source<Reading>, …) { … }`.
///
/// Where the library is imported under another name: `#[dataflow(crate = other_name)]`.
pub use streamlite_macros::dataflow;
pub use time::{TimeDelta, Timestamp};
