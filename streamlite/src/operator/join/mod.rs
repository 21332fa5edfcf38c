//! Joins: operators of one input, whose records say from which of two streams they come, and the meeting of the two in
//! front of them.

mod apart;
mod as_of;
mod group;
mod hash;
mod interval;
mod latest;
mod many;
mod meet;
mod push;
mod saved;
mod waiting;
mod window;
mod with_late;

pub(super) use apart::apart;
pub use as_of::AsOf;
pub use hash::HashJoined;
pub use interval::Interval;
pub use meet::Joined;
pub(super) use meet::meet;
pub use window::WindowJoin;
pub use with_late::JoinedWithLate;
