//! What the tests share: sources, records, and naive models that share no code with the library.

pub mod faulty;
mod folder;
pub mod model;
mod partitions;

pub use folder::Folder;
pub use partitions::Partitions;
