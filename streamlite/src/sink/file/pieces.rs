//! What is said of output that is staged, prepared and committed.

use serde::{Deserialize, Serialize};

use crate::epoch::{Epoch, Incarnation};

/// A file of output that is prepared or on its way to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Piece {
    pub(super) name: String,
    /// The number of the file that it ends up in; 0 where there is one alone.
    pub(super) file: u32,
    pub(super) bytes: u64,
    pub(super) checksum: u32,
}

/// What a token says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Prepared {
    /// Where it begins.
    pub(super) start: Place,
    pub(super) pieces: Vec<Piece>,
}

/// A place in the output: a file by its number, and a byte of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    pub(super) file: u32,
    pub(super) bytes: u64,
}

impl Place {
    /// Where a piece begins that comes after what ends here.
    pub(super) fn of_next(self, piece: &Piece) -> Self {
        if piece.file == self.file {
            self
        } else {
            Self {
                file: piece.file,
                bytes: 0,
            }
        }
    }

    /// Where the output ends with a piece.
    pub(super) fn after(self, piece: &Piece) -> Self {
        let start = self.of_next(piece);
        Self {
            bytes: start.bytes + piece.bytes,
            ..start
        }
    }
}

/// What is committed: once this is durable it is, whether the output is in the file already or not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Committed {
    /// How records are written; empty before the first commit.
    pub(super) format: String,
    /// The start of the job that may commit.
    pub(super) fenced_by: Incarnation,
    /// The last checkpoint that is committed.
    pub(super) epoch: Option<Epoch>,
    /// Where the output ends with it.
    pub(super) end: Place,
    /// Where it ended before.
    pub(super) end_before: Place,
    /// What comes between.
    pub(super) pieces: Vec<Piece>,
}
