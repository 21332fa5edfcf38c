//! What is said of output that is staged, prepared and committed.

use serde::{Deserialize, Serialize};

use crate::epoch::{Epoch, Incarnation};

/// A file of output that is prepared or on its way to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Piece {
    pub(super) name: String,
    pub(super) bytes: u64,
    pub(super) checksum: u32,
}

/// What a token says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Prepared {
    /// How many bytes of output stand before it.
    pub(super) start: u64,
    pub(super) pieces: Vec<Piece>,
}

/// What is committed: once this is durable it is, whether the output is in the file already or not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Committed {
    /// The start of the job that may commit.
    pub(super) fenced_by: Incarnation,
    /// The last checkpoint that is committed.
    pub(super) epoch: Option<Epoch>,
    /// How many bytes the file has with it.
    pub(super) bytes: u64,
    /// How many it had before.
    pub(super) bytes_before: u64,
    /// What comes behind those.
    pub(super) pieces: Vec<Piece>,
}
