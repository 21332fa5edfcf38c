//! Logs: files that grow, and get another name when they are large or old.

mod following;
mod reader;
mod rotation;
mod window;

use std::collections::HashSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use self::following::Following;
use self::reader::LogPosition;
use super::decoding::{Decoding, decoding_options};
use super::file::name_of;
use super::several;
use crate::connector::{FileUse, Opening, Partition, Position, Source};
use crate::error::{Error, Result};
use crate::format::{Decode, Lines};
use crate::fs::{FileKind, Fs, LocalFs};
use crate::state::head_of;
use crate::time::TimeDelta;

pub use reader::TailReader;

/// How often a file is looked at that has nothing new, unless the source says otherwise.
const POLL: TimeDelta = TimeDelta::from_millis(250);

/// The lines of a log that grows, or its records in another format, as they are written; it never ends. As `tail -F` does,
/// from the beginning on, and without losing a line to a crash or a rotation.
///
/// A line is read once it has its end, so that nobody sees one that is written in part. Files are looked at four times a
/// second, see [`poll_every`](Self::poll_every).
///
/// When the log gets another name and a new one its place, the old one is read to its end, and for a second more, as
/// whoever writes it may not know yet; its last line need not have an end then. Logs that came and went in between, `app.log.1`
/// or `app.log-20260101`, are read as well, in the order that their names say. A log that is copied and cut off
/// (`copytruncate`) is gone on with in its copy, if that is there and not compressed. What is written between the copy and the
/// cut is lost, and no reader can know of it.
///
/// A job that is restored goes on with the line that is next, whatever the file is called now: it is known by its device, its
/// inode, and the checksum of the 256 bytes before the place. If none is that file, the job is not restored, unless you
/// [`accept_loss`](Self::accept_loss).
///
/// ```
/// use std::fs::OpenOptions;
/// use std::io::Write;
///
/// use streamlite::prelude::*;
///
/// pipeline!(
///     fn failures(lines: Source<String>, out: Sink<String>) {
///         lines.filter(|line| line.starts_with("ERROR")).to(out);
///     }
/// );
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("app.log");
/// std::fs::write(&path, "INFO up\nERROR no disk\n")?;
/// let (out, results) = std::sync::mpsc::channel();
/// let job = failures(TailSource::open(&path)?, ChannelSink::new(out)).spawn()?;
/// assert_eq!(results.recv()?, "ERROR no disk");
///
/// // The log is rotated.
/// std::fs::rename(&path, folder.path().join("app.log.1"))?;
/// std::fs::write(&path, "ERROR no network\n")?;
/// assert_eq!(results.recv()?, "ERROR no network");
/// job.stop();
/// job.join()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct TailSource<F = Lines> {
    paths: Vec<PathBuf>,
    decoding: Decoding<F>,
    following: Following,
}

impl TailSource {
    /// Reads one log.
    ///
    /// # Errors
    /// If it is not there, or not a file.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::open_in(LocalFs, [path])
    }

    /// Reads several logs, each as a partition.
    ///
    /// # Errors
    /// If one of them is not there, or not a file, or named twice.
    pub fn open_all(paths: impl IntoIterator<Item: AsRef<Path>>) -> Result<Self> {
        Self::open_in(LocalFs, paths)
    }

    /// Reads logs of another file system.
    ///
    /// # Errors
    /// If one of them is not there, or not a file, or named twice.
    pub fn open_in(fs: impl Fs + 'static, paths: impl IntoIterator<Item: AsRef<Path>>) -> Result<Self> {
        let paths: Vec<PathBuf> = paths.into_iter().map(|path| path.as_ref().to_owned()).collect();
        let mut known = HashSet::new();
        for path in &paths {
            let there = fs.metadata(path);
            let there = there.map_err(|cause| Error::io("opening", path, cause))?;
            let refused = |cause, advice| {
                Err(Error::setting(
                    format!("the log `{}`", path.display()),
                    cause,
                    advice,
                ))
            };
            if there.kind != FileKind::File {
                return refused("it is not a file", "name a file that others append to");
            }
            if !known.insert(path) {
                return refused("it is named twice", "name each log once");
            }
        }
        Ok(Self {
            paths,
            decoding: Decoding::default(),
            following: Following {
                fs: Arc::new(fs),
                poll: POLL,
                from_end: false,
                accepts_loss: false,
            },
        })
    }
}

decoding_options!(TailSource[] { paths, following });

impl<F> TailSource<F> {
    /// Reads only what is written after the job has started, by whole lines. Lines are counted from there.
    #[must_use]
    pub fn from_end(mut self) -> Self {
        self.following.from_end = true;
        self
    }

    /// Looks at the files so often while there is nothing new: every 250 ms unless said otherwise.
    #[must_use]
    pub fn poll_every(mut self, span: impl Into<TimeDelta>) -> Self {
        self.following.poll = span.into();
        self
    }

    /// Lets a job be restored also where what it has read is not there any more: it goes on with what is there, from its
    /// beginning, and what came in between is lost.
    #[must_use]
    pub fn accept_loss(mut self) -> Self {
        self.following.accepts_loss = true;
        self
    }
}

impl<F: Decode> Source for TailSource<F> {
    type Item = F::Item;
    type Reader = TailReader<F>;

    fn partitions(&mut self) -> Result<Vec<Partition>> {
        Ok(self
            .paths
            .iter()
            .map(|path| Partition::new(name_of(path)))
            .collect())
    }

    fn open(&mut self, at: &Opening<'_>) -> Result<TailReader<F>> {
        let path = self
            .paths
            .iter()
            .find(|path| name_of(path) == at.partition().name());
        let Some(path) = path else {
            return Err(Error::setting(
                format!("the log `{}`", at.partition()),
                "this source does not read it",
                "name the same logs as in the run that goes on here",
            ));
        };
        let position = at.position().map(Position::get::<LogPosition>).transpose()?;
        let (decoding, following) = (self.decoding.clone(), self.following.clone());
        TailReader::open(decoding, following, path, at.clock(), position.as_ref())
    }

    fn kind(&self) -> String {
        format!("TailSource<{}>", head_of::<F>())
    }

    fn describe(&self) -> String {
        several::in_words(&self.paths, "logs")
    }

    fn keeps_bad_records(&self) -> bool {
        self.decoding.policy.keeps()
    }

    fn files(&self) -> Vec<FileUse> {
        let read = self
            .paths
            .iter()
            .filter_map(|path| FileUse::read(&*self.following.fs, path));
        read.chain(self.decoding.policy.files()).collect()
    }

    fn start(&mut self, restored: bool) -> Result<()> {
        self.decoding.policy.start(restored)
    }
}

impl<F> fmt::Debug for TailSource<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TailSource")
            .field("paths", &self.paths)
            .finish_non_exhaustive()
    }
}
