//! Windows: which there are, which one a record belongs to, and which are open. Pure logic, no plumbing.

mod assigner;
mod slices;
mod tumbling;
mod window;

pub use assigner::{Assigner, Grid, GridAssigner};
pub(crate) use slices::{Fired, Place, Slices};
pub use tumbling::{Tumbling, tumbling};
pub use window::{Window, Windowed};
