//! The names of partitions, and places in them.

use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// The name of a partition: the same in every run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Partition(String);

impl Partition {
    /// The partition of this name.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A place in a partition, in whatever terms its source keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Position(Vec<u8>);

impl Position {
    /// A place, told by a value.
    ///
    /// # Panics
    /// If the value's `Serialize` fails, which that of numbers and strings never does.
    #[must_use]
    pub fn of(place: &impl Serialize) -> Self {
        Self(postcard::to_stdvec(place).expect("a position serializes"))
    }

    /// The value that tells the place.
    ///
    /// # Errors
    /// If it is not such a value: the position belongs to another kind of source.
    pub fn get<T: DeserializeOwned>(&self) -> Result<T> {
        postcard::from_bytes(&self.0).map_err(|cause| {
            Error::setting(
                "a source's position",
                cause.to_string(),
                "restore it with the source that it came from",
            )
        })
    }
}
