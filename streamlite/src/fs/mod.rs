//! Files: every byte that is read or written goes through [`Fs`], so that tests can let any operation fail.

mod local;
mod pipe;

use std::fmt;
use std::io::{Read, Result, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use local::LocalFs;
pub(crate) use pipe::Pipe;

/// A file that is read.
pub trait ReadFile: Read + Seek + Send {}

impl<F: Read + Seek + Send> ReadFile for F {}

/// A file that is written.
pub trait WriteFile: Write + Send {
    /// Cuts the file off behind so many bytes, to take back what was written in part.
    ///
    /// # Errors
    /// What the operating system reports; a pipe cannot be cut off.
    fn set_len(&mut self, bytes: u64) -> Result<()>;
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

    /// The files that a pattern such as `logs/*.csv` names, in the order of their names; `**` stands for any folders.
    ///
    /// # Errors
    /// If the pattern is none, or a directory cannot be read.
    fn matching(&self, pattern: &str) -> Result<Vec<PathBuf>>;

    /// What there is at a path, behind links.
    ///
    /// # Errors
    /// `NotFound` if there is nothing, and what the operating system reports.
    fn metadata(&self, path: &Path) -> Result<Metadata>;

    /// Where the link at a path leads to.
    ///
    /// # Errors
    /// If there is no link, and what the operating system reports.
    fn read_link(&self, path: &Path) -> Result<PathBuf>;
}

/// What there is at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// What it is.
    pub kind: FileKind,
    /// How many bytes it has, if it is a file.
    pub len: u64,
    /// Which one it is: the same behind every path and link that leads to it. `None` where the system does not say.
    pub id: Option<FileId>,
}

/// What there is at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A file, which can be read from any place.
    File,
    /// A directory.
    Directory,
    /// A pipe, a terminal, a socket: what can be read only once, from its beginning.
    Pipe,
}

/// Which file it is, on this computer: the device and the number on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId {
    /// The device.
    pub device: u64,
    /// The inode.
    pub inode: u64,
}

impl<F: Fs + ?Sized> Fs for Arc<F> {
    fn open(&self, path: &Path) -> Result<Box<dyn ReadFile>> {
        (**self).open(path)
    }

    fn create(&self, path: &Path) -> Result<Box<dyn WriteFile>> {
        (**self).create(path)
    }

    fn create_new(&self, path: &Path) -> Result<Box<dyn WriteFile>> {
        (**self).create_new(path)
    }

    fn append(&self, path: &Path) -> Result<(Box<dyn WriteFile>, u64)> {
        (**self).append(path)
    }

    fn matching(&self, pattern: &str) -> Result<Vec<PathBuf>> {
        (**self).matching(pattern)
    }

    fn metadata(&self, path: &Path) -> Result<Metadata> {
        (**self).metadata(path)
    }

    fn read_link(&self, path: &Path) -> Result<PathBuf> {
        (**self).read_link(path)
    }
}
