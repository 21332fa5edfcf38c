//! A file that stops where a record becomes too long.

use std::io::{self, Read};

use super::tracked::TrackedFile;

/// A file that gives only so many bytes for a record, so that a quote that is never closed does not swallow the file.
pub(super) struct Limited {
    file: TrackedFile,
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
    pub(super) fn new(file: TrackedFile) -> Self {
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

    pub(super) fn into_inner(self) -> TrackedFile {
        self.file
    }

    /// The file itself, to look at other places of it.
    pub(super) fn file(&mut self) -> &mut TrackedFile {
        &mut self.file
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
