//! Writing CSV.

use std::cell::Cell;
use std::fmt;
use std::io::Write;

use csv::ByteRecord;
use serde::Serialize;

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
}

/// Where one record is encoded, before all of it goes to the file at once.
#[derive(Default)]
struct Scratch(Cell<Vec<u8>>);

impl Write for Scratch {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.get_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
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
    pub(super) fn new(
        file: RecordFile,
        delimiter: u8,
        header: bool,
        header_there: Option<ByteRecord>,
    ) -> Self {
        let csv = csv::WriterBuilder::new()
            .delimiter(delimiter)
            .has_headers(header)
            .from_writer(Scratch::default());
        Self {
            csv,
            file,
            delimiter,
            header_there,
        }
    }

    /// What was encoded, if it is a record; the header before the first one is part of it.
    #[inline]
    fn encoded<T: Serialize>(&mut self, record: T) -> Result<Vec<u8>> {
        let encoded = self.csv.serialize(record);
        let encoded = encoded.and_then(|()| self.csv.flush().map_err(csv::Error::from));
        let bytes = self.csv.get_ref().0.take();
        match encoded {
            Ok(()) => Ok(bytes),
            Err(error) => Err(self.failure(error)),
        }
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
        let mut encoded = self.encoded(record.value)?;
        if let Some(there) = self.header_there.take() {
            encoded = self.without_header(encoded, &there)?;
        }
        let added = self.file.add::<Error>(
            |buffer| {
                buffer.extend_from_slice(&encoded);
                Ok(())
            },
            |_, error| error,
        );
        encoded.clear();
        self.csv.get_ref().0.set(encoded);
        added
    }

    fn flush(&mut self) -> Result<()> {
        self.file.flush()
    }
}
