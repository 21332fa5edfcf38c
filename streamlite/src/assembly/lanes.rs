//! The numbers of partitions: state of a job, so that a partition has the same number after a restore.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::control::Lane;

/// Numbers by name. A name that is new gets the next number; none is given again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct LaneNumbers {
    numbers: BTreeMap<String, u32>,
}

impl LaneNumbers {
    /// The lane of a name.
    pub(crate) fn lane(&mut self, name: String) -> Lane {
        let next = u32::try_from(self.numbers.len()).expect("nobody has four billion partitions");
        Lane(*self.numbers.entry(name).or_insert(next))
    }
}
