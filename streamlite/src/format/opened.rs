//! A file that is about to be read.

use std::fmt;
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::policy::Policy;
use crate::error::{Error, Result};
use crate::fs::ReadFile;

/// A file that is about to be read, and how.
pub struct Opened {
    pub(crate) file: Box<dyn ReadFile>,
    pub(crate) path: PathBuf,
    /// Where an earlier reader stopped.
    pub(crate) from: Option<Place>,
    pub(crate) policy: Policy,
    /// The greatest number of bytes of a record.
    pub(crate) max_record: usize,
}

/// A place in a file, between two records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Place {
    /// How many bytes are before it.
    pub(crate) byte: u64,
    /// How many lines are before it.
    pub(crate) lines: u64,
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl Opened {
    /// The file's name, for errors.
    pub(crate) fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// Refuses what is no text in UTF-8, before it becomes a million bad records.
    pub(crate) fn check_text(&mut self) -> Result<()> {
        let mut first = Vec::new();
        let read = self
            .file
            .by_ref()
            .take(4)
            .read_to_end(&mut first)
            .and_then(|_| self.file.rewind());
        read.map_err(|cause| Error::io("reading", &self.path, cause))?;
        let what = match first.as_slice() {
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [_, 0, _, 0] | [0, _, 0, _] => "it looks like UTF-16",
            [0x1f, 0x8b, ..] => "it is compressed with gzip",
            [0x28, 0xb5, 0x2f, 0xfd] => "it is compressed with zstd",
            _ => return Ok(()),
        };
        Err(self.unreadable(what, "convert it to text in UTF-8 first"))
    }

    pub(crate) fn unreadable(&self, cause: impl Into<String>, advice: &'static str) -> Error {
        Error::Unreadable {
            origin: self.name(),
            cause: cause.into(),
            advice: advice.into(),
        }
    }

    /// Goes to a place in the file.
    pub(crate) fn seek_to(&mut self, byte: u64) -> Result<()> {
        let moved = self.file.seek(SeekFrom::Start(byte));
        moved
            .map(drop)
            .map_err(|cause| Error::io("reading", &self.path, cause))
    }
}
