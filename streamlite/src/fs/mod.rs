//! Files: every byte that is read or written goes through [`Fs`], so that tests can let any operation fail.

mod local;

use std::fmt;
use std::io::{Read, Result, Seek, Write};
use std::path::{Path, PathBuf};

pub use local::LocalFs;

/// A file that is read.
pub trait ReadFile: Read + Seek + Send {}

impl<F: Read + Seek + Send> ReadFile for F {}

/// A file that is written.
pub trait WriteFile: Write + Send {
    /// Waits until everything written is on the disk.
    ///
    /// # Errors
    /// What the operating system reports.
    fn sync(&mut self) -> Result<()>;
}

/// A file system.
pub trait Fs: Send + Sync + fmt::Debug {
    /// Opens a file for reading.
    ///
    /// # Errors
    /// What the operating system reports.
    fn open(&self, path: &Path) -> Result<Box<dyn ReadFile>>;

    /// Creates a file for writing, in place of one that is there.
    ///
    /// # Errors
    /// What the operating system reports.
    fn create(&self, path: &Path) -> Result<Box<dyn WriteFile>>;

    /// Creates a file for writing that is not there yet.
    ///
    /// # Errors
    /// `AlreadyExists` if it is there, and what the operating system reports.
    fn create_new(&self, path: &Path) -> Result<Box<dyn WriteFile>>;

    /// Opens a file for writing behind its end, or creates it; says how many bytes it has.
    ///
    /// # Errors
    /// What the operating system reports.
    fn append(&self, path: &Path) -> Result<(Box<dyn WriteFile>, u64)>;

    /// The files that a pattern such as `logs/*.csv` names, in the order of their names.
    ///
    /// # Errors
    /// If the pattern is none, or a directory cannot be read.
    fn matching(&self, pattern: &str) -> Result<Vec<PathBuf>>;
}
