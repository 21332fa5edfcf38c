//! A file that stops where a record becomes too long.

use std::io::{self, Read, Seek, SeekFrom};

use crate::fs::ReadFile;

/// A file that gives only so many bytes for a record, so that a quote that is never closed does not swallow the file.
pub(super) struct Limited {
    file: Box<dyn ReadFile>,
    /// How many bytes it still gives before the next record must have begun.
    left: usize,
    /// The file's end was seen.
    pub(super) ended: bool,
    /// The limit was reached.
    pub(super) exceeded: bool,
}

impl std::fmt::Debug for Limited {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Limited")
            .field("left", &self.left)
            .finish_non_exhaustive()
    }
}

impl Limited {
    pub(super) fn new(file: Box<dyn ReadFile>) -> Self {
        Self {
            file,
            left: usize::MAX,
            ended: false,
            exceeded: false,
        }
    }

    /// A record begins: the file gives so many bytes more.
    #[inline]
    pub(super) fn allow(&mut self, bytes: usize) {
        self.left = bytes;
    }

    pub(super) fn into_inner(self) -> Box<dyn ReadFile> {
        self.file
    }

    /// Reads a piece of the file somewhere else, and comes back.
    pub(super) fn peek(&mut self, from: u64, at_most: u64) -> io::Result<Vec<u8>> {
        let here = self.file.stream_position()?;
        self.file.seek(SeekFrom::Start(from))?;
        let mut piece = Vec::new();
        self.file.by_ref().take(at_most).read_to_end(&mut piece)?;
        self.file.seek(SeekFrom::Start(here))?;
        Ok(piece)
    }
}

impl Read for Limited {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            self.exceeded = true;
            return Err(io::Error::other("a record is too long"));
        }
        let read = self.file.read(to)?;
        self.left = self.left.saturating_sub(read);
        self.ended |= read == 0;
        Ok(read)
    }
}
