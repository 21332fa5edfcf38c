//! CSV: RFC 4180, with a header that names the fields of the user's type.

mod deserialize;
mod dialect;
mod header;
mod misfit;
mod quotes;
mod reader;
mod splitter;
mod writer;

use std::marker::PhantomData;

use ::csv::ByteRecord;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Decode, Encode, OpenFile, RecordFile};
use crate::error::{Error, Result};
use crate::fs::ReadFile;
pub(crate) use dialect::Dialect;
pub use reader::CsvReader;
pub use writer::CsvWriter;

/// CSV as RFC 4180 has it: quoted fields may hold the delimiter, line ends and doubled quotes.
///
/// Columns are matched to the fields of the user's type by name, in any order; a column that no field names is left
/// out. Values are taken as they stand, white space included: ` 1` is no number. `NaN` and `inf` are floats.
#[derive(Clone, Debug)]
pub struct Csv<T = ()> {
    pub(crate) dialect: Dialect,
    record: PhantomData<fn() -> T>,
}

impl<T> Default for Csv<T> {
    fn default() -> Self {
        Self {
            dialect: Dialect::default(),
            record: PhantomData,
        }
    }
}

impl<T: DeserializeOwned> Decode for Csv<T> {
    type Item = T;
    type Reader = CsvReader<T>;

    fn reader(&self, file: OpenFile) -> Result<CsvReader<T>> {
        CsvReader::new(file, &self.dialect)
    }
}

impl<T: Serialize> Encode<T> for Csv {
    type Writer = CsvWriter;

    fn writer(&self, file: RecordFile) -> CsvWriter {
        CsvWriter::new(file, &self.dialect, None)
    }

    /// A file that has something already has a header, too: it must be that of the records.
    fn append(&self, file: RecordFile, there: Box<dyn ReadFile>) -> Result<CsvWriter> {
        if !self.dialect.header {
            return Ok(CsvWriter::new(file, &self.dialect, None));
        }
        let mut reader = ::csv::ReaderBuilder::new()
            .delimiter(self.dialect.delimiter)
            .has_headers(false)
            .from_reader(there);
        let mut header = ByteRecord::new();
        reader
            .read_byte_record(&mut header)
            .map_err(|cause| Error::write(file.name(), cause))?;
        if let Some(rest) = header
            .get(0)
            .and_then(|first| first.strip_prefix(b"\xef\xbb\xbf"))
        {
            let fields = std::iter::once(rest).chain(header.iter().skip(1));
            header = fields.collect();
        }
        Ok(CsvWriter::new(file, &self.dialect, Some(header)))
    }
}
