//! Checkpoints on disk: what a job needs to go on after a crash, and output that is committed exactly once.

mod coordinator;
mod directory;
mod frames;
mod image;
mod listing;
mod manifest;
mod recovery;
mod settings;
mod storage;
mod stored_table;
mod table_files;
mod tables;
mod writer;

pub use crate::epoch::{Epoch, Incarnation};
pub(crate) use coordinator::{Coordinator, NotStored, Sinks};
#[cfg(feature = "cli")]
pub(crate) use directory::Holder;
pub use directory::{Directory, Durability};
pub(crate) use frames::{Damage, FileIdentity, FileKind, FrameReader, FrameWriter};
pub(crate) use image::Image;
pub use image::OperatorSize;
pub use listing::{StoredCheckpoint, StoredContents};
pub use recovery::Quarantined;
pub(crate) use recovery::{Newest, Recovered};
pub use settings::Checkpoints;
pub(crate) use settings::Settings;
pub use storage::{CheckpointFile, CheckpointStorage};
pub(crate) use writer::{Answer, CheckpointWriter};
