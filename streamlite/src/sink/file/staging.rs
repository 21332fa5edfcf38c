//! Output that nobody sees yet: pieces beside a file, until a checkpoint commits them.

use std::fmt;
use std::io::{ErrorKind, Result, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crc32c::crc32c_append;

use super::pieces::{Committed, Piece, Place};
use crate::epoch::{Epoch, Incarnation};
use crate::fs::{FileLock, Fs, WriteFile};

/// What a writer and those who commit what it writes share.
#[derive(Clone)]
pub(super) struct Staging {
    shared: Arc<Mutex<Shared>>,
}

pub(super) struct Shared {
    pub(super) fs: Arc<dyn Fs>,
    /// The file that the output ends up in.
    pub(super) path: PathBuf,
    /// How records are written.
    pub(super) format: String,
    pub(super) incarnation: Incarnation,
    pub(super) committed: Committed,
    /// Held as long as the job runs: two jobs must not write one file.
    pub(super) lock: Option<Box<dyn FileLock>>,
    /// Whether the file is one that this job has created, in this start or an earlier one.
    pub(super) is_ours: bool,
    /// Whether the output is in files with numbers.
    pub(super) has_numbers: bool,
    /// How many pieces this start of the job has begun.
    begun: u32,
    current: Option<Current>,
    /// The file that the current piece ends up in.
    file: u32,
    /// Pieces for files before that, of which no checkpoint has come.
    rolled: Vec<Current>,
    /// What belongs to checkpoints that no `prepare` has come for.
    ended: Vec<(Epoch, Current)>,
    /// Where the output ends with what was prepared.
    prepared: Place,
    /// How many bytes precede the current piece in its file.
    before: u64,
}

/// A piece that is written.
pub(super) struct Current {
    pub(super) piece: Piece,
    pub(super) file: Box<dyn WriteFile>,
    /// Its length and its checksum when it was flushed last: what was written in part is cut off after it.
    flushed: (u64, u32),
}

impl Staging {
    pub(super) fn new(fs: Arc<dyn Fs>, path: PathBuf, format: String, has_numbers: bool) -> Self {
        let shared = Shared {
            fs,
            path,
            format,
            incarnation: Incarnation::default(),
            committed: Committed::default(),
            lock: None,
            is_ours: false,
            has_numbers,
            begun: 0,
            current: None,
            file: 0,
            rolled: Vec::new(),
            ended: Vec::new(),
            prepared: Place::default(),
            before: 0,
        };
        Self {
            shared: Arc::new(Mutex::new(shared)),
        }
    }

    /// What is shared. After a panic the job has failed, and what is here is not used again.
    pub(super) fn get(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the file is one that this job has created: locking it has done so.
    pub(super) fn is_ours(&self) -> bool {
        self.get().is_ours
    }

    /// Where the output ends that is committed; `None` if none is.
    pub(super) fn committed(&self) -> Option<Place> {
        let shared = self.get();
        shared.committed.epoch.map(|_| shared.committed.end)
    }

    /// Begins at a place; says how many bytes the file should have if it is another number.
    pub(super) fn begin(&self, place: Place) -> std::result::Result<(), u64> {
        let mut shared = self.get();
        if shared.committed.epoch.is_some() && shared.committed.end.bytes != place.bytes {
            return Err(shared.committed.end.bytes);
        }
        shared.committed.end = place;
        shared.prepared = place;
        (shared.file, shared.before) = (place.file, place.bytes);
        Ok(())
    }

    /// Goes on with the next file.
    pub(super) fn roll(&self) {
        let mut shared = self.get();
        let current = shared.current.take();
        shared.rolled.extend(current);
        shared.file = shared.file.saturating_add(1);
        shared.before = 0;
    }

    /// Ends what belongs to a checkpoint.
    pub(super) fn end(&self, epoch: Epoch) {
        let mut shared = self.get();
        let mut ended = std::mem::take(&mut shared.rolled);
        if let Some(current) = shared.current.take() {
            shared.before += current.piece.bytes;
            ended.push(current);
        }
        shared
            .ended
            .extend(ended.into_iter().map(|current| (epoch, current)));
    }
}

/// What the names of files begin with that belong to an output; they begin with a dot, so that `*.csv` does not find them.
fn stem(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    format!(".{}.", name.to_string_lossy())
}

fn record_name(path: &Path) -> String {
    format!("{}committed", stem(path))
}

/// Whether there is a record of what is committed of an output.
pub(super) fn is_committed(fs: &dyn Fs, path: &Path) -> bool {
    fs.metadata(&path.with_file_name(record_name(path))).is_ok()
}

impl Shared {
    /// What belongs to checkpoints up to this one, and where the output ended before it.
    pub(super) fn ended_up_to(&mut self, epoch: Epoch) -> (Place, Vec<Current>) {
        let start = self.prepared;
        let ended = std::mem::take(&mut self.ended);
        let (up_to, after): (Vec<_>, Vec<_>) = ended.into_iter().partition(|(ended, _)| *ended <= epoch);
        self.ended = after;
        let up_to: Vec<Current> = up_to.into_iter().map(|(_, current)| current).collect();
        let pieces = up_to.iter().map(|current| &current.piece);
        self.prepared = pieces.fold(start, Place::after);
        (start, up_to)
    }

    pub(super) fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    /// The path of a file beside the output.
    pub(super) fn beside(&self, name: &str) -> PathBuf {
        self.path.with_file_name(name)
    }

    pub(super) fn stem(&self) -> String {
        stem(&self.path)
    }

    /// The name of the file that says what is committed.
    pub(super) fn record_name(&self) -> String {
        record_name(&self.path)
    }

    /// Whether a name is that of a piece of another start of the job.
    pub(super) fn is_left_over(&self, name: &str) -> bool {
        let number = name
            .strip_prefix(&self.stem())
            .and_then(|rest| rest.strip_suffix(".pending"));
        let incarnation = number.and_then(|number| {
            let (incarnation, piece) = number.split_once('-')?;
            piece.parse::<u32>().ok()?;
            incarnation.parse().ok()
        });
        incarnation.is_some_and(|incarnation: u32| incarnation != self.incarnation.0)
    }

    fn current(&mut self) -> Result<&mut Current> {
        if self.current.is_none() {
            self.begun += 1;
            let name = format!("{}{}-{}.pending", self.stem(), self.incarnation, self.begun);
            let file = self.fs.create(&self.beside(&name))?;
            let piece = Piece {
                name,
                file: self.file,
                bytes: 0,
                checksum: 0,
            };
            self.current = Some(Current {
                piece,
                file,
                flushed: (0, 0),
            });
        }
        self.current.as_mut().ok_or(ErrorKind::NotFound.into())
    }
}

/// The file that a writer believes to write.
pub(super) struct StagedFile(pub(super) Staging);

impl Write for StagedFile {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        let mut shared = self.0.get();
        let current = shared.current()?;
        let written = current.file.write(bytes)?;
        current.piece.bytes += written as u64;
        current.piece.checksum = crc32c_append(current.piece.checksum, &bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> Result<()> {
        match &mut self.0.get().current {
            Some(current) => {
                current.file.flush()?;
                current.flushed = (current.piece.bytes, current.piece.checksum);
                Ok(())
            }
            None => Ok(()),
        }
    }
}

impl WriteFile for StagedFile {
    fn set_len(&mut self, bytes: u64) -> Result<()> {
        let mut shared = self.0.get();
        let before = shared.before;
        let Some(current) = &mut shared.current else {
            return Ok(());
        };
        if bytes.checked_sub(before) != Some(current.flushed.0) {
            return Err(ErrorKind::InvalidInput.into());
        }
        current.file.set_len(current.flushed.0)?;
        (current.piece.bytes, current.piece.checksum) = current.flushed;
        Ok(())
    }

    /// Pieces are synced when they are prepared.
    fn sync(&mut self) -> Result<()> {
        Ok(())
    }
}

impl fmt::Debug for Staging {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Staging").finish_non_exhaustive()
    }
}
