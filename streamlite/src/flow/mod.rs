//! What users chain: typed descriptions of what will run. Nothing runs before a job is built of them.

mod as_of;
mod broadcast;
mod connect;
mod join;
mod keyed;
mod process;
mod running;
mod short_forms;
mod stream;
mod windowed;

#[doc(inline)]
pub use crate::operator::{Failed, Partitioner};
pub use as_of::{AsOfJoin, AsOfStreams};
pub use broadcast::{BroadcastStreams, KeyedBroadcast};
pub use connect::{Connected, ConnectedOutputs, ConnectedStreams};
pub use join::{Join, JoinedStreams};
pub use keyed::KeyedStream;
pub use process::SideOutputs;
pub use running::{KeyedRunningStream, RunningStream};
pub use stream::Stream;
pub use windowed::{AllWindowedStream, DropLate, KeepLate, LatePolicy, WindowedStream};
