//! Which table of an operator it is, in checkpoints.

use serde::{Deserialize, Serialize};

use crate::epoch::Epoch;

/// How many slots are written anew together.
pub(crate) const PART: u32 = 1 << 14;

/// Which table it is, among all that an operator ever had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct TableId {
    /// The checkpoint that had it first.
    pub(super) since: Epoch,
    /// Its number among those that this one had first.
    pub(super) number: u32,
}

impl TableId {
    /// The first one of a checkpoint, for tests.
    #[cfg(test)]
    pub(crate) fn first_of(since: Epoch) -> Self {
        Self { since, number: 1 }
    }
}
