//! What runs a job: one thread that reads the partitions in turn, so that the answer depends on the input alone.

mod answers;
mod asked_window;
mod barrier;
#[cfg(feature = "progress")]
mod bars;
mod before;
mod checkpointing;
mod collect;
mod driver;
mod handle;
mod job;
mod lanes;
mod local;
mod log_lines;
mod observer;
mod pace;
mod progress;
#[cfg(feature = "metrics")]
mod publishing;
mod query;
mod reading;
mod remember;
mod reporting;
mod requests;
mod restart;
mod running;
mod savepoint;
mod showing;
mod signals;
mod state_view;
mod why;

pub(crate) use asked_window::why;
pub use collect::{Collectable, Collector};
pub(crate) use driver::Driver;
pub use handle::JobHandle;
pub use job::Job;
pub use local::LocalJob;
#[cfg(feature = "dashboard")]
pub(crate) use observer::{Companion, Observer};
pub use restart::Restart;
pub use running::RunningJob;
pub use savepoint::Savepoint;
pub use state_view::StateView;
pub use why::{Why, WindowStatus};
