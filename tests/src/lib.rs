//! What the tests share: sources, records, and naive models that share no code with the library.

pub mod faulty;
mod folder;
pub mod model;
mod partitions;
mod recorder;

pub use folder::Folder;
pub use partitions::Partitions;
pub use recorder::Recorder;
