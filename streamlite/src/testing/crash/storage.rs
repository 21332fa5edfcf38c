//! Checkpoints in memory, which survive a job that is killed.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::life::Life;
use crate::checkpoint::{CheckpointFile, CheckpointStorage};
use crate::error::{Error, Result};

type Files = Arc<Mutex<BTreeMap<String, Vec<u8>>>>;

/// Checkpoints in memory: what is ended survives, and nothing is done once a life is over.
#[derive(Clone, Debug)]
pub(super) struct MemoryStorage {
    files: Files,
    life: Life,
}

impl MemoryStorage {
    /// An empty one.
    pub(super) fn new(life: Life) -> Self {
        Self {
            files: Files::default(),
            life,
        }
    }

    /// The same in another life.
    pub(super) fn of(&self, life: Life) -> Self {
        let files = Arc::clone(&self.files);
        Self { files, life }
    }

    /// In which life it is.
    pub(super) fn life(&self) -> Life {
        self.life.clone()
    }

    fn files(&self) -> MutexGuard<'_, BTreeMap<String, Vec<u8>>> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CheckpointStorage for MemoryStorage {
    fn lock(&mut self) -> Result<()> {
        Ok(())
    }

    fn list(&self) -> Result<Vec<String>> {
        Ok(self.files().keys().cloned().collect())
    }

    fn read(&self, name: &str) -> Result<Option<Vec<u8>>> {
        Ok(self.files().get(name).cloned())
    }

    fn create(&mut self, name: &str) -> Result<Box<dyn CheckpointFile>> {
        self.life.moment(|| format!("before it created {name}"))?;
        self.files().insert(name.to_owned(), Vec::new());
        Ok(Box::new(MemoryFile {
            name: name.to_owned(),
            bytes: Vec::new(),
            storage: self.clone(),
        }))
    }

    fn rename(&mut self, from: &str, to: &str) -> Result<()> {
        self.life.moment(|| format!("before it renamed {from} to {to}"))?;
        let mut files = self.files();
        let bytes = files.remove(from);
        let bytes = bytes.ok_or_else(|| Error::io("renaming", from, io::ErrorKind::NotFound.into()))?;
        files.insert(to.to_owned(), bytes);
        Ok(())
    }

    fn remove(&mut self, name: &str) -> Result<()> {
        self.life.moment(|| format!("before it removed {name}"))?;
        self.files().remove(name);
        Ok(())
    }

    fn sync(&mut self) -> Result<()> {
        Ok(())
    }

    fn describe(&self) -> String {
        "the memory of a test".to_owned()
    }
}

/// A file that is being written; until it is ended it is empty.
struct MemoryFile {
    name: String,
    bytes: Vec<u8>,
    storage: MemoryStorage,
}

impl Write for MemoryFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl CheckpointFile for MemoryFile {
    fn finish(self: Box<Self>) -> io::Result<()> {
        let Self { name, bytes, storage } = *self;
        let alive = storage.life.moment(|| format!("before {name} had its contents"));
        alive.map_err(io::Error::other)?;
        storage.files().insert(name, bytes);
        Ok(())
    }
}
