//! Writing CSV.

use std::cell::Cell;
use std::fmt;
use std::io::Write;

use csv::ByteRecord;
use serde::Serialize;

use super::dialect::Dialect;
use crate::connector::Writer;
use crate::error::{Error, Result};
use crate::format::RecordFile;
use crate::record::Record;

/// Writes CSV; the header is written with the first record.
pub struct CsvWriter {
    csv: csv::Writer<Scratch>,
    file: RecordFile,
    delimiter: u8,
    /// The header of a file that is appended to, until the first record has shown that it is the records' own.
    header_there: Option<ByteRecord>,
    /// How many of the encoded bytes are whole records.
    whole: usize,
}

/// How much is gathered before it is written out.
const BLOCK: usize = 64 << 10;

/// Where records are encoded, before they go to the file.
#[derive(Default)]
struct Scratch {
    bytes: Cell<Vec<u8>>,
    len: Cell<usize>,
}

impl Write for Scratch {
    #[inline]
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.bytes.get_mut().extend_from_slice(bytes);
        *self.len.get_mut() += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Scratch {
    fn take(&self) -> Vec<u8> {
        self.len.set(0);
        self.bytes.take()
    }

    fn put_back(&self, bytes: Vec<u8>) {
        self.len.set(bytes.len());
        self.bytes.set(bytes);
    }
}

impl fmt::Debug for CsvWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CsvWriter")
            .field("file", &self.file)
            .finish_non_exhaustive()
    }
}

impl CsvWriter {
    pub(super) fn new(file: RecordFile, dialect: &Dialect, header_there: Option<ByteRecord>) -> Self {
        let scratch = Scratch::default();
        scratch.put_back(Vec::with_capacity(2 * BLOCK));
        let csv = csv::WriterBuilder::new()
            .delimiter(dialect.delimiter)
            .has_headers(dialect.header)
            .from_writer(scratch);
        Self {
            csv,
            file,
            delimiter: dialect.delimiter,
            header_there,
            whole: 0,
        }
    }

    /// Hands whole records to the file.
    fn write_out(&mut self) -> Result<()> {
        let mut bytes = self.csv.get_ref().take();
        bytes.truncate(self.whole);
        self.whole = 0;
        let written = self.file.add_block(&mut bytes);
        self.csv.get_ref().put_back(bytes);
        written
    }

    /// The first record that is appended to a file.
    #[cold]
    fn check_header(&mut self, there: &ByteRecord) -> Result<()> {
        let encoded = self.csv.get_ref().take();
        self.whole = 0;
        let encoded = self.without_header(encoded, there)?;
        self.whole = encoded.len();
        self.csv.get_ref().put_back(encoded);
        Ok(())
    }

    /// Leaves out the header before the first record, which the file that is appended to has already.
    #[cold]
    fn without_header(&self, mut encoded: Vec<u8>, there: &ByteRecord) -> Result<Vec<u8>> {
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(self.delimiter)
            .has_headers(false)
            .flexible(true)
            .from_reader(&encoded[..]);
        let (mut header, mut record) = (ByteRecord::new(), ByteRecord::new());
        let read = reader.read_byte_record(&mut header);
        let end = reader.position().byte();
        let has_header = reader.read_byte_record(&mut record);
        // Records without names, such as tuples, have no header.
        if !matches!((read, has_header), (Ok(true), Ok(true))) {
            return Ok(encoded);
        }
        if header != *there {
            let shown = |header: &ByteRecord| {
                header
                    .iter()
                    .map(String::from_utf8_lossy)
                    .collect::<Vec<_>>()
                    .join("`, `")
            };
            let cause = format!(
                "its first line is `{}`, and the records have `{}`; write to another file, or give the records these \
                 columns in this order",
                shown(there),
                shown(&header)
            );
            return Err(Error::write(self.file.name(), cause));
        }
        encoded.drain(..usize::try_from(end).unwrap_or(encoded.len()));
        Ok(encoded)
    }

    #[cold]
    fn failure(&self, error: csv::Error) -> Error {
        match error.into_kind() {
            csv::ErrorKind::Io(cause) => Error::io("writing", self.file.name(), cause),
            csv::ErrorKind::Serialize(cause) => Error::write(self.file.name(), cause),
            other => Error::write(self.file.name(), format!("{other:?}")),
        }
    }
}

impl<T: Serialize> Writer<T> for CsvWriter {
    #[inline]
    fn write(&mut self, record: Record<T>) -> Result<()> {
        let encoded = self.csv.serialize(record.value);
        let encoded = encoded.and_then(|()| self.csv.flush().map_err(csv::Error::from));
        encoded.map_err(|error| self.failure(error))?;
        self.whole = self.csv.get_ref().len.get();
        if let Some(there) = self.header_there.take() {
            self.check_header(&there)?;
        }
        if self.whole >= BLOCK {
            self.write_out()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        self.write_out()?;
        self.file.flush()
    }
}

impl Drop for CsvWriter {
    /// As that of the file: a job that is dropped has written what it was given.
    fn drop(&mut self) {
        if self.whole > 0 {
            let _ = self.write_out();
        }
    }
}
