//! Files of any format: one, several, or all that a pattern names, each a partition.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[cfg(feature = "json")]
use serde::de::DeserializeOwned;

use super::decoding::MAX_RECORD;
use super::several;
use crate::connector::{Bounded, FileUse, Opening, Partition, Position, Source};
use crate::error::{Error, Result};
#[cfg(feature = "csv")]
use crate::format::Csv;
#[cfg(feature = "json")]
use crate::format::Json;
use crate::format::{
    Decode, Fail, FilePosition, Lines, Meter, OnError, OpenFile, Policy, ReadFrom, TrackedFile, unpacked,
};
use crate::fs::{FileId, FileKind, Fs, LocalFs};
use crate::state::head_of;

/// How much is kept of what is in a compressed file: a reader has not read further than that after a record of usual length.
const KEPT: usize = 192 << 10;

/// Records out of files, read once to their end; each file is a partition with a watermark of its own.
///
/// A bad record ends the job, unless [`on_error`](Self::on_error) says otherwise. A file that is compressed with gzip is read
/// as what is in it, whatever its name.
pub struct FileSource<F> {
    pub(super) format: F,
    fs: Arc<dyn Fs>,
    paths: Vec<PathBuf>,
    /// The numbers of the paths, by the names of their partitions.
    numbers: HashMap<String, usize>,
    policy: Policy,
    max_record: usize,
}

/// Records of `T` out of CSV files; see [`Csv`] for the rules.
///
/// ```
/// # use streamlite::prelude::*;
/// # let dir = tempfile::tempdir().expect("a directory");
/// # let path = dir.path().join("readings.csv");
/// # std::fs::write(&path, "sensor,temp\n7,21.5\n7,x\n").expect("a file");
/// #[derive(Deserialize)]
/// struct Reading {
///     sensor: u32,
///     temp: f64,
/// }
///
/// let readings = CsvSource::<Reading>::open(path)?.on_error(Skip);
/// let seen = pipeline!(from(readings).map(|r| (r.sensor, r.temp))).collect()?;
/// assert_eq!(seen, [(7, 21.5)]);
/// # Ok::<(), streamlite::Error>(())
/// ```
#[cfg(feature = "csv")]
pub type CsvSource<T> = FileSource<Csv<T>>;

/// Records of `T` out of files of JSON lines; see [`Json`] for the rules.
#[cfg(feature = "json")]
pub type JsonSource<T> = FileSource<Json<T>>;

#[cfg(feature = "json")]
impl<T: DeserializeOwned> JsonSource<T> {
    /// Takes only files whose first record has what the type says, and nothing else; see [`Json::strict`].
    #[must_use]
    pub fn strict(mut self) -> Self {
        self.format = self.format.strict();
        self
    }
}

/// The lines of text files, each a `String` without the line's end.
pub type LinesSource = FileSource<Lines>;

impl<F: Decode + Default> FileSource<F> {
    /// Reads one file.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::open_in(LocalFs, [path])
    }

    /// Reads several files, each as a partition.
    ///
    /// # Errors
    /// If one of them cannot be opened.
    pub fn open_all(paths: impl IntoIterator<Item: AsRef<Path>>) -> Result<Self> {
        Self::open_in(LocalFs, paths)
    }

    /// Reads all files that a pattern names, such as `logs/*.csv`, each as a partition, in the order of their names. A file
    /// that links lead to several times is read once.
    ///
    /// # Errors
    /// If there are none, or one of them cannot be opened.
    pub fn glob(pattern: &str) -> Result<Self> {
        let paths = LocalFs
            .matching(pattern)
            .map_err(|cause| Error::io("looking for", pattern, cause))?;
        if paths.is_empty() {
            let advice = "check the pattern; relative ones start at the working directory";
            return Err(Error::setting(
                format!("the pattern `{pattern}`"),
                "no file matches",
                advice,
            ));
        }
        let mut known = HashSet::new();
        let once = paths.into_iter().filter(|path| {
            let id = LocalFs.metadata(path).ok().and_then(|there| there.id);
            id.is_none_or(|id| known.insert(id))
        });
        Self::open_in(LocalFs, once)
    }

    /// Reads files of another file system.
    ///
    /// # Errors
    /// If one of them cannot be opened.
    pub fn open_in(fs: impl Fs + 'static, paths: impl IntoIterator<Item: AsRef<Path>>) -> Result<Self> {
        let paths: Vec<PathBuf> = paths.into_iter().map(|path| path.as_ref().to_owned()).collect();
        let source = Self {
            format: F::default(),
            fs: Arc::new(fs),
            numbers: paths
                .iter()
                .enumerate()
                .map(|(number, path)| (name_of(path), number))
                .collect(),
            paths,
            policy: Policy::new(Fail),
            max_record: MAX_RECORD,
        };
        source.check_paths()?;
        Ok(source)
    }
}

impl<F> FileSource<F> {
    /// Says what becomes of bad records: [`Fail`], [`Skip`](super::Skip) or [`Route(sink)`](super::Route()).
    #[must_use]
    pub fn on_error(self, policy: impl OnError + 'static) -> Self {
        Self {
            policy: Policy::new(policy),
            ..self
        }
    }

    /// Takes records up to so many bytes; a longer one is a bad record. 1 MiB unless said otherwise.
    #[must_use]
    pub fn max_record_bytes(self, bytes: usize) -> Self {
        Self {
            max_record: bytes,
            ..self
        }
    }

    /// Refuses what cannot be opened, and a file that is named twice. A pipe is not opened: whoever writes into it would
    /// see it closed.
    fn check_paths(&self) -> Result<()> {
        let mut known: BTreeMap<FileId, &Path> = BTreeMap::new();
        for path in &self.paths {
            let failed = |cause| Error::io("opening", path, cause);
            let there = self.fs.metadata(path).map_err(failed)?;
            if there.kind != FileKind::Pipe {
                self.fs.open(path).map_err(failed)?;
            }
            let id = there.id.filter(|_| there.kind == FileKind::File);
            if let Some(other) = id.and_then(|id| known.insert(id, path)) {
                let cause = match other == path {
                    true => "it is named twice".to_owned(),
                    false => format!("it is `{}` as well", other.display()),
                };
                return Err(Error::setting(
                    format!("the file `{}`", path.display()),
                    cause,
                    "name each file once",
                ));
            }
        }
        Ok(())
    }

    fn opened(&self, path: &Path, from: Option<&Position>) -> Result<OpenFile> {
        let failed = |cause| Error::io("opening", path, cause);
        let there = self.fs.metadata(path).map_err(failed)?;
        let is_pipe = there.kind == FileKind::Pipe;
        let file = self.fs.open(path).map_err(failed)?;
        let again = (self.fs.clone(), path.to_owned());
        let meter = (!is_pipe).then(|| Meter::new(there.len));
        let file = match &meter {
            Some(meter) => meter.metered(file),
            None => file,
        };
        let reopened = meter.clone();
        let reopen = move || {
            let file = again.0.open(&again.1)?;
            Ok(match &reopened {
                Some(meter) => meter.metered(file),
                None => file,
            })
        };
        let reopen = (!is_pipe).then(|| Box::new(reopen) as Box<_>);
        let unpacked = unpacked(file, reopen, KEPT);
        let (file, is_compressed) = unpacked.map_err(|cause| Error::io("reading", path, cause))?;
        let from = from.map(Position::get).transpose()?;
        let (policy, max_record) = (self.policy.clone(), self.max_record);
        let origin = ReadFrom {
            path: path.to_owned(),
            is_pipe,
            grows: false,
            compressed: is_compressed.then_some(there.len),
            meter,
        };
        Ok(OpenFile {
            file: TrackedFile::new(file),
            origin,
            from,
            in_line: false,
            policy,
            max_record,
        })
    }

    /// The file of a partition.
    fn path_of(&self, partition: &Partition) -> Option<&Path> {
        let number = self.numbers.get(partition.name())?;
        self.paths.get(*number).map(PathBuf::as_path)
    }
}

/// The name of a file's partition: its path, without loss.
pub(super) fn name_of(path: &Path) -> String {
    match path.to_str() {
        Some(text) => text.to_owned(),
        None => path.as_os_str().as_encoded_bytes().escape_ascii().to_string(),
    }
}

impl<F: Decode> Source for FileSource<F> {
    type Item = F::Item;
    type Reader = F::Reader;

    fn partitions(&mut self) -> Result<Vec<Partition>> {
        Ok(self
            .paths
            .iter()
            .map(|path| Partition::new(name_of(path)))
            .collect())
    }

    fn open(&mut self, at: &Opening<'_>) -> Result<F::Reader> {
        let (partition, from) = (at.partition(), at.position());
        let Some(path) = self.path_of(partition) else {
            let advice = "name the same files as in the run that goes on here";
            return Err(Error::setting(
                format!("the file `{partition}`"),
                "this source does not read it",
                advice,
            ));
        };
        self.format.reader(self.opened(path, from)?)
    }

    /// One that has grown since it was read to its end has more.
    fn has_more(&mut self, partition: &Partition, end: &Position) -> Result<bool> {
        let Some(path) = self.path_of(partition) else {
            return Ok(false);
        };
        let end = end.get::<FilePosition>()?;
        let read = end.compressed.unwrap_or(end.place.byte);
        match self.fs.metadata(path) {
            Ok(there) if there.len < read => Err(Error::Savepoint {
                doing: "restoring",
                cause: format!(
                    "`{partition}` is not the file that was read: it has {} bytes now, and {read} were read of it; put \
                     that file back, or start the job anew",
                    there.len
                ),
            }),
            Ok(there) => Ok(there.len > read),
            Err(cause) if cause.kind() == ErrorKind::NotFound => Ok(false),
            Err(cause) => Err(Error::io("opening", path, cause)),
        }
    }

    fn files(&self) -> Vec<FileUse> {
        let read = self
            .paths
            .iter()
            .filter_map(|path| FileUse::read(&*self.fs, path));
        read.chain(self.policy.files()).collect()
    }

    fn start(&mut self, restored: bool) -> Result<()> {
        self.policy.start(restored)
    }

    fn kind(&self) -> String {
        format!("FileSource<{}>", head_of::<F>())
    }

    fn size_of(&self, partition: &Partition) -> Option<u64> {
        let there = self.fs.metadata(self.path_of(partition)?).ok()?;
        (there.kind != FileKind::Pipe).then_some(there.len)
    }

    fn keeps_bad_records(&self) -> bool {
        self.policy.keeps()
    }

    fn is_live(&self) -> bool {
        false
    }

    fn describe(&self) -> String {
        several::in_words(&self.paths, "files")
    }
}

impl<F: Decode> Bounded for FileSource<F> {}

impl<F> fmt::Debug for FileSource<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileSource")
            .field("paths", &self.paths)
            .finish_non_exhaustive()
    }
}
