//! A disk that forgets what was not synced: what a file system may have after a crash, and all that it may have.
//!
//! Names and contents have two sides: what the running system sees, and what the disk has. A crash of the process keeps what
//! is seen without making it durable; a loss of power picks a side for each name, and for each content that was not synced
//! one of its states, all independently. After a sync that failed a later one says that it has written, and has not.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fmt;
use std::io::{self, Cursor, Error, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use streamlite::fs::{FileId, FileKind, FileLock, Fs, Metadata, ReadFile, WriteFile};

/// A file system in memory that can crash.
#[derive(Clone, Default)]
pub struct SimFs {
    world: Arc<Mutex<World>>,
}

/// Which operation fails, and with what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// From this change on nothing happens any more: the process is dead.
    CrashAt(usize),
    /// This operation fails with this number of the system; with `lasts` all after it, too.
    FaultAt {
        /// The number of the operation.
        at: usize,
        /// What the system says.
        errno: i32,
        /// Whether all after it fail, too.
        lasts: bool,
    },
}

/// What is left after a crash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crash {
    /// The process died: the system goes on with all that it has.
    Process,
    /// The power was lost: only what was synced is left.
    Synced,
    /// The power was lost, and everything happens to be left.
    Everything,
    /// The power was lost: of whatever was not synced something is left.
    Some(u64),
}

#[derive(Clone, Default)]
struct World {
    names: BTreeMap<PathBuf, Entry>,
    files: Vec<Content>,
    locks: BTreeSet<PathBuf>,
    trouble: Option<Trouble>,
    operations: usize,
    changes: usize,
    faults: usize,
    /// The operations that gave a file a name: their numbers among all, and among the changes, and the name.
    renamed: Vec<(usize, usize, PathBuf)>,
}

#[derive(Clone, Default)]
struct Entry {
    seen: Option<usize>,
    durable: Option<usize>,
    /// A sync has failed: a later one does nothing.
    is_stuck: bool,
}

#[derive(Clone, Default)]
struct Content {
    seen: Vec<u8>,
    durable: Vec<u8>,
    /// So many bytes were never cut off since they were synced: they cannot be lost.
    kept: usize,
    is_stuck: bool,
}

impl fmt::Debug for SimFs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SimFs")
    }
}

/// Numbers that look random, the same for a seed.
#[derive(Debug)]
pub struct Dice(u64);

impl Dice {
    /// From a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `below`.
    pub fn roll(&mut self, below: usize) -> usize {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
        usize::try_from(bits % below.max(1) as u64).expect("it is below a usize")
    }
}

impl SimFs {
    /// A disk that has these files.
    #[must_use]
    pub fn new(files: &[(&str, &str)]) -> Self {
        let fs = Self::default();
        let mut world = fs.world();
        for (path, text) in files {
            let bytes = text.as_bytes().to_vec();
            world.files.push(Content {
                seen: bytes.clone(),
                kept: bytes.len(),
                durable: bytes,
                is_stuck: false,
            });
            let file = Some(world.files.len() - 1);
            let entry = Entry {
                seen: file,
                durable: file,
                is_stuck: false,
            };
            world.names.insert(PathBuf::from(path), entry);
        }
        drop(world);
        fs
    }

    /// Lets something go wrong, counted from now on; or nothing any more.
    pub fn set(&self, trouble: Option<Trouble>) {
        let mut world = self.world();
        world.trouble = trouble;
        (world.operations, world.changes, world.faults) = (0, 0, 0);
    }

    /// How many operations there were, and how many of them changed something.
    #[must_use]
    pub fn operations(&self) -> (usize, usize) {
        let world = self.world();
        (world.operations, world.changes)
    }

    /// The operations that gave a file a name with this in it: their numbers among all, and among the changes.
    #[must_use]
    pub fn renamed(&self, part: &str) -> Vec<(usize, usize)> {
        let world = self.world();
        let renamed = world.renamed.iter();
        let found = renamed.filter(|(_, _, path)| path.to_string_lossy().contains(part));
        found
            .map(|(operation, change, _)| (*operation, *change))
            .collect()
    }

    /// How many have failed.
    #[must_use]
    pub fn faults(&self) -> usize {
        self.world().faults
    }

    /// A copy of the disk as it may be after a crash.
    #[must_use]
    pub fn after(&self, crash: Crash) -> Self {
        let mut world = self.world().clone();
        world.locks.clear();
        world.trouble = None;
        if crash != Crash::Process {
            world.lose_power(crash);
        }
        Self {
            world: Arc::new(Mutex::new(world)),
        }
    }

    /// The names of all files that are seen.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let world = self.world();
        let seen = world.names.iter().filter(|(_, entry)| entry.seen.is_some());
        seen.map(|(path, _)| path.display().to_string()).collect()
    }

    /// What a file holds; nothing if it is not there.
    #[must_use]
    pub fn bytes(&self, path: impl AsRef<Path>) -> Vec<u8> {
        let world = self.world();
        world
            .file(path.as_ref())
            .map(|file| world.files[file].seen.clone())
            .unwrap_or_default()
    }

    /// What a file holds as text.
    #[must_use]
    pub fn text(&self, path: &str) -> String {
        String::from_utf8_lossy(&self.bytes(path)).into_owned()
    }

    /// Changes a file behind everybody's back.
    ///
    /// # Panics
    /// If it is not there.
    pub fn damage(&self, path: impl AsRef<Path>, change: impl FnOnce(&mut Vec<u8>)) {
        let mut world = self.world();
        let file = world.file(path.as_ref()).expect("it is there");
        change(&mut world.files[file].seen);
        world.files[file].durable = world.files[file].seen.clone();
    }

    /// Takes a file away behind everybody's back.
    pub fn take_away(&self, path: impl AsRef<Path>) {
        self.world().names.remove(path.as_ref());
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn written(&self, file: usize) -> Box<dyn WriteFile> {
        Box::new(Written {
            fs: self.clone(),
            file,
        })
    }
}

impl World {
    fn file(&self, path: &Path) -> Option<usize> {
        self.names.get(path)?.seen
    }

    /// Counts an operation, which may be the one that fails.
    fn operation(&mut self, changes: bool) -> io::Result<()> {
        let (operation, change) = (self.operations, self.changes);
        self.operations += 1;
        self.changes += usize::from(changes);
        let fails = match self.trouble {
            None => None,
            Some(Trouble::CrashAt(at)) => (change > at || change == at && changes).then_some(5),
            Some(Trouble::FaultAt { at, errno, lasts }) => {
                (operation == at || lasts && operation > at).then_some(errno)
            }
        };
        match fails {
            None => Ok(()),
            Some(errno) => {
                self.faults += 1;
                Err(Error::from_raw_os_error(errno))
            }
        }
    }

    fn new_file(&mut self, path: &Path) -> usize {
        self.files.push(Content::default());
        let file = self.files.len() - 1;
        self.name(path, Some(file));
        file
    }

    fn name(&mut self, path: &Path, file: Option<usize>) {
        let entry = self.names.entry(path.to_owned()).or_default();
        (entry.seen, entry.is_stuck) = (file, false);
    }

    fn lose_power(&mut self, crash: Crash) {
        let mut dice = Dice::new(if let Crash::Some(seed) = crash { seed } else { 0 });
        let keeps = |dice: &mut Dice| match crash {
            Crash::Process | Crash::Everything => true,
            Crash::Synced => false,
            Crash::Some(_) => dice.roll(2) == 0,
        };
        for entry in self.names.values_mut() {
            if keeps(&mut dice) {
                entry.durable = entry.seen;
            }
            (entry.seen, entry.is_stuck) = (entry.durable, false);
        }
        for content in &mut self.files {
            if content.seen != content.durable && keeps(&mut dice) {
                content.durable = match crash {
                    Crash::Some(_) => torn(content, &mut dice),
                    _ => content.seen.clone(),
                };
            }
            content.seen = content.durable.clone();
            (content.kept, content.is_stuck) = (content.seen.len(), false);
        }
    }
}

impl Content {
    fn cut_off(&mut self, bytes: usize) {
        self.seen.resize(bytes, 0);
        self.kept = self.kept.min(bytes);
    }
}

/// What may have been written of a content: all, a part, a part and nothing behind it, or the length without the bytes.
fn torn(content: &Content, dice: &mut Dice) -> Vec<u8> {
    let Content {
        seen, durable, kept, ..
    } = content;
    let cut = kept + dice.roll(seen.len() - kept + 1);
    match dice.roll(4) {
        0 => seen.clone(),
        1 => seen[..cut].to_vec(),
        2 => {
            let mut bytes = seen[..cut].to_vec();
            bytes.resize(seen.len(), 0);
            bytes
        }
        _ => {
            let mut bytes = durable.clone();
            bytes.resize(seen.len(), 0);
            bytes
        }
    }
}

impl Fs for SimFs {
    fn open(&self, path: &Path) -> io::Result<Box<dyn ReadFile>> {
        let mut world = self.world();
        world.operation(false)?;
        let file = world.file(path).ok_or(ErrorKind::NotFound)?;
        Ok(Box::new(Cursor::new(world.files[file].seen.clone())))
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn WriteFile>> {
        let mut world = self.world();
        world.operation(true)?;
        let file = match world.file(path) {
            Some(file) => file,
            None => world.new_file(path),
        };
        world.files[file].cut_off(0);
        drop(world);
        Ok(self.written(file))
    }

    fn create_new(&self, path: &Path) -> io::Result<Box<dyn WriteFile>> {
        if self.world().file(path).is_some() {
            return Err(ErrorKind::AlreadyExists.into());
        }
        self.create(path)
    }

    fn append(&self, path: &Path) -> io::Result<(Box<dyn WriteFile>, u64)> {
        let mut world = self.world();
        world.operation(true)?;
        let file = match world.file(path) {
            Some(file) => file,
            None => world.new_file(path),
        };
        let bytes = world.files[file].seen.len() as u64;
        drop(world);
        Ok((self.written(file), bytes))
    }

    fn matching(&self, pattern: &str) -> io::Result<Vec<PathBuf>> {
        let mut world = self.world();
        world.operation(false)?;
        let path = PathBuf::from(pattern);
        Ok(world.file(&path).map(|_| path).into_iter().collect())
    }

    fn metadata(&self, path: &Path) -> io::Result<Metadata> {
        let mut world = self.world();
        world.operation(false)?;
        let directory = |inode| Metadata {
            kind: FileKind::Directory,
            len: 0,
            id: Some(FileId { device: 0, inode }),
        };
        if path == Path::new(".") {
            return Ok(directory(0));
        }
        match world.file(path) {
            Some(file) => Ok(Metadata {
                kind: FileKind::File,
                len: world.files[file].seen.len() as u64,
                id: Some(FileId {
                    device: 1,
                    inode: file as u64,
                }),
            }),
            None if world
                .names
                .keys()
                .any(|name| name != path && name.starts_with(path)) =>
            {
                Ok(directory(1))
            }
            None => Err(ErrorKind::NotFound.into()),
        }
    }

    fn read_link(&self, _path: &Path) -> io::Result<PathBuf> {
        Err(ErrorKind::InvalidInput.into())
    }

    /// Directories are there.
    fn create_dir(&self, _path: &Path) -> io::Result<()> {
        self.world().operation(false)
    }

    fn list(&self, path: &Path) -> io::Result<Vec<OsString>> {
        let mut world = self.world();
        world.operation(false)?;
        let path = if path == Path::new(".") {
            Path::new("")
        } else {
            path
        };
        let seen = world.names.iter().filter(|(_, entry)| entry.seen.is_some());
        let names = seen.filter(|(name, _)| name.parent() == Some(path));
        Ok(names
            .filter_map(|(name, _)| Some(name.file_name()?.to_owned()))
            .collect())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut world = self.world();
        let (operation, change) = (world.operations, world.changes);
        world.operation(true)?;
        world.renamed.push((operation, change, to.to_owned()));
        let file = world.file(from).ok_or(ErrorKind::NotFound)?;
        world.name(from, None);
        world.name(to, Some(file));
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut world = self.world();
        world.operation(true)?;
        world.file(path).ok_or(ErrorKind::NotFound)?;
        world.name(path, None);
        Ok(())
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        let path = if path == Path::new(".") {
            Path::new("")
        } else {
            path
        };
        let mut world = self.world();
        let synced = world.operation(true);
        let is_crash = matches!(world.trouble, Some(Trouble::CrashAt(_)));
        let names = world
            .names
            .iter_mut()
            .filter(|(name, _)| name.parent() == Some(path));
        for (_, entry) in names {
            match synced {
                Ok(()) if !entry.is_stuck => entry.durable = entry.seen,
                Err(_) if !is_crash && entry.durable != entry.seen => entry.is_stuck = true,
                _ => {}
            }
        }
        synced
    }

    fn lock(&self, path: &Path) -> io::Result<Box<dyn FileLock>> {
        let mut world = self.world();
        world.operation(true)?;
        if !world.locks.insert(path.to_owned()) {
            return Err(ErrorKind::WouldBlock.into());
        }
        if world.file(path).is_none() {
            world.new_file(path);
        }
        drop(world);
        Ok(Box::new(Lock {
            fs: self.clone(),
            path: path.to_owned(),
        }))
    }
}

struct Lock {
    fs: SimFs,
    path: PathBuf,
}

impl fmt::Debug for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.path.fmt(f)
    }
}

impl FileLock for Lock {
    fn write_holder(&mut self, _text: &str) -> io::Result<()> {
        self.fs.world().operation(true)
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        self.fs.world().locks.remove(&self.path);
    }
}

struct Written {
    fs: SimFs,
    file: usize,
}

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut world = self.fs.world();
        world.operation(true)?;
        // In pieces, so that a crash may come between two.
        let written = &bytes[..bytes.len().min(4096)];
        world.files[self.file].seen.extend_from_slice(written);
        Ok(written.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.fs.world().operation(false)
    }
}

impl WriteFile for Written {
    fn set_len(&mut self, bytes: u64) -> io::Result<()> {
        let mut world = self.fs.world();
        world.operation(true)?;
        let bytes = usize::try_from(bytes).map_err(|_| ErrorKind::FileTooLarge)?;
        world.files[self.file].cut_off(bytes);
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        let mut world = self.fs.world();
        let synced = world.operation(true);
        let is_crash = matches!(world.trouble, Some(Trouble::CrashAt(_)));
        let content = &mut world.files[self.file];
        match synced {
            Ok(()) if !content.is_stuck => {
                content.durable = content.seen.clone();
                content.kept = content.seen.len();
            }
            Err(_) if !is_crash => content.is_stuck = content.seen != content.durable,
            _ => {}
        }
        synced
    }
}
