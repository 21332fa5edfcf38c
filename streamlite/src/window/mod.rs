//! Windows: which there are, which one a record belongs to, and which are open. Pure logic, no plumbing.

mod assigner;
mod slices;
mod span;
mod tumbling;

pub use assigner::{Assigner, Grid, GridAssigner};
pub(crate) use slices::{Fired, Place, Slices};
pub use span::{Window, Windowed};
pub use tumbling::{Tumbling, tumbling};
