//! Files of any format: one, several, or all that a pattern names, each a partition.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::de::DeserializeOwned;

use crate::connector::{Bounded, FileUse, Partition, Position, Source};
use crate::error::{Error, Result};
use crate::format::{Csv, Decode, Fail, Json, Lines, OnError, Opened, Policy};
use crate::fs::{Fs, LocalFs};

/// The greatest record that is read unless the source says otherwise: 1 MiB.
const MAX_RECORD: usize = 1 << 20;

/// Records out of files, read once to their end; each file is a partition with a watermark of its own.
///
/// A bad record ends the job, unless [`on_error`](Self::on_error) says otherwise.
pub struct FileSource<F> {
    format: F,
    fs: Arc<dyn Fs>,
    paths: Vec<PathBuf>,
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
pub type CsvSource<T> = FileSource<Csv<T>>;

/// Records of `T` out of files of JSON lines; see [`Json`] for the rules.
pub type JsonSource<T> = FileSource<Json<T>>;

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

    /// Reads all files that a pattern names, such as `logs/*.csv`, each as a partition, in the order of their names.
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
        Self::open_in(LocalFs, paths)
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
            paths,
            policy: Policy::new(Fail),
            max_record: MAX_RECORD,
        };
        source
            .paths
            .iter()
            .try_for_each(|path| source.opened(path, None).map(drop))?;
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

    fn opened(&self, path: &Path, from: Option<&Position>) -> Result<Opened> {
        let file = self
            .fs
            .open(path)
            .map_err(|cause| Error::io("opening", path, cause))?;
        let from = from.map(Position::get).transpose()?;
        let (policy, max_record) = (self.policy.clone(), self.max_record);
        Ok(Opened {
            file,
            path: path.to_owned(),
            from,
            policy,
            max_record,
        })
    }
}

impl<T: DeserializeOwned> FileSource<Csv<T>> {
    /// Takes another delimiter than the comma, such as `b';'` or `b'\t'`.
    #[must_use]
    pub fn delimiter(mut self, delimiter: u8) -> Self {
        self.format.delimiter = delimiter;
        self
    }

    /// Takes the first line as a record, too, and matches columns to fields by their order.
    #[must_use]
    pub fn without_header(mut self) -> Self {
        self.format.header = false;
        self
    }
}

impl<F: Decode> Source for FileSource<F> {
    type Item = F::Item;
    type Reader = F::Reader;

    fn partitions(&mut self) -> Result<Vec<Partition>> {
        Ok(self
            .paths
            .iter()
            .map(|path| Partition::new(path.display().to_string()))
            .collect())
    }

    fn open(&mut self, partition: &Partition, from: Option<&Position>) -> Result<F::Reader> {
        let of_name = |path: &&PathBuf| path.display().to_string() == partition.name();
        let Some(path) = self.paths.iter().find(of_name) else {
            let advice = "name the same files as in the run that goes on here";
            return Err(Error::setting(
                format!("the file `{partition}`"),
                "this source does not read it",
                advice,
            ));
        };
        self.format.reader(self.opened(path, from)?)
    }

    fn files(&self) -> Vec<FileUse> {
        let read = self
            .paths
            .iter()
            .filter_map(|path| FileUse::read(&*self.fs, path));
        read.chain(self.policy.files()).collect()
    }

    fn start(&mut self) -> Result<()> {
        self.policy.start()
    }

    fn keeps_bad_records(&self) -> bool {
        self.policy.keeps()
    }

    fn describe(&self) -> String {
        match self.paths.as_slice() {
            [one] => one.display().to_string(),
            [first, .., last] => format!(
                "{} files, {} … {}",
                self.paths.len(),
                first.display(),
                last.display()
            ),
            [] => "no files".to_owned(),
        }
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
