//! What the tests share: sources, records, and naive models that share no code with the library.

pub mod faulty;
pub mod model;
mod partitions;

pub use partitions::Partitions;
