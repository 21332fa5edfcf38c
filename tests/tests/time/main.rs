//! Event time: watermarks, idle inputs, and how times are written.

pub mod formats;
pub mod idleness;
pub mod times;
pub mod watermarks;
