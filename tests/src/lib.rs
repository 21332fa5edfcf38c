//! What the tests share: sources, records, and naive models that share no code with the library.

pub mod checkpointed;
pub mod connect_model;
mod drive;
pub mod faulty;
mod folder;
pub mod in_rows;
pub mod join_model;
pub mod model;
mod partitions;
pub mod process_model;
mod recorder;
pub mod saved;
pub mod sim_fs;
pub mod strategies;
pub mod trigger_model;
pub mod window_model;
pub mod windows;

pub use folder::Folder;
pub use partitions::Partitions;
pub use recorder::Recorder;

/// The examples of the README compile and run.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
