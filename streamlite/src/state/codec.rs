//! Values to bytes and back: postcard.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Writes the contents of a gap.
type WriteLater = Box<dyn FnOnce(&mut Encoder) -> Result<(), StateError> + Send>;

/// What belongs into a gap, after so many bytes.
pub(super) enum Gap {
    /// What is written in slices.
    Slices,
    /// What is written when all is put together.
    Later(WriteLater),
}

/// Writes one operator's state.
#[derive(Debug, Default)]
pub struct Encoder {
    bytes: Vec<u8>,
    /// How many entries of tables were written, for those who look at a checkpoint.
    entries: u64,
    /// `None` if everything is written at once.
    gaps: Option<Vec<(usize, Gap)>>,
}

impl Encoder {
    /// Takes gaps.
    pub(super) fn with_gaps() -> Self {
        Self {
            gaps: Some(Vec::new()),
            ..Self::default()
        }
    }

    /// Goes on after these bytes.
    pub(super) fn after(bytes: Vec<u8>) -> Self {
        Self {
            bytes,
            ..Self::default()
        }
    }

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

    /// Leaves a gap, for what is written in slices; `false` if it must be written now.
    pub(super) fn leave_gap(&mut self) -> bool {
        let behind = self.bytes.len();
        self.gaps.as_mut().is_some_and(|gaps| {
            gaps.push((behind, Gap::Slices));
            true
        })
    }

    /// Writes what need not be written now, from a copy: when the checkpoint is stored, beside the records.
    ///
    /// # Errors
    /// If it is written now, and that fails.
    pub(crate) fn later(
        &mut self,
        write: impl FnOnce(&mut Self) -> Result<(), StateError> + Send + 'static,
    ) -> Result<(), StateError> {
        let behind = self.bytes.len();
        match &mut self.gaps {
            None => write(self),
            Some(gaps) => {
                gaps.push((behind, Gap::Later(Box::new(write))));
                Ok(())
            }
        }
    }

    /// The gaps that were left.
    pub(super) fn take_gaps(&mut self) -> Vec<(usize, Gap)> {
        self.gaps.take().unwrap_or_default()
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// Reads one operator's state back.
#[derive(Debug)]
pub struct Decoder<'a> {
    bytes: &'a [u8],
}

impl<'a> Decoder<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
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

impl fmt::Debug for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Slices => "Slices",
            Self::Later(_) => "Later",
        })
    }
}
