//! The numbers of checkpoints.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

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

/// As it is [written](fmt::Display): `"3.12".parse()?`.
impl FromStr for Epoch {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let parsed = text.split_once('.').and_then(|(incarnation, number)| {
            let (incarnation, number) = (incarnation.parse().ok()?, number.parse().ok()?);
            let incarnation = Incarnation(incarnation);
            Some(Self { incarnation, number })
        });
        parsed.ok_or_else(|| {
            Error::setting(
                format!("the checkpoint `{text}`"),
                "that is no number of one",
                "write it as reports and errors do, such as `3.12`",
            )
        })
    }
}

/// As `3.12`: the twelfth checkpoint of the third start.
impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.incarnation, self.number)
    }
}
