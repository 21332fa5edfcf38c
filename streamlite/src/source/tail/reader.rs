//! Reads a file that grows, and those that come after it under the same name.

use std::fmt;
use std::io::{self, ErrorKind};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crc32c::crc32c;
use serde::{Deserialize, Serialize};

use super::following::Following;
use super::rotation::Earlier;
use super::window::{Window, bytes_before};
use crate::connector::{Position, ReadStatus, Reader};
use crate::error::{Error, Result};
use crate::format::{Decode, FilePlace, FilePosition, OpenFile, ReadFrom, TrackedFile};
use crate::fs::{FileId, Fs, ReadFile};
use crate::metrics::Unmatched;
use crate::source::decoding::Decoding;
use crate::time::{Clock, TimeDelta, Timestamp};

/// How long a file that has got another name is read on: whoever writes it may not know yet.
const GRACE: TimeDelta = TimeDelta::from_secs(1);

/// A place in a log: in which file, where, and what is before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LogPosition {
    device: u64,
    inode: u64,
    place: FilePlace,
    seen: Seen,
}

/// What a file must have that reading goes on in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Seen {
    /// So many bytes at least.
    bytes: u64,
    /// The checksum of the last 256 of them.
    witness: u32,
}

impl LogPosition {
    /// There was no file, or it had nothing that was read.
    fn is_nowhere(&self) -> bool {
        self.inode == 0 && self.place.byte == 0
    }

    fn id(&self) -> FileId {
        FileId {
            device: self.device,
            inode: self.inode,
        }
    }
}

/// Reads a [`TailSource`](super::TailSource).
pub struct TailReader<F: Decode> {
    decoding: Decoding<F>,
    following: Following,
    path: PathBuf,
    clock: Arc<dyn Clock>,
    /// The file that is read now; `None` while there is none.
    current: Option<Followed<F::Reader>>,
    /// Bad records of the files before it.
    bad_before: u64,
    unmatched: Option<Unmatched>,
}

/// A file that is being read.
struct Followed<R> {
    path: PathBuf,
    id: Option<FileId>,
    window: Window,
    /// Where reading it began.
    start: FilePlace,
    /// Reading begins in the middle of a line, which is passed over.
    in_line: bool,
    /// None before there is a line in it.
    reader: Option<R>,
    /// Since when another file has its name.
    renamed: Option<Timestamp>,
}

/// What to do where there is nothing to read.
enum Then {
    ReadOn,
    Wait,
}

impl<F: Decode> TailReader<F> {
    /// Reads from the beginning, or from the end of what is there; or goes on where an earlier reader stopped.
    pub(super) fn open(
        decoding: Decoding<F>,
        following: Following,
        path: &Path,
        clock: Arc<dyn Clock>,
        at: Option<&LogPosition>,
    ) -> Result<Self> {
        let mut reader = Self {
            decoding,
            following,
            path: path.to_owned(),
            clock,
            current: None,
            bad_before: 0,
            unmatched: None,
        };
        match at {
            None => reader.start()?,
            Some(at) => reader.resume(at)?,
        }
        Ok(reader)
    }

    fn start(&mut self) -> Result<()> {
        let path = self.path.clone();
        let Some((mut file, id)) = self.open_file(&path)? else {
            return Err(self.failed("opening", ErrorKind::NotFound.into()));
        };
        let mut start = FilePlace::default();
        if self.following.from_end {
            let len = file.seek(io::SeekFrom::End(0));
            start.byte = len.map_err(|cause| self.failed("reading", cause))?;
        }
        self.follow(&path, (file, id), start)
    }

    fn resume(&mut self, at: &LogPosition) -> Result<()> {
        // Where there was no file yet, its beginning is what comes next.
        if at.is_nowhere() || self.go_on(at, true)? {
            return Ok(());
        }
        if !self.following.accepts_loss {
            return Err(Error::Savepoint {
                doing: "restoring",
                cause: format!(
                    "neither `{0}` nor a file that it was before has what was read of it, so that records may be missing; \
                     put that file back as `{0}.1`, or say `.accept_loss()`, and `{0}` is read from its beginning",
                    self.path.display()
                ),
            });
        }
        let path = self.path.clone();
        self.begin(&path)
    }

    fn fs(&self) -> &dyn Fs {
        &*self.following.fs
    }

    #[cold]
    fn failed(&self, doing: &'static str, cause: io::Error) -> Error {
        Error::io(doing, &self.path, cause)
    }

    /// Opens a file, and says which one it is; `None` if there is none.
    fn open_file(&self, path: &Path) -> Result<Option<(Box<dyn ReadFile>, Option<FileId>)>> {
        let failed = |cause| Error::io("opening", path, cause);
        loop {
            let opened = self.fs().metadata(path).and_then(|before| {
                let file = self.fs().open(path)?;
                Ok((before, file, self.fs().metadata(path)?))
            });
            match opened {
                // In between it was given to another file.
                Ok((before, _, after)) if before.id != after.id => {}
                Ok((before, file, _)) => return Ok(Some((file, before.id))),
                Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(None),
                Err(cause) => return Err(failed(cause)),
            }
        }
    }

    fn earlier(&self) -> Result<Earlier> {
        let earlier = Earlier::of(self.fs(), &self.path);
        earlier.map_err(|cause| self.failed("looking for what was before", cause))
    }

    /// Reads this file from now on, from a place on.
    fn follow(
        &mut self,
        path: &Path,
        (mut file, id): (Box<dyn ReadFile>, Option<FileId>),
        start: FilePlace,
    ) -> Result<()> {
        self.leave();
        let before = bytes_before(&mut *file, start.byte).map_err(|cause| self.failed("reading", cause))?;
        self.current = Some(Followed {
            path: path.to_owned(),
            id,
            in_line: before.last().is_some_and(|last| *last != b'\n'),
            window: Window::new(file, start.byte, before, self.decoding.max_record),
            start,
            reader: None,
            // What had another name before has it for long.
            renamed: (path != self.path).then_some(Timestamp::MIN),
        });
        Ok(())
    }

    /// Reads this file from its beginning, if it is there.
    fn begin(&mut self, path: &Path) -> Result<()> {
        match self.open_file(path)? {
            Some(opened) => self.follow(path, opened, FilePlace::default()),
            None => {
                self.leave();
                Ok(())
            }
        }
    }

    /// Reads no more of the current file.
    fn leave(&mut self) {
        if let Some(reader) = self.current.take().and_then(|current| current.reader) {
            self.bad_before += reader.skipped();
            self.unmatched = reader.unmatched();
        }
    }

    /// Goes on at a place, in the file that it is in, whatever its name is now; `false` if there is none. Where it is the first
    /// time, any file will do that has what is before the place; later the present one has not.
    fn go_on(&mut self, at: &LogPosition, is_first: bool) -> Result<bool> {
        let earlier = self.earlier()?;
        let mut found = None;
        for (path, is_rotated) in std::iter::once((self.path.as_path(), true)).chain(earlier.newest_first()) {
            let Some((mut file, id)) = self.open_file(path)? else {
                continue;
            };
            if !self.has(&mut *file, at.seen)? {
                continue;
            }
            let is_it = id == Some(at.id());
            if is_it || (found.is_none() && is_rotated) {
                found = Some((path.to_owned(), (file, id)));
            }
            if is_it {
                break;
            }
        }
        let Some((path, (file, id))) = found else {
            return Ok(false);
        };
        if !is_first && id == Some(at.id()) && path == self.path {
            return Ok(false);
        }
        self.follow(&path, (file, id), at.place)?;
        Ok(true)
    }

    /// Whether a file has what was seen.
    fn has(&self, file: &mut dyn ReadFile, seen: Seen) -> Result<bool> {
        let before = bytes_before(file, seen.bytes).map_err(|cause| self.failed("reading", cause))?;
        let expected = seen.bytes.min(super::window::WITNESS as u64);
        Ok(before.len() as u64 == expected && crc32c(&before) == seen.witness)
    }

    /// There is nothing to read in the current file: perhaps it is not the current one any more.
    fn look(&mut self) -> Result<Then> {
        let there = match self.fs().metadata(&self.path) {
            Ok(there) => Some(there),
            Err(cause) if cause.kind() == ErrorKind::NotFound => None,
            Err(cause) => return Err(self.failed("reading", cause)),
        };
        let Some(current) = &mut self.current else {
            if there.is_none() {
                return Ok(Then::Wait);
            }
            let path = self.path.clone();
            self.begin(&path)?;
            return Ok(Then::ReadOn);
        };
        if current.window.is_truncated() {
            let mut at = self.log_position()?;
            at.seen = self.seen(None)?;
            if !self.go_on(&at, false)? {
                self.finish()?;
            }
            return Ok(Then::ReadOn);
        }
        let is_renamed = there.is_some_and(|there| there.id != current.id);
        if !is_renamed {
            return Ok(Then::Wait);
        }
        let now = self.clock.now();
        if now < *current.renamed.get_or_insert(now) + GRACE {
            return Ok(Then::Wait);
        }
        self.finish()?;
        Ok(Then::ReadOn)
    }

    /// Nothing more comes in the current file.
    fn finish(&self) -> Result<()> {
        let finished = self.current.as_ref().map(|current| current.window.finish());
        finished
            .transpose()
            .map(|_| ())
            .map_err(|cause| self.failed("reading", cause))
    }

    /// Goes on with the file that was written after the current one.
    fn next_file(&mut self) -> Result<()> {
        let id = self.current.as_ref().and_then(|current| current.id);
        let earlier = self.earlier()?;
        let is_current = |path: &Path| {
            let there = self.fs().metadata(path);
            there.is_ok_and(|there| there.id.is_some() && there.id == id)
        };
        let next = earlier.after(is_current).unwrap_or(&self.path).to_owned();
        self.begin(&next)
    }

    /// The reader of the current file, once there is a line in it.
    fn reader(&mut self) -> Result<Option<&mut F::Reader>> {
        let Some(current) = &mut self.current else {
            return Ok(None);
        };
        if current.reader.is_none() {
            let position = FilePosition::unchecked(current.start);
            let file = TrackedFile::starting_at(Box::new(current.window.clone()), current.start.byte);
            current.reader = Some(self.decoding.format.reader(OpenFile {
                file,
                origin: ReadFrom {
                    path: current.path.clone(),
                    is_pipe: true,
                    grows: true,
                    compressed: None,
                    meter: None,
                },
                from: (current.start.byte > 0).then_some(position),
                in_line: current.in_line,
                policy: self.decoding.policy.clone(),
                max_record: self.decoding.max_record,
            })?);
        }
        Ok(current.reader.as_mut())
    }

    fn log_position(&mut self) -> Result<LogPosition> {
        let (mut place, mut id) = (FilePlace::default(), None);
        if let Some(current) = &mut self.current {
            id = current.id;
            place = match &mut current.reader {
                Some(reader) => reader.position()?.get::<FilePosition>()?.place,
                None => current.start,
            };
        }
        let FileId { device, inode } = id.unwrap_or(FileId { device: 0, inode: 0 });
        Ok(LogPosition {
            device,
            inode,
            place,
            seen: self.seen(Some(place.byte))?,
        })
    }

    /// What was seen of the current file up to a place, or as far as it was read.
    fn seen(&self, place: Option<u64>) -> Result<Seen> {
        let Some(current) = &self.current else {
            return Ok(Seen { bytes: 0, witness: 0 });
        };
        let bytes = place.unwrap_or_else(|| current.window.end());
        let witness = current.window.witness(bytes);
        let witness = witness.map_err(|cause| self.failed("reading", cause))?;
        Ok(Seen { bytes, witness })
    }
}

/// Whether there is only nothing to read for now.
fn is_nothing_yet(error: &Error) -> bool {
    matches!(error, Error::Io { cause, .. } if cause.kind() == ErrorKind::WouldBlock)
}

impl<F: Decode> Reader for TailReader<F> {
    type Item = F::Item;

    fn read<O: FnMut(F::Item) -> ControlFlow<()>>(
        &mut self,
        at_most: usize,
        mut out: O,
    ) -> Result<ReadStatus> {
        let mut emitted = 0;
        loop {
            let read = match self.reader() {
                Ok(Some(reader)) => reader.read(at_most, |record| {
                    emitted += 1;
                    out(record)
                }),
                Ok(None) => Err(self.failed("reading", ErrorKind::WouldBlock.into())),
                Err(error) => Err(error),
            };
            match read {
                Ok(ReadStatus::End) => self.next_file()?,
                Ok(status) => return Ok(status),
                Err(error) if is_nothing_yet(&error) => {
                    if emitted > 0 {
                        return Ok(ReadStatus::Ready);
                    }
                    self.rewind_unread()?;
                    match self.look()? {
                        Then::ReadOn => {}
                        Then::Wait => return Ok(ReadStatus::Later(self.following.poll)),
                    }
                }
                Err(error) => return Err(error),
            }
            if emitted > 0 {
                return Ok(ReadStatus::Ready);
            }
        }
    }

    fn never_waits(&self) -> bool {
        true
    }

    fn position(&mut self) -> Result<Position> {
        Ok(Position::of(&self.log_position()?))
    }

    fn skipped(&self) -> u64 {
        let current = self.current.as_ref().and_then(|current| current.reader.as_ref());
        self.bad_before + current.map_or(0, Reader::skipped)
    }

    fn unmatched(&self) -> Option<Unmatched> {
        let current = self.current.as_ref().and_then(|current| current.reader.as_ref());
        current
            .and_then(Reader::unmatched)
            .or_else(|| self.unmatched.clone())
    }
}

impl<F: Decode> TailReader<F> {
    /// A reader that could not begin, as its header is not there yet, begins again later.
    fn rewind_unread(&mut self) -> Result<()> {
        match &self.current {
            Some(current) if current.reader.is_none() => {
                let back = current.window.go_to(current.start.byte);
                back.map_err(|cause| self.failed("reading", cause))
            }
            _ => Ok(()),
        }
    }
}

impl<F: Decode> fmt::Debug for TailReader<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TailReader")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}
