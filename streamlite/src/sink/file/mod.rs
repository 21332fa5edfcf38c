//! A file of any format.

mod committed;
#[cfg(feature = "csv")]
mod csv_options;
mod pieces;
mod rolling;
mod staging;
mod transactions;

use std::fmt;
use std::io::{ErrorKind, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use self::pieces::Place;
use self::rolling::{PlainFiles, Roll, WatchedFile, greatest_number, numbered};
use self::staging::{StagedFile, Staging, is_committed};
use self::transactions::FileTransactions;
use crate::connector::{FileUse, Sink, Transactional, Writer};
use crate::epoch::Epoch;
use crate::error::{Error, Result};
#[cfg(feature = "csv")]
use crate::format::Csv;
#[cfg(feature = "json")]
use crate::format::Json;
use crate::format::{Encode, Lines, RecordFile, is_packed, packed, unpacked};
use crate::fs::{FileKind, Fs, LocalFs, ReadFile, WriteFile};
use crate::record::Record;
use crate::state::head_of;
use crate::time::TimeDelta;

/// Writes records to a file: `create` puts it in place of one that is there, `create_new` refuses to, `append` writes
/// after its end. A job that is restored goes on after what is there, also where the sink was made by `create`.
///
/// In a job that takes [checkpoints](crate::Job::checkpoints) each record is in the file exactly once: what is written between
/// two of them is put beside the file first, under names such as `.out.csv.3-1.pending`, and appended when the
/// checkpoint is stored. `.out.csv.committed` says how far that has come; it belongs to the file. Without checkpoints
/// records are written at once, and again by a job that is started again.
///
/// Where its name ends with `.gz` it is compressed with gzip, in parts that can each be read by themselves: so it can be
/// appended to, and rolled by the bytes that it has on the disk.
///
/// The file is opened, and what was there is emptied, when the job starts and its sources are open. It holds whole records
/// at any time.
pub struct FileSink<F> {
    pub(super) format: F,
    fs: Arc<dyn Fs>,
    path: PathBuf,
    mode: Mode,
    is_open: bool,
    roll: Roll,
    /// In a job that has checkpoints: where the output is until it is committed.
    staging: Option<Staging>,
}

/// What becomes of a file that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Create,
    CreateNew,
    Append,
}

/// Writes records as CSV, with a header out of the fields of their type.
#[cfg(feature = "csv")]
pub type CsvSink = FileSink<Csv>;

/// Writes records as JSON lines.
#[cfg(feature = "json")]
pub type JsonSink = FileSink<Json>;

/// Writes records as lines of text, by their `Display`.
pub type LinesSink = FileSink<Lines>;

impl<F: Default> FileSink<F> {
    /// Creates the file when the job starts, in place of one that is there.
    ///
    /// # Errors
    /// If it cannot be created: its folder is not there, or it is a folder itself.
    pub fn create(path: impl AsRef<Path>) -> Result<Self> {
        Self::create_in(LocalFs, path)
    }

    /// Creates a file of another file system.
    ///
    /// # Errors
    /// If it cannot be created.
    pub fn create_in(fs: impl Fs + 'static, path: impl AsRef<Path>) -> Result<Self> {
        Self::new(Arc::new(fs), path.as_ref(), Mode::Create)
    }

    /// Creates the file, which must not be there yet.
    ///
    /// # Errors
    /// If it is there, or cannot be created.
    pub fn create_new(path: impl AsRef<Path>) -> Result<Self> {
        Self::new(Arc::new(LocalFs), path.as_ref(), Mode::CreateNew)
    }

    /// Writes after the end of the file, which is created if it is not there. A last line without an end gets one first.
    ///
    /// A CSV file that has something already has a header, too: it must name the columns of the records in their order,
    /// and is not written again.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub fn append(path: impl AsRef<Path>) -> Result<Self> {
        Self::append_in(LocalFs, path)
    }

    /// Writes after the end of a file of another file system.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub fn append_in(fs: impl Fs + 'static, path: impl AsRef<Path>) -> Result<Self> {
        Self::new(Arc::new(fs), path.as_ref(), Mode::Append)
    }

    /// Refuses at once what can be seen without touching anything.
    fn new(fs: Arc<dyn Fs>, path: &Path, mode: Mode) -> Result<Self> {
        let refused = |kind: ErrorKind| Error::io(mode.doing(), path, kind.into());
        if cfg!(not(feature = "gzip")) && is_packed(path) {
            let advice = "switch on the feature `gzip` of streamlite, or choose another name";
            let setting = format!("the file `{}`", path.display());
            return Err(Error::setting(setting, "it is to be compressed", advice));
        }
        match fs.metadata(path) {
            Ok(there) if there.kind == FileKind::Directory => return Err(refused(ErrorKind::IsADirectory)),
            // A run that crashed has created it: whether this one goes on is known when it starts.
            Ok(_) if mode == Mode::CreateNew && !is_committed(&*fs, path) => {
                return Err(refused(ErrorKind::AlreadyExists));
            }
            Ok(_) => {}
            Err(cause) if cause.kind() == ErrorKind::NotFound => {
                let folder = fs.metadata(folder_of(path));
                let folder = folder.map_err(|cause| Error::io(mode.doing(), path, cause))?;
                if folder.kind != FileKind::Directory {
                    return Err(refused(ErrorKind::NotADirectory));
                }
            }
            Err(cause) => return Err(Error::io(mode.doing(), path, cause)),
        }
        Ok(Self {
            format: F::default(),
            fs,
            path: path.to_owned(),
            mode,
            is_open: false,
            roll: Roll::default(),
            staging: None,
        })
    }
}

impl Mode {
    fn doing(self) -> &'static str {
        match self {
            Mode::Create | Mode::CreateNew => "creating",
            Mode::Append => "opening",
        }
    }
}

/// The folder that a file is in.
fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder.as_os_str().is_empty() => Path::new("."),
        Some(folder) => folder,
        None => path,
    }
}

impl<F> FileSink<F> {
    fn open_once(&mut self) -> Result<()> {
        if std::mem::replace(&mut self.is_open, true) {
            let advice = "give each job a sink of its own";
            return Err(Error::setting(self.name(), "it is a sink already", advice));
        }
        Ok(())
    }

    fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// Begins the next file where one has so many bytes: `sales.csv` becomes `sales-00001.csv`, `sales-00002.csv` and so on,
    /// each with a header of its own. A file is as large as the records that were written at once make it, so somewhat larger
    /// than that. Numbers go on from the greatest that is there: no file is overwritten.
    #[must_use]
    pub fn roll_at(mut self, bytes: u64) -> Self {
        self.roll.at = Some(bytes);
        self
    }

    /// Begins the next file where one is so old, by the computer's clock, and there is a record for it; numbered as by
    /// [`roll_at`](Self::roll_at). With both, whichever comes first.
    #[must_use]
    pub fn roll_every(mut self, span: impl Into<TimeDelta>) -> Self {
        self.roll.every = Some(span.into());
        self
    }

    /// The file, or in a job that has checkpoints the staged pieces of it, from a place on.
    fn record_file(&self, file: Box<dyn WriteFile>, place: Place) -> Result<RecordFile> {
        let name = numbered(&self.path, place.file).display().to_string();
        let Some(staging) = &self.staging else {
            return Ok(RecordFile::new(self.packed(file, place.bytes), place.bytes, name));
        };
        staging.begin(place).map_err(|expected| {
            let cause = format!(
                "it has {} bytes, and {expected} were committed; somebody else has changed it",
                place.bytes
            );
            let advice = "put it back as it was, or start anew: remove it and the checkpoints";
            Error::unreadable(name.clone(), cause, advice)
        })?;
        let staged = Box::new(StagedFile(staging.clone()));
        Ok(RecordFile::new(
            self.packed(staged, place.bytes),
            place.bytes,
            name,
        ))
    }

    fn is_compressed(&self) -> bool {
        is_packed(&self.path)
    }

    /// The file, or what compresses what is written into it.
    fn packed(&self, file: Box<dyn WriteFile>, bytes: u64) -> Box<dyn WriteFile> {
        pack(file, bytes, self.is_compressed())
    }

    /// Opens what is there, to be read.
    fn there(&self, path: &Path) -> std::io::Result<Box<dyn ReadFile>> {
        let file = self.fs.open(path)?;
        if !self.is_compressed() {
            return Ok(file);
        }
        let (fs, path) = (Arc::clone(&self.fs), path.to_owned());
        let reopen = move || fs.open(&path);
        Ok(unpacked(file, Some(Box::new(reopen)), 0)?.0)
    }

    fn writer<W>(&self, format: W) -> FileWriter<W> {
        FileWriter {
            format,
            staging: self.staging.clone(),
            rolling: None,
        }
    }

    /// Opens the first of the files with numbers that this run writes: where a job goes on after what it has committed, that
    /// one, and otherwise a new one.
    fn first_of_many<T>(&self) -> Result<FileWriter<F::Writer>>
    where
        F: Encode<T> + Clone + 'static,
    {
        let greatest = greatest_number(&*self.fs, &self.path)?;
        let committed = self.staging.as_ref().and_then(Staging::committed);
        let place = committed.unwrap_or(Place {
            file: greatest.saturating_add(1),
            bytes: 0,
        });
        let is_due = Arc::new(AtomicBool::new(false));
        let mut files = PlainFiles {
            fs: Arc::clone(&self.fs),
            path: self.path.clone(),
            number: greatest,
        };
        let watch = {
            let (roll, is_due) = (self.roll, Arc::clone(&is_due));
            move |file, bytes| Box::new(WatchedFile::new(file, bytes, roll, Arc::clone(&is_due)))
        };
        let format = match &self.staging {
            None => {
                let file = watch(files.next()?, 0);
                let name = numbered(&self.path, files.number).display().to_string();
                let file = self.packed(file, 0);
                self.format.writer(RecordFile::new(file, 0, name))
            }
            Some(staging) => {
                let path = numbered(&self.path, place.file);
                let failed = |cause| Error::io("opening", &path, cause);
                let there = match self.fs.metadata(&path) {
                    Ok(there) => there.len,
                    Err(cause) if cause.kind() == ErrorKind::NotFound => 0,
                    Err(cause) => return Err(failed(cause)),
                };
                let place = Place {
                    bytes: there,
                    ..place
                };
                // To be checked against what is committed.
                drop(self.record_file(Box::new(StagedFile(staging.clone())), place)?);
                let staged = watch(Box::new(StagedFile(staging.clone())), there);
                let staged = self.packed(staged, there);
                let file = RecordFile::new(staged, there, path.display().to_string());
                if there == 0 {
                    self.format.writer(file)
                } else {
                    self.format.append(file, self.there(&path).map_err(failed)?)?
                }
            }
        };
        let (encode, staging, name) = (self.format.clone(), self.staging.clone(), self.name());
        let is_compressed = self.is_compressed();
        let next = move || {
            let file: Box<dyn WriteFile> = match &staging {
                None => files.next()?,
                Some(staging) => {
                    staging.roll();
                    Box::new(StagedFile(staging.clone()))
                }
            };
            let file = pack(watch(file, 0), 0, is_compressed);
            Ok(encode.writer(RecordFile::new(file, 0, name.clone())))
        };
        let rolling = Rolling {
            is_due,
            next: Box::new(next),
        };
        Ok(FileWriter {
            format,
            staging: self.staging.clone(),
            rolling: Some(rolling),
        })
    }

    /// Opens the file after its end, and after the end of its last line.
    fn at_the_end<T>(&self) -> Result<F::Writer>
    where
        F: Encode<T>,
    {
        let failed = |cause| Error::io("opening", &self.path, cause);
        let (file, len) = self.fs.append(&self.path).map_err(failed)?;
        let place = Place { file: 0, bytes: len };
        let mut file = self.record_file(file, place)?;
        let kind = self.fs.metadata(&self.path).map_err(failed)?.kind;
        if len == 0 || kind != FileKind::File {
            return Ok(self.format.writer(file));
        }
        let mut there = self.there(&self.path).map_err(failed)?;
        let last = last_byte(&mut *there, self.is_compressed()).map_err(failed)?;
        there.rewind().map_err(failed)?;
        if last.is_some_and(|last| last != b'\n') {
            file.add_raw(b"\n");
        }
        self.format.append(file, there)
    }
}

fn pack(file: Box<dyn WriteFile>, bytes: u64, is_compressed: bool) -> Box<dyn WriteFile> {
    if is_compressed { packed(file, bytes) } else { file }
}

/// The last byte of a file; where it is compressed all of it is read for that.
fn last_byte(file: &mut dyn ReadFile, is_compressed: bool) -> std::io::Result<Option<u8>> {
    if !is_compressed {
        file.seek(SeekFrom::End(-1))?;
    }
    let mut last = None;
    let mut block = [0; 4096];
    loop {
        match file.read(&mut block)? {
            0 => return Ok(last),
            read => last = Some(block[read - 1]),
        }
    }
}

impl<T, F: Encode<T> + Clone + 'static> Sink<T> for FileSink<F> {
    type Writer = FileWriter<F::Writer>;

    fn open(&mut self) -> Result<Self::Writer> {
        self.open_once()?;
        if self.roll.is_set() {
            return self.first_of_many();
        }
        let file = match self.mode {
            Mode::Create => self.fs.create(&self.path),
            Mode::CreateNew if self.staging.as_ref().is_some_and(Staging::is_ours) => {
                self.fs.create(&self.path)
            }
            Mode::CreateNew => self.fs.create_new(&self.path),
            Mode::Append => return Ok(self.writer(self.at_the_end()?)),
        };
        let file = file.map_err(|cause| Error::io(self.mode.doing(), &self.path, cause))?;
        let file = self.record_file(file, Place::default())?;
        Ok(self.writer(self.format.writer(file)))
    }

    /// Goes on after what is there, also where it was created by the run that was saved.
    fn reopen(&mut self) -> Result<Self::Writer> {
        self.open_once()?;
        if self.roll.is_set() {
            return self.first_of_many();
        }
        Ok(self.writer(self.at_the_end()?))
    }

    /// What is no file, such as a terminal, is written at once.
    fn transactions(&mut self) -> Option<Box<dyn Transactional>> {
        let there = self.fs.metadata(&self.path);
        if there.is_ok_and(|there| there.kind != FileKind::File) {
            return None;
        }
        let staging = Staging::new(
            Arc::clone(&self.fs),
            self.path.clone(),
            head_of::<F>(),
            self.roll.is_set(),
        );
        self.staging = Some(staging.clone());
        Some(Box::new(FileTransactions { staging }))
    }

    fn files(&self) -> Vec<FileUse> {
        FileUse::written(&*self.fs, &self.path).into_iter().collect()
    }

    fn describe(&self) -> String {
        self.name()
    }
}

/// Writes records to a file.
#[derive(Debug)]
pub struct FileWriter<W> {
    format: W,
    staging: Option<Staging>,
    rolling: Option<Rolling<W>>,
}

/// What begins the next file.
struct Rolling<W> {
    is_due: Arc<AtomicBool>,
    next: Box<dyn FnMut() -> Result<W> + Send>,
}

impl<W> fmt::Debug for Rolling<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rolling").finish_non_exhaustive()
    }
}

impl<T, W: Writer<T>> Writer<T> for FileWriter<W> {
    #[inline]
    fn write(&mut self, record: Record<T>) -> Result<()> {
        if let Some(rolling) = &mut self.rolling
            && rolling.is_due.load(Ordering::Relaxed)
        {
            self.format.finish()?;
            self.format = (rolling.next)()?;
        }
        self.format.write(record)
    }

    fn flush(&mut self) -> Result<()> {
        self.format.flush()
    }

    fn end_transaction(&mut self, epoch: Epoch) -> Result<()> {
        self.format.flush()?;
        if let Some(staging) = &self.staging {
            staging.end(epoch);
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<()> {
        self.format.finish()
    }
}

impl<F> fmt::Debug for FileSink<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileSink")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}
