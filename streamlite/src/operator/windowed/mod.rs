//! Aggregates over windows: the plumbing around a [`WindowStore`](crate::window::WindowStore).

mod results;
mod windowing;
mod with_late;

pub(super) use results::{end_results, pass_results};
pub(super) use windowing::WindowedPush;
pub use windowing::Windowing;
pub use with_late::WithLate;
