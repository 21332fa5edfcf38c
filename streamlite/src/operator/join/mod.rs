//! Joins: operators of one input, whose records say from which of two streams they come, and the meeting of the two in
//! front of them.

mod group;
mod hash;
mod interval;
mod meet;
mod saved;
mod waiting;
mod window;
mod with_late;

pub use hash::HashJoined;
pub use interval::Interval;
pub use meet::Joined;
pub(super) use meet::meet;
pub use window::WindowJoin;
pub use with_late::JoinedWithLate;
