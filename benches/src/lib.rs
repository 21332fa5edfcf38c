//! The benchmarks are under `benches/`: `cargo bench`. Each stands beside a loop written by hand over the same input,
//! in one run, so that only their ratio is read: a machine may be slow, but it is so for both.

pub mod events;
pub mod random;
