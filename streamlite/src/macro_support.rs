//! What an expanded [`pipeline!`](crate::pipeline) names. Not for use by hand: it changes with the macro.

pub use streamlite_macros::pipeline_in;

pub use crate::assembly::*;
pub use crate::connector::{Bounded, Sink, Source};
pub use crate::error::Error;
pub use crate::expansion::*;
pub use crate::flow::*;
pub use crate::graph::{Graph, GraphEnd, GraphNode, GraphParts, GraphSink, GraphSource, GraphStream, Origin};
pub use crate::join::Either;
pub use crate::metrics::{Report, Watermarks};
pub use crate::operator::{Again, Copier, Many, Nowhere, One, Tee, again};
pub use crate::process::{BroadcastContext, Expiring, Plain, ProcessContext, Side, StateSpec};
pub use crate::record::Push;
pub use crate::runtime::{Collectable, Collector, Job, LocalJob, Savepoint, StateView, Why};
pub use crate::source::from;
pub use crate::state::{Durable, Transient};
pub use crate::testing::{TestBench, TestClock, TestInput, TestOutput, TestRunner};
pub use crate::window::Window;

use crate::time::TimeDelta;
use crate::witness::ToTimestamp;

/// A duration literal.
#[must_use]
pub const fn delta(millis: i64) -> TimeDelta {
    TimeDelta::from_millis(millis)
}

/// What a closure returns as a record's timestamp.
#[inline]
pub fn timestamp<T: ToTimestamp>(timestamp: T) -> crate::time::Timestamp {
    timestamp.to_timestamp()
}

/// Asks for a source that ends.
pub fn ends<S: Bounded>(_source: &S) {}

/// What a process says of its states.
pub fn specs<const N: usize>(specs: [StateSpec; N]) -> Vec<StateSpec> {
    specs.into()
}

/// A type, to be asked about.
#[must_use]
pub fn type_named<V>() -> std::marker::PhantomData<V> {
    std::marker::PhantomData
}
