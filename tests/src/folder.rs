//! A folder of a test's own.

use std::fs;
use std::path::{Path, PathBuf};

use streamlite::Job;
use tempfile::TempDir;

/// A folder that is gone when the test is over.
#[derive(Debug)]
pub struct Folder(TempDir);

impl Default for Folder {
    fn default() -> Self {
        Self::new()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test prepares and reads its own files"
)]
impl Folder {
    /// An empty one.
    ///
    /// # Panics
    /// If there is no room for it.
    #[must_use]
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("there is room for a folder"))
    }

    /// The folder itself.
    #[must_use]
    pub fn dir(&self) -> &Path {
        self.0.path()
    }

    /// The path of a file in it.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir().join(name)
    }

    /// Writes a file; returns its path.
    ///
    /// # Panics
    /// If there is no room for it.
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        fs::write(self.path(name), text).expect("there is room for a file");
        self.path(name)
    }

    /// What is in a file.
    ///
    /// # Panics
    /// If it is not there.
    #[must_use]
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("the file is there")
    }

    /// The names in it, in order.
    ///
    /// # Panics
    /// If it cannot be listed.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.dir()).expect("the folder is there");
        let names = entries.map(|entry| entry.expect("it can be listed").file_name());
        let mut names: Vec<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// A text without the folder's own name.
    #[must_use]
    pub fn without_name(&self, text: &str) -> String {
        text.replace(&self.dir().display().to_string(), "DIR")
    }

    /// Why a job fails, without the folder's own name.
    ///
    /// # Panics
    /// If it does not.
    #[must_use]
    pub fn refused(&self, job: Job) -> String {
        let error = job.run().expect_err("it must be refused");
        self.without_name(&error.to_string())
    }
}
