//! Checkpoints in a directory of this computer.

use std::io::{ErrorKind, Read as _, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::storage::{CheckpointFile, CheckpointStorage};
use crate::error::{Error, Result};
use crate::fs::{FileKind, FileLock, Fs, LocalFs, WriteFile, lock};
use crate::time::{Clock as _, SystemClock};

/// The file that says which process has the directory.
const LOCK: &str = "LOCK";

/// What checkpoints survive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// A loss of power, on a disk that writes what it says it has written: files and directories are synced. The default.
    #[default]
    PowerLoss,
    /// A crash of the process alone: nothing is synced, and a loss of power may take the checkpoints.
    Process,
}

/// Checkpoints in a directory of this computer; what [`Checkpoints::in_dir`](super::Checkpoints::in_dir) uses.
///
/// The lock is the operating system's: it ends with the process that holds it, however that ends. On NFS and SMB it may
/// not hold.
///
/// Checkpoints hold whatever is in the records: the directory and the files are those of the user alone that the process
/// runs as (modes 0700 and 0600), if the job creates them.
#[derive(Debug)]
pub struct Directory {
    fs: Arc<dyn Fs>,
    path: PathBuf,
    durability: Durability,
    lock: Option<Box<dyn FileLock>>,
}

impl Directory {
    /// A directory, which is created with those that it is in when the job starts.
    #[must_use]
    pub fn new(path: impl AsRef<Path>) -> Self {
        Self::new_in(LocalFs, path)
    }

    /// A directory of another file system.
    #[must_use]
    pub fn new_in(fs: impl Fs + 'static, path: impl AsRef<Path>) -> Self {
        Self {
            fs: Arc::new(fs),
            path: path.as_ref().to_owned(),
            durability: Durability::PowerLoss,
            lock: None,
        }
    }

    /// What its checkpoints survive.
    #[must_use]
    pub fn durability(self, durability: Durability) -> Self {
        Self { durability, ..self }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Who holds the lock, as far as the holder has written it.
    fn holder(&self) -> String {
        let mut text = String::new();
        let read = self.fs.open(&self.file(LOCK));
        let read = read.and_then(|mut file| file.read_to_string(&mut text));
        match read {
            Ok(_) if !text.is_empty() => format!("another job has it: {}", text.trim_end()),
            _ => "another job has it".to_owned(),
        }
    }

    /// Makes new directories survive, too: each is a name in the one that it is in.
    fn create_directory(&self) -> std::io::Result<()> {
        let there = self.fs.metadata(&self.path);
        if there.is_ok_and(|there| there.kind != FileKind::Directory) {
            return Err(ErrorKind::NotADirectory.into());
        }
        let new = self.path.ancestors();
        let new: Vec<&Path> = new
            .take_while(|path| !path.as_os_str().is_empty() && self.fs.metadata(path).is_err())
            .collect();
        self.fs.create_private_dir(&self.path)?;
        for path in new.iter().rev() {
            if let (Durability::PowerLoss, Some(parent)) = (self.durability, path.parent()) {
                self.fs.sync_dir(parent)?;
            }
        }
        Ok(())
    }
}

/// Who uses a directory of checkpoints.
#[cfg(feature = "cli")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Holder {
    /// Its process, as far as it has written that.
    pub(crate) process: Option<u32>,
    /// It runs on this computer.
    pub(crate) is_here: bool,
    /// What it has written.
    pub(crate) text: String,
}

#[cfg(feature = "cli")]
impl Directory {
    /// Who uses it now; `None` if nobody does.
    pub(crate) fn used_by(&self) -> Result<Option<Holder>> {
        let file = self.file(LOCK);
        if self.fs.metadata(&file).is_err() {
            return Ok(None);
        }
        match lock(&*self.fs, &file) {
            Ok(_nobodys) => return Ok(None),
            Err(cause) if cause.kind() == ErrorKind::WouldBlock => {}
            Err(cause) => return Err(Error::io("locking", file, cause)),
        }
        let mut text = String::new();
        let read = self
            .fs
            .open(&file)
            .and_then(|mut file| file.read_to_string(&mut text));
        read.map_err(|cause| Error::io("reading", &file, cause))?;
        let text = text.trim_end().to_owned();
        let process = text
            .strip_prefix("process ")
            .and_then(|rest| rest.split([' ', ',']).next());
        Ok(Some(Holder {
            process: process.and_then(|process| process.parse().ok()),
            is_here: text.contains(&format!("{}, since ", host())),
            text,
        }))
    }
}

/// On which computer this is, where that is easily known: a directory may be shared by several.
fn host() -> String {
    let mut name = String::new();
    let read = LocalFs.open(Path::new("/proc/sys/kernel/hostname"));
    match read.and_then(|mut file| file.read_to_string(&mut name)) {
        Ok(_) if !name.trim().is_empty() => format!(" on {}", name.trim()),
        _ => String::new(),
    }
}

impl CheckpointStorage for Directory {
    fn lock(&mut self) -> Result<()> {
        self.create_directory()
            .map_err(|cause| Error::io("creating the checkpoint directory", &self.path, cause))?;
        let mut lock = match lock(&*self.fs, &self.file(LOCK)) {
            Ok(lock) => lock,
            Err(cause) if cause.kind() == ErrorKind::WouldBlock => {
                let setting = format!("the checkpoint directory {}", self.path.display());
                let advice = "give each job a directory of its own, or end the other one first";
                return Err(Error::setting(setting, self.holder(), advice));
            }
            Err(cause) => return Err(Error::io("locking", self.file(LOCK), cause)),
        };
        let since = SystemClock::new().now();
        let holder = format!("process {}{}, since {since}\n", std::process::id(), host());
        lock.write_holder(&holder)
            .map_err(|cause| Error::io("locking", self.file(LOCK), cause))?;
        self.lock = Some(lock);
        Ok(())
    }

    fn list(&self) -> Result<Vec<String>> {
        let names = self.fs.list(&self.path);
        let names = names.map_err(|cause| Error::io("listing", &self.path, cause))?;
        // What is not text is no name of ours.
        Ok(names
            .into_iter()
            .filter_map(|name| name.into_string().ok())
            .collect())
    }

    fn read(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let path = self.file(name);
        let mut bytes = Vec::new();
        let read = self.fs.open(&path);
        match read.and_then(|mut file| file.read_to_end(&mut bytes)) {
            Ok(_) => Ok(Some(bytes)),
            Err(cause) if cause.kind() == ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(Error::io("reading", path, cause)),
        }
    }

    fn create(&mut self, name: &str) -> Result<Box<dyn CheckpointFile>> {
        let path = self.file(name);
        let file = self.fs.create_private(&path);
        let file = file.map_err(|cause| Error::io("creating", path, cause))?;
        Ok(Box::new(DirectoryFile {
            file,
            durability: self.durability,
        }))
    }

    fn rename(&mut self, from: &str, to: &str) -> Result<()> {
        let path = self.file(from);
        self.fs
            .rename(&path, &self.file(to))
            .map_err(|cause| Error::io("renaming", path, cause))
    }

    fn remove(&mut self, name: &str) -> Result<()> {
        let path = self.file(name);
        match self.fs.remove(&path) {
            Err(cause) if cause.kind() != ErrorKind::NotFound => Err(Error::io("removing", path, cause)),
            _ => Ok(()),
        }
    }

    fn sync(&mut self) -> Result<()> {
        match self.durability {
            Durability::PowerLoss => self.fs.sync_dir(&self.path),
            Durability::Process => Ok(()),
        }
        .map_err(|cause| Error::io("syncing the directory", &self.path, cause))
    }

    fn describe(&self) -> String {
        self.path.display().to_string()
    }
}

struct DirectoryFile {
    file: Box<dyn WriteFile>,
    durability: Durability,
}

impl Write for DirectoryFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

impl CheckpointFile for DirectoryFile {
    fn finish(mut self: Box<Self>) -> std::io::Result<()> {
        self.file.flush()?;
        match self.durability {
            Durability::PowerLoss => self.file.sync(),
            Durability::Process => Ok(()),
        }
    }
}
