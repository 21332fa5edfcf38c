//! What a manifest says of a large table.

use serde::{Deserialize, Serialize};

use crate::epoch::Epoch;
use crate::state::{StateId, TableId};

/// A large table, whose entries are beside the state that it is part of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredTable {
    pub(crate) operator: StateId,
    pub(crate) table: TableId,
    /// Behind how many bytes of the state its entries belong.
    pub(crate) behind: u64,
    pub(crate) entries: u64,
    /// How many bytes they have, about.
    pub(crate) bytes: u64,
    /// Of each part the checkpoint that wrote it whole last: what files have of it that are older does not count.
    pub(crate) parts: Vec<Epoch>,
}
