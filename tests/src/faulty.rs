//! A file system in memory, of which any operation can be made to fail.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::io::{self, Cursor, Error, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use streamlite::fs::{FileId, FileKind, FileLock, Fs, Metadata, ReadFile, WriteFile};

/// Which operation fails, and how.
#[derive(Clone, Copy, Debug)]
pub struct Fault {
    /// The number of the operation, from 0.
    pub at: usize,
    /// What the system says, such as 5 for `EIO`.
    pub errno: i32,
    /// Whether all operations after it fail, too.
    pub lasts: bool,
    /// Whether a write that fails has written a half before.
    pub half: bool,
}

/// A file system in memory.
#[derive(Clone, Default)]
pub struct FaultyFs {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    files: BTreeMap<PathBuf, Vec<u8>>,
    fault: Option<Fault>,
    operations: usize,
    faults: usize,
}

impl fmt::Debug for FaultyFs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FaultyFs")
    }
}

impl FaultyFs {
    /// A file system of these files that fails there.
    #[must_use]
    pub fn new(files: &[(&str, &str)], fault: Option<Fault>) -> Self {
        let fs = Self::default();
        let mut state = fs.state();
        state.fault = fault;
        for (path, text) in files {
            state.files.insert(PathBuf::from(path), text.as_bytes().to_vec());
        }
        drop(state);
        fs
    }

    /// How many operations have failed.
    #[must_use]
    pub fn faults(&self) -> usize {
        self.state().faults
    }

    /// Lets nothing fail any more.
    pub fn mend(&self) {
        self.state().fault = None;
    }

    /// What a file holds; `None` if there is none.
    #[must_use]
    pub fn text(&self, path: &str) -> Option<String> {
        let state = self.state();
        let bytes = state.files.get(Path::new(path))?;
        Some(String::from_utf8_lossy(bytes).into_owned())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts an operation, which may be the one that fails.
    fn operation(&self) -> io::Result<()> {
        let mut state = self.state();
        let number = state.operations;
        state.operations += 1;
        match state.fault {
            Some(Fault { at, errno, lasts, .. }) if number == at || lasts && number > at => {
                state.faults += 1;
                Err(Error::from_raw_os_error(errno))
            }
            _ => Ok(()),
        }
    }

    fn with<R>(&self, path: &Path, act: impl FnOnce(&mut Vec<u8>) -> R) -> io::Result<R> {
        let mut state = self.state();
        match state.files.get_mut(path) {
            Some(bytes) => Ok(act(bytes)),
            None => Err(ErrorKind::NotFound.into()),
        }
    }

    fn written(&self, path: &Path) -> Box<dyn WriteFile> {
        Box::new(Written {
            fs: self.clone(),
            path: path.to_owned(),
        })
    }
}

impl Fs for FaultyFs {
    fn open(&self, path: &Path) -> io::Result<Box<dyn ReadFile>> {
        self.operation()?;
        let bytes = self.with(path, |bytes| bytes.clone())?;
        Ok(Box::new(ReadInMemory {
            fs: self.clone(),
            bytes: Cursor::new(bytes),
        }))
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn WriteFile>> {
        self.operation()?;
        self.state().files.insert(path.to_owned(), Vec::new());
        Ok(self.written(path))
    }

    fn create_new(&self, path: &Path) -> io::Result<Box<dyn WriteFile>> {
        if self.with(path, |_| ()).is_ok() {
            return Err(ErrorKind::AlreadyExists.into());
        }
        self.create(path)
    }

    fn append(&self, path: &Path) -> io::Result<(Box<dyn WriteFile>, u64)> {
        self.operation()?;
        let len = self.state().files.entry(path.to_owned()).or_default().len();
        Ok((self.written(path), len as u64))
    }

    fn matching(&self, _pattern: &str) -> io::Result<Vec<PathBuf>> {
        self.operation()?;
        Ok(self.state().files.keys().cloned().collect())
    }

    fn metadata(&self, path: &Path) -> io::Result<Metadata> {
        self.operation()?;
        if path == Path::new(".") {
            return Ok(Metadata {
                kind: FileKind::Directory,
                len: 0,
                id: Some(FileId { device: 0, inode: 0 }),
            });
        }
        let state = self.state();
        let place = state.files.keys().position(|known| known == path);
        let inode = place.ok_or(ErrorKind::NotFound)? as u64 + 1;
        Ok(Metadata {
            kind: FileKind::File,
            len: state.files[path].len() as u64,
            id: Some(FileId { device: 0, inode }),
        })
    }

    fn read_link(&self, _path: &Path) -> io::Result<PathBuf> {
        self.operation()?;
        Err(ErrorKind::InvalidInput.into())
    }

    fn create_dir(&self, _path: &Path) -> io::Result<()> {
        self.operation()
    }

    fn list(&self, path: &Path) -> io::Result<Vec<OsString>> {
        self.operation()?;
        let state = self.state();
        let files = state.files.keys().filter(|file| file.parent() == Some(path));
        Ok(files
            .filter_map(|file| Some(file.file_name()?.to_owned()))
            .collect())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.operation()?;
        let mut state = self.state();
        let bytes = state.files.remove(from).ok_or(ErrorKind::NotFound)?;
        state.files.insert(to.to_owned(), bytes);
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.operation()?;
        let removed = self.state().files.remove(path);
        removed.map(drop).ok_or(ErrorKind::NotFound.into())
    }

    fn sync_dir(&self, _path: &Path) -> io::Result<()> {
        self.operation()
    }

    /// Locks nothing: a test has one job.
    fn lock(&self, _path: &Path) -> io::Result<Box<dyn FileLock>> {
        self.operation()?;
        Ok(Box::new(Unlocked))
    }
}

#[derive(Debug)]
struct Unlocked;

impl FileLock for Unlocked {
    fn write_holder(&mut self, _text: &str) -> io::Result<()> {
        Ok(())
    }
}

struct ReadInMemory {
    fs: FaultyFs,
    bytes: Cursor<Vec<u8>>,
}

impl Read for ReadInMemory {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        self.fs.operation()?;
        // Small pieces, as from a disk that is busy, so that records lie over their ends.
        let most = to.len().min(50);
        self.bytes.read(&mut to[..most])
    }
}

impl Seek for ReadInMemory {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.fs.operation()?;
        self.bytes.seek(to)
    }
}

struct Written {
    fs: FaultyFs,
    path: PathBuf,
}

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let failed = self.fs.operation().err();
        let half = self.fs.state().fault.is_some_and(|fault| fault.half);
        let written = match &failed {
            None => bytes.len().min(70),
            Some(_) if half => bytes.len().min(70) / 2,
            Some(_) => 0,
        };
        self.fs
            .with(&self.path, |file| file.extend_from_slice(&bytes[..written]))?;
        match failed {
            // A system says how much it has written, and fails the next time.
            Some(_) if written > 0 => Ok(written),
            Some(cause) => Err(cause),
            None => Ok(written),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.fs.operation()
    }
}

impl WriteFile for Written {
    fn set_len(&mut self, bytes: u64) -> io::Result<()> {
        self.fs.operation()?;
        let bytes = usize::try_from(bytes).map_err(|_| ErrorKind::FileTooLarge)?;
        self.fs.with(&self.path, |file| file.truncate(bytes))
    }

    fn sync(&mut self) -> io::Result<()> {
        self.fs.operation()
    }
}
