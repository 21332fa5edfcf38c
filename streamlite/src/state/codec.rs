//! Values to bytes and back: postcard.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Writes one operator's state.
#[derive(Debug, Default)]
pub struct Encoder {
    bytes: Vec<u8>,
    /// How many entries of tables were written, for those who look at a checkpoint.
    entries: u64,
    /// Behind how many bytes something comes that is written in slices.
    gaps: Vec<usize>,
}

impl Encoder {
    /// Writes a value of the library's own.
    ///
    /// # Errors
    /// If the value's `Serialize` fails.
    pub fn plain<V: Serialize + ?Sized>(&mut self, value: &V) -> Result<(), StateError> {
        let bytes = std::mem::take(&mut self.bytes);
        self.bytes = postcard::to_extend(value, bytes)?;
        Ok(())
    }

    /// Counts entries of a table.
    pub(crate) fn count(&mut self, entries: u64) {
        self.entries += entries;
    }

    pub(super) fn entries(&self) -> u64 {
        self.entries
    }

    /// How many bytes were written.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Leaves a gap, for what is written in slices.
    pub(crate) fn gap(&mut self) {
        self.gaps.push(self.bytes.len());
    }

    pub(super) fn take_gaps(&mut self) -> Vec<usize> {
        std::mem::take(&mut self.gaps)
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// Reads one operator's state back.
#[derive(Debug)]
pub struct Decoder<'a> {
    bytes: &'a [u8],
}

impl<'a> Decoder<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    /// Reads a value of the library's own.
    ///
    /// # Errors
    /// If the bytes are not such a value.
    pub fn plain<V: DeserializeOwned>(&mut self) -> Result<V, StateError> {
        let (value, rest) = postcard::take_from_bytes(self.bytes)?;
        self.bytes = rest;
        Ok(value)
    }

    /// Says that everything was read.
    pub(super) fn end(&self) -> Result<(), StateError> {
        match self.bytes.len() {
            0 => Ok(()),
            left => Err(StateError::new(format!(
                "{left} bytes are left over: it was saved by another pipeline"
            ))),
        }
    }
}

/// Why a state could not be saved or restored.
#[derive(Debug)]
pub struct StateError {
    cause: String,
}

impl StateError {
    /// An error with its cause.
    #[must_use]
    pub fn new(cause: impl Into<String>) -> Self {
        Self { cause: cause.into() }
    }
}

impl From<postcard::Error> for StateError {
    fn from(cause: postcard::Error) -> Self {
        Self::new(cause.to_string())
    }
}

impl fmt::Display for StateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.cause)
    }
}
