//! Where checkpoints are kept: the trait.

use std::fmt;
use std::io::Write;

use crate::error::Result;

/// A place for checkpoints: files by name, of one job at a time.
///
/// The protocol above it decides in which order things happen; what it needs of a storage is that each method does what it
/// says, no less. [`Directory`](super::Directory) is the one that comes with the library.
pub trait CheckpointStorage: Send + fmt::Debug {
    /// Makes the storage ready, and locks it against every other job until it is dropped.
    ///
    /// # Errors
    /// If another job has it, which the error names; if it cannot be created.
    fn lock(&mut self) -> Result<()>;

    /// The names of all files.
    ///
    /// # Errors
    /// If they cannot be found out: never an empty list instead.
    fn list(&self) -> Result<Vec<String>>;

    /// The contents of a file; `None` if there is none, which is something else than that it cannot be read.
    ///
    /// # Errors
    /// If it cannot be read.
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>>;

    /// Creates a file, in place of one of this name.
    ///
    /// # Errors
    /// If it cannot be created.
    fn create(&mut self, name: &str) -> Result<Box<dyn CheckpointFile>>;

    /// Gives a file another name, in place of one that has it, in one step.
    ///
    /// # Errors
    /// If it cannot be done, or may not have been.
    fn rename(&mut self, from: &str, to: &str) -> Result<()>;

    /// Removes a file; one that is not there is no error.
    ///
    /// # Errors
    /// If it cannot be removed.
    fn remove(&mut self, name: &str) -> Result<()>;

    /// Makes all names survive a loss of power: those of new files, renames and removals.
    ///
    /// # Errors
    /// If that is not sure.
    fn sync(&mut self) -> Result<()>;

    /// Which storage it is, for errors and reports.
    fn describe(&self) -> String;
}

/// A file of a checkpoint while it is written.
pub trait CheckpointFile: Write + Send {
    /// Ends the file, whose contents survive a loss of power from now on, if its name does.
    ///
    /// # Errors
    /// If that is not sure: the file is not to be used then.
    fn finish(self: Box<Self>) -> std::io::Result<()>;
}
