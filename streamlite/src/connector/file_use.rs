//! Which files the ends of a job use: no two of them may meet in one that is written.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::fs::{FileId, FileKind, Fs};

/// How many links are followed: as many as Linux follows.
const MOST_LINKS: usize = 40;

/// A file that a source reads, or that a sink writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileUse {
    path: PathBuf,
    identity: Identity,
    is_written: bool,
}

/// Which file it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Identity {
    /// One that is there.
    There(FileId),
    /// One that is not there yet, by its folder and its name.
    New(FileId, OsString),
}

impl FileUse {
    /// A file that is read; `None` if it is not a file, or the system does not say which one it is.
    pub fn read(fs: &dyn Fs, path: &Path) -> Option<Self> {
        Self::new(fs, path, false)
    }

    /// A file that is written; `None` if it is not a file but a terminal, or the system does not say which one it is.
    pub fn written(fs: &dyn Fs, path: &Path) -> Option<Self> {
        Self::new(fs, path, true)
    }

    fn new(fs: &dyn Fs, path: &Path, is_written: bool) -> Option<Self> {
        let target = without_links(fs, path);
        let identity = match fs.metadata(&target) {
            Ok(there) if there.kind == FileKind::File => Identity::There(there.id?),
            Ok(_) => return None,
            Err(cause) if cause.kind() == ErrorKind::NotFound => {
                let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
                let folder = fs.metadata(folder.unwrap_or(Path::new("."))).ok()?;
                Identity::New(folder.id?, target.file_name()?.to_owned())
            }
            Err(_) => return None,
        };
        Some(Self {
            path: path.to_owned(),
            identity,
            is_written,
        })
    }
}

/// Where a path leads to, also if there is nothing yet.
fn without_links(fs: &dyn Fs, path: &Path) -> PathBuf {
    let mut target = path.to_owned();
    for _ in 0..MOST_LINKS {
        let Ok(next) = fs.read_link(&target) else { break };
        target = target.parent().unwrap_or(Path::new("")).join(next);
    }
    target
}

/// The files that the ends of a job use, each with whose it is.
#[derive(Debug, Default)]
pub(crate) struct FileUses {
    uses: Vec<(String, FileUse)>,
}

impl FileUses {
    /// Adds the files that a source reads, and those that its bad records go to.
    pub(crate) fn add_source(&mut self, name: &str, files: Vec<FileUse>) {
        self.uses.extend(files.into_iter().map(|file| {
            let end = if file.is_written {
                "the bad records of source"
            } else {
                "source"
            };
            (format!("{end} `{name}`"), file)
        }));
    }

    /// Adds the files that a sink writes.
    pub(crate) fn add_sink(&mut self, name: &str, files: Vec<FileUse>) {
        let files = files.into_iter();
        self.uses
            .extend(files.map(|file| (format!("sink `{name}`"), file)));
    }

    /// Refuses a file that one end writes and another one uses, too: what is written would be read or overwritten.
    pub(crate) fn check(&self) -> Result<()> {
        let mut known: BTreeMap<&Identity, &(String, FileUse)> = BTreeMap::new();
        for used in &self.uses {
            let Some((other_end, other)) = known.insert(&used.1.identity, used) else {
                continue;
            };
            let (end, file) = used;
            if !file.is_written && !other.is_written {
                continue;
            }
            let same = if file.path == other.path {
                String::new()
            } else {
                format!(", as `{}`", other.path.display())
            };
            return Err(Error::setting(
                format!("the file `{}`", file.path.display()),
                format!("it is used by {end} and by {other_end}{same}"),
                "give each of them a file of its own",
            ));
        }
        Ok(())
    }
}
