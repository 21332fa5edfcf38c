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

    /// Whether the numbers are those that were given one after the other.
    pub(crate) fn are_whole(&self) -> bool {
        [&self.partitions, &self.operators].into_iter().all(|numbers| {
            let mut sorted: Vec<_> = numbers.values().copied().collect();
            sorted.sort_unstable();
            sorted
                .into_iter()
                .eq(0..u32::try_from(numbers.len()).unwrap_or(u32::MAX))
        })
    }

    /// Whether the lane is that of a partition.
    pub(crate) fn has_partition(&self, lane: Lane) -> bool {
        lane.0.is_multiple_of(2) && lane.index() / 2 < self.partitions.len()
    }
}

fn number(numbers: &mut BTreeMap<String, u32>, name: String) -> u32 {
    let next = u32::try_from(numbers.len())
        .ok()
        .filter(|number| *number < u32::MAX / 2);
    let next = next.expect("nobody has two billion partitions");
    *numbers.entry(name).or_insert(next)
}
