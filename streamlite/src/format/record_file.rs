//! A file of whole records: one that was written in part is cut off again.

use std::fmt;
use std::io::ErrorKind;

use crate::error::{Error, Result};
use crate::fs::WriteFile;

/// How much is gathered before it is written out.
const BUFFER: usize = 64 << 10;

/// A file that is written, record by record.
///
/// Records are encoded into a buffer first: one that cannot be encoded leaves no trace, and where the file takes only
/// a part of the buffer that part is cut off again. So the file never ends in the middle of a record, and what is
/// appended later begins on a line of its own.
pub struct RecordFile {
    file: Box<dyn WriteFile>,
    name: String,
    /// Whole records that are not written yet.
    buffer: Vec<u8>,
    /// How many bytes the file has, all of them of whole records.
    len: u64,
}

impl RecordFile {
    /// A file that has so many bytes already; `name` is for errors.
    pub(crate) fn new(file: Box<dyn WriteFile>, len: u64, name: String) -> Self {
        Self {
            file,
            name,
            buffer: Vec::with_capacity(2 * BUFFER),
            len,
        }
    }

    #[cfg(feature = "csv")]
    /// The file's name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Adds a record, which `encode` appends to the buffer.
    #[inline]
    pub(crate) fn add<E>(
        &mut self,
        encode: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
        explain: impl FnOnce(&str, E) -> Error,
    ) -> Result<()> {
        let whole = self.buffer.len();
        if let Err(cause) = encode(&mut self.buffer) {
            self.buffer.truncate(whole);
            return Err(explain(&self.name, cause));
        }
        if self.buffer.len() >= BUFFER {
            self.flush()?;
        }
        Ok(())
    }

    /// Adds bytes that need no encoding.
    pub(crate) fn add_raw(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// Writes out what is in the buffer.
    pub(crate) fn flush(&mut self) -> Result<()> {
        let written = write_all(&mut *self.file, &self.buffer).and_then(|()| flush(&mut *self.file));
        match written {
            Ok(()) => self.len += self.buffer.len() as u64,
            Err(_) => {
                // The error of writing is the one to tell; a pipe, for example, cannot be cut off.
                let _ = self.file.set_len(self.len);
            }
        }
        self.buffer.clear();
        written.map_err(|cause| Error::io("writing", &self.name, cause))
    }
}

fn write_all(file: &mut dyn WriteFile, mut bytes: &[u8]) -> std::io::Result<()> {
    while !bytes.is_empty() {
        match file.write(bytes) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(written) => bytes = &bytes[written..],
            Err(cause) if cause.kind() == ErrorKind::Interrupted => {}
            Err(cause) => return Err(cause),
        }
    }
    Ok(())
}

fn flush(file: &mut dyn WriteFile) -> std::io::Result<()> {
    loop {
        match file.flush() {
            Err(cause) if cause.kind() == ErrorKind::Interrupted => {}
            flushed => return flushed,
        }
    }
}

impl Drop for RecordFile {
    /// A job that is dropped before it was finished has written what it was given. An error has nobody to tell.
    fn drop(&mut self) {
        if !self.buffer.is_empty() {
            let _ = self.flush();
        }
    }
}

impl fmt::Debug for RecordFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordFile")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
