//! The numbers of lanes: state of a job, so that a partition has the same number after a restore.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::control::Lane;

/// Numbers by name. A name that is new gets the next number; none is given again.
///
/// Partitions have even numbers and operators odd ones: how many operators there are, and when they ask, changes the
/// number of no partition.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LaneNumbers {
    partitions: BTreeMap<String, u32>,
    operators: BTreeMap<String, u32>,
}

impl LaneNumbers {
    /// The lane of a partition.
    pub(crate) fn of_partition(&mut self, name: String) -> Lane {
        Lane(number(&mut self.partitions, name) * 2)
    }

    /// The lane that an operator emits in.
    pub(crate) fn of_operator(&mut self, name: String) -> Lane {
        Lane(number(&mut self.operators, name) * 2 + 1)
    }
}

fn number(numbers: &mut BTreeMap<String, u32>, name: String) -> u32 {
    let next = u32::try_from(numbers.len())
        .ok()
        .filter(|number| *number < u32::MAX / 2);
    let next = next.expect("nobody has two billion partitions");
    *numbers.entry(name).or_insert(next)
}
