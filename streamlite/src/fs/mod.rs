//! Files: every byte that is read or written goes through [`Fs`], so that tests can let any operation fail.

mod local;
mod patience;

use std::ffi::OsString;
use std::fmt;
use std::io::{Read, Result, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use local::LocalFs;
pub(crate) use patience::lock;

/// A file that is read.
pub trait ReadFile: Read + Seek + Send {}

impl<F: Read + Seek + Send> ReadFile for F {}

/// A file that is written.
pub trait WriteFile: Write + Send {
    /// Cuts the file off after so many bytes, to take back what was written in part.
    ///
    /// # Errors
    /// What the operating system reports; a pipe cannot be cut off.
    fn set_len(&mut self, bytes: u64) -> Result<()>;

    /// Makes what was written survive a loss of power (`fsync`). After an error nothing is known about what was written
    /// before it: the file must not be used any more.
    ///
    /// # Errors
    /// What the operating system reports.
    fn sync(&mut self) -> Result<()>;
}

/// A lock on a file, held until it is dropped.
pub trait FileLock: Send + fmt::Debug {
    /// Writes into the locked file who holds it, for whoever finds it locked.
    ///
    /// # Errors
    /// What the operating system reports.
    fn write_holder(&mut self, text: &str) -> Result<()>;
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

    /// The same of a file that nobody else is to read, where the system knows users.
    ///
    /// # Errors
    /// What the operating system reports.
    fn create_private(&self, path: &Path) -> Result<Box<dyn WriteFile>> {
        self.create(path)
    }

    /// Creates a file for writing that is not there yet.
    ///
    /// # Errors
    /// `AlreadyExists` if it is there, and what the operating system reports.
    fn create_new(&self, path: &Path) -> Result<Box<dyn WriteFile>>;

    /// Opens a file for writing after its end, or creates it; says how many bytes it has.
    ///
    /// # Errors
    /// What the operating system reports.
    fn append(&self, path: &Path) -> Result<(Box<dyn WriteFile>, u64)>;

    /// The files that a pattern such as `logs/*.csv` names, in the order of their names; `**` matches any folders.
    ///
    /// # Errors
    /// If the pattern is invalid, or a directory cannot be read.
    fn matching(&self, pattern: &str) -> Result<Vec<PathBuf>>;

    /// What there is at a path, with links followed.
    ///
    /// # Errors
    /// `NotFound` if there is nothing, and what the operating system reports.
    fn metadata(&self, path: &Path) -> Result<Metadata>;

    /// Where the link at a path leads to.
    ///
    /// # Errors
    /// If there is no link, and what the operating system reports.
    fn read_link(&self, path: &Path) -> Result<PathBuf>;

    /// Creates a directory and those that it is in; one that is there stays.
    ///
    /// # Errors
    /// What the operating system reports.
    fn create_dir(&self, path: &Path) -> Result<()>;

    /// The same of directories that nobody else is to look into, where the system knows users.
    ///
    /// # Errors
    /// What the operating system reports.
    fn create_private_dir(&self, path: &Path) -> Result<()> {
        self.create_dir(path)
    }

    /// The names in a directory, in any order.
    ///
    /// # Errors
    /// What the operating system reports.
    fn list(&self, path: &Path) -> Result<Vec<OsString>>;

    /// Gives a file another name in the same directory, in place of one that has that name, in one step. It survives a
    /// loss of power only after [`sync_dir`](Self::sync_dir).
    ///
    /// # Errors
    /// What the operating system reports.
    fn rename(&self, from: &Path, to: &Path) -> Result<()>;

    /// Removes a file.
    ///
    /// # Errors
    /// `NotFound` if there is none, and what the operating system reports.
    fn remove(&self, path: &Path) -> Result<()>;

    /// Makes the names in a directory survive a loss of power: those of new files, renames and removals.
    ///
    /// # Errors
    /// What the operating system reports; nothing is known then about the names that were new.
    fn sync_dir(&self, path: &Path) -> Result<()>;

    /// Locks a file, which is created if it is not there, against every other process and every other lock of this one.
    ///
    /// # Errors
    /// `WouldBlock` if it is locked already, and what the operating system reports.
    fn lock(&self, path: &Path) -> Result<Box<dyn FileLock>>;
}

/// What there is at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// What it is.
    pub kind: FileKind,
    /// How many bytes it has, if it is a file.
    pub len: u64,
    /// Which one it is: the same by every path and link that leads to it. `None` where the system does not say.
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

    fn create_private(&self, path: &Path) -> Result<Box<dyn WriteFile>> {
        (**self).create_private(path)
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

    fn create_dir(&self, path: &Path) -> Result<()> {
        (**self).create_dir(path)
    }

    fn create_private_dir(&self, path: &Path) -> Result<()> {
        (**self).create_private_dir(path)
    }

    fn list(&self, path: &Path) -> Result<Vec<OsString>> {
        (**self).list(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<()> {
        (**self).rename(from, to)
    }

    fn remove(&self, path: &Path) -> Result<()> {
        (**self).remove(path)
    }

    fn sync_dir(&self, path: &Path) -> Result<()> {
        (**self).sync_dir(path)
    }

    fn lock(&self, path: &Path) -> Result<Box<dyn FileLock>> {
        (**self).lock(path)
    }
}
