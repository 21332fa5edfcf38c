//! A file of any format.

use std::fmt;
use std::path::Path;

use crate::connector::Sink;
use crate::error::{Error, Result};
use crate::format::{Csv, Encode, Json, Lines};
use crate::fs::{Fs, LocalFs, WriteFile};

/// Writes records to a file: `create` puts it in place of one that is there, `create_new` refuses to, `append` writes
/// behind its end. At least once: a job that is started again writes again.
pub struct FileSink<F> {
    format: F,
    file: Option<Box<dyn WriteFile>>,
    name: String,
}

/// Writes records as CSV, with a header out of the fields of their type.
pub type CsvSink = FileSink<Csv>;

/// Writes records as JSON lines.
pub type JsonSink = FileSink<Json>;

/// Writes records as lines of text, by their `Display`.
pub type LinesSink = FileSink<Lines>;

impl<F: Default> FileSink<F> {
    /// Creates the file, in place of one that is there.
    ///
    /// # Errors
    /// If it cannot be created.
    pub fn create(path: impl AsRef<Path>) -> Result<Self> {
        Self::create_in(&LocalFs, path)
    }

    /// Creates a file of another file system.
    ///
    /// # Errors
    /// If it cannot be created.
    pub fn create_in(fs: &dyn Fs, path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let file = fs
            .create(path)
            .map_err(|cause| Error::io("creating", path, cause))?;
        Ok(Self::new(path, file))
    }

    /// Creates the file, which must not be there yet.
    ///
    /// # Errors
    /// If it is there, or cannot be created.
    pub fn create_new(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let file = LocalFs
            .create_new(path)
            .map_err(|cause| Error::io("creating", path, cause))?;
        Ok(Self::new(path, file))
    }

    fn new(path: &Path, file: Box<dyn WriteFile>) -> Self {
        Self {
            format: F::default(),
            file: Some(file),
            name: path.display().to_string(),
        }
    }

    fn behind(path: &Path) -> Result<(Self, u64)> {
        let (file, bytes) = LocalFs
            .append(path)
            .map_err(|cause| Error::io("opening", path, cause))?;
        Ok((Self::new(path, file), bytes))
    }
}

impl FileSink<Json> {
    /// Writes behind the end of the file, which is created if it is not there.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub fn append(path: impl AsRef<Path>) -> Result<Self> {
        Self::behind(path.as_ref()).map(|(sink, _)| sink)
    }
}

impl FileSink<Lines> {
    /// Writes behind the end of the file, which is created if it is not there.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub fn append(path: impl AsRef<Path>) -> Result<Self> {
        Self::behind(path.as_ref()).map(|(sink, _)| sink)
    }
}

impl FileSink<Csv> {
    /// Writes behind the end of the file, which is created if it is not there. A file that has something already has a
    /// header, too, and gets none.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub fn append(path: impl AsRef<Path>) -> Result<Self> {
        let (mut sink, bytes) = Self::behind(path.as_ref())?;
        sink.format.header = bytes == 0;
        Ok(sink)
    }

    /// Writes another delimiter than the comma, such as `b';'` or `b'\t'`.
    #[must_use]
    pub fn delimiter(mut self, delimiter: u8) -> Self {
        self.format.delimiter = delimiter;
        self
    }

    /// Writes no header.
    #[must_use]
    pub fn without_header(mut self) -> Self {
        self.format.header = false;
        self
    }
}

impl<T, F: Encode<T>> Sink<T> for FileSink<F> {
    type Writer = F::Writer;

    fn open(&mut self) -> Result<F::Writer> {
        let Some(file) = self.file.take() else {
            return Err(Error::setting(
                &self.name,
                "it is a sink already",
                "give each job a sink of its own",
            ));
        };
        Ok(self.format.writer(file, self.name.clone()))
    }

    fn describe(&self) -> String {
        self.name.clone()
    }
}

impl<F> fmt::Debug for FileSink<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileSink")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
