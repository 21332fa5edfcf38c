//! Writing CSV.

use std::fmt;

use serde::Serialize;

use crate::connector::Writer;
use crate::error::{Error, Result};
use crate::fs::WriteFile;
use crate::record::Record;

/// Writes CSV; the header is written with the first record.
pub struct CsvWriter {
    csv: csv::Writer<Box<dyn WriteFile>>,
    name: String,
}

impl fmt::Debug for CsvWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CsvWriter")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl CsvWriter {
    pub(super) fn new(file: Box<dyn WriteFile>, name: String, delimiter: u8, header: bool) -> Self {
        let mut builder = csv::WriterBuilder::new();
        let csv = builder
            .delimiter(delimiter)
            .has_headers(header)
            .buffer_capacity(64 << 10)
            .from_writer(file);
        Self { csv, name }
    }

    #[cold]
    fn failure(&self, error: csv::Error) -> Error {
        match error.into_kind() {
            csv::ErrorKind::Io(cause) => Error::io("writing", &self.name, cause),
            csv::ErrorKind::Serialize(cause) => Error::write(&self.name, cause),
            other => Error::write(&self.name, format!("{other:?}")),
        }
    }
}

impl<T: Serialize> Writer<T> for CsvWriter {
    #[inline]
    fn write(&mut self, record: Record<T>) -> Result<()> {
        self.csv
            .serialize(record.value)
            .map_err(|error| self.failure(error))
    }

    fn flush(&mut self) -> Result<()> {
        self.csv
            .flush()
            .map_err(|cause| Error::io("writing", &self.name, cause))
    }
}
