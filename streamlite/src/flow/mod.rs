//! What users chain: typed descriptions of what will run. Nothing runs before a job is built of them.

mod keyed;
mod running;
mod short_forms;
mod stream;
mod windowed;

pub use keyed::KeyedStream;
pub use running::{KeyedRunningStream, RunningStream};
pub use stream::Stream;
pub use windowed::{AllWindowedStream, DropLate, KeepLate, LatePolicy, WindowedStream};
