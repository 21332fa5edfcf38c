//! How much of a file was read.

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::connector::ReadProgress;
use crate::fs::ReadFile;

/// How much of a file was read, as the file itself knows: of one that is compressed it counts compressed bytes.
#[derive(Clone, Debug)]
pub(crate) struct Meter {
    all: u64,
    read: Arc<AtomicU64>,
}

impl Meter {
    /// Of a file that has so many bytes.
    pub(crate) fn new(all: u64) -> Self {
        Self {
            all,
            read: Arc::default(),
        }
    }

    /// The same file, whose reads count.
    pub(crate) fn metered(&self, file: Box<dyn ReadFile>) -> Box<dyn ReadFile> {
        Box::new(Metered {
            file,
            at: 0,
            read: Arc::clone(&self.read),
        })
    }

    /// How much was read. A file that has grown since it was opened is never read by more than there was.
    pub(crate) fn progress(&self) -> ReadProgress {
        ReadProgress {
            read: self.read.load(Ordering::Relaxed).min(self.all),
            all: self.all,
        }
    }
}

/// A file whose reads count: the furthest place that was read.
struct Metered {
    file: Box<dyn ReadFile>,
    at: u64,
    read: Arc<AtomicU64>,
}

impl Read for Metered {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let bytes = self.file.read(into)?;
        self.at += bytes as u64;
        self.read.fetch_max(self.at, Ordering::Relaxed);
        Ok(bytes)
    }
}

impl Seek for Metered {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = self.file.seek(to)?;
        Ok(self.at)
    }
}
