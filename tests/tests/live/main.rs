//! Sources whose records come as they happen, and how a job waits for them.

pub mod any_bytes;
pub mod asked;
pub mod channels;
pub mod generators;
pub mod lines;
pub mod sockets;
pub mod tails;
pub mod waiting;
pub mod why;
