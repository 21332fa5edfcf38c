//! The numbers of checkpoints.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The number of a start of a job: greater than that of every start before it, and stored before its first use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Incarnation(pub u32);

impl fmt::Display for Incarnation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The number of a checkpoint: the start of the job that took it, and a number within that start. It is never used twice,
/// and a later checkpoint has a greater one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Epoch {
    /// The start of the job.
    pub incarnation: Incarnation,
    /// The number within it, from 1.
    pub number: u32,
}

/// As `3.12`: the twelfth checkpoint of the third start.
impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.incarnation, self.number)
    }
}
