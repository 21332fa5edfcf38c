//! Windows: which there are, which ones a record belongs to, what is kept in them and when they fire. No plumbing: a
//! window knows nothing of what comes before or after the operator that holds it.

mod assigner;
mod grid;
mod open_windows;
mod pane;
mod span;
mod store;
mod trigger;
mod tumbling;

pub use assigner::{Assigner, IntoAssigner, Settings, Stores};
pub use pane::{AccumulationMode, Pane};
pub use span::{Window, Windowed};
pub use store::{Emit, Results, WindowStore};
pub use trigger::{OnWatermark, Trigger};
pub use tumbling::{Tumbling, TumblingStore, tumbling};
