//! How a described pipeline becomes one that runs: built from the sinks up, into the feeds that a driver reads.

mod boundary;
mod chain;
mod context;
mod counted;
mod failure;
mod feed;
mod lanes;
mod node;
mod probe;
mod stage;

pub use boundary::Boundary;
pub use chain::Chain;
pub(crate) use context::Parts;
pub use context::{Assembly, Context};
pub use counted::Counted;
pub(crate) use failure::Failure;
pub(crate) use feed::{Around, Feed, LanePlace, Read, Turn};
pub(crate) use lanes::LaneNumbers;
pub use node::*;
pub(crate) use probe::Latency;
pub use stage::{Id, Stage, Then};
