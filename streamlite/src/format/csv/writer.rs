//! Writing CSV.

use std::fmt;

use serde::Serialize;

use super::dialect::Dialect;
use super::encoder::FieldEncoder;
use super::serialize::{Columns, Name, Refused};
use crate::connector::Writer;
use crate::error::{Error, Result};
use crate::format::RecordFile;
use crate::record::Record;

/// Writes CSV; the header is written with the first record, or at once where its columns are said.
pub struct CsvWriter {
    file: RecordFile,
    encoder: FieldEncoder,
    has_header: bool,
    /// The header that the file has already: what it must be.
    header: Option<Vec<String>>,
    /// The names of the columns, from the first record on.
    names: Option<Vec<Name>>,
}

impl fmt::Debug for CsvWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CsvWriter")
            .field("file", &self.file)
            .finish_non_exhaustive()
    }
}

impl CsvWriter {
    /// Writes a file from its beginning.
    pub(super) fn new(file: RecordFile, dialect: &Dialect, columns: Option<&[String]>) -> Self {
        let mut writer = Self::after(file, dialect, columns.map(<[String]>::to_vec));
        if let Some(columns) = columns
            && dialect.header
        {
            let mut header = Vec::new();
            line(
                &mut writer.encoder,
                columns.iter().map(String::as_str),
                &mut header,
            );
            writer.file.add_raw(&header);
        }
        writer
    }

    /// Writes after a header, if there is one.
    pub(super) fn after(file: RecordFile, dialect: &Dialect, header: Option<Vec<String>>) -> Self {
        Self {
            file,
            encoder: FieldEncoder::new(dialect),
            has_header: dialect.header,
            header: header.filter(|_| dialect.header),
            names: None,
        }
    }

    /// Writes the first record, and the header before it unless there is one.
    #[cold]
    fn write_first<T: Serialize>(&mut self, record: &T) -> Result<()> {
        let (mut encoded, mut names) = (Vec::new(), Vec::new());
        let mut columns = Columns {
            to: &mut encoded,
            encoder: &mut self.encoder,
            count: 0,
            has_header: self.has_header,
            names: Some(&mut names),
            known: &[],
        };
        let written = columns.record(record);
        // The library ends a field with the line.
        self.encoder.end(&mut encoded);
        written.map_err(|cause| Error::write(self.file.name(), cause))?;
        let header = match (&self.header, self.has_header) {
            (_, false) => Vec::new(),
            (Some(header), true) => {
                self.check(header, &names)?;
                Vec::new()
            }
            (None, true) => {
                let texts: Option<Vec<&str>> = names.iter().map(Option::as_deref).collect();
                let texts = texts.ok_or_else(|| self.no_names())?;
                let mut header = Vec::new();
                line(&mut self.encoder, texts.into_iter(), &mut header);
                header
            }
        };
        self.names = Some(names);
        self.file.add_raw(&header);
        self.file.add_raw(&encoded);
        Ok(())
    }

    /// Records without names have no header of their own.
    fn no_names(&self) -> Error {
        let cause = "the columns of its records have no names; name them with `.columns([…])`, or write no header with \
                     `.without_header()`";
        Error::write(self.file.name(), cause)
    }

    /// Holds the header of the file against the records. One that is made of what has no names may have any.
    fn check(&self, header: &[String], names: &[Name]) -> Result<()> {
        let agrees = header.len() == names.len()
            && header
                .iter()
                .zip(names)
                .all(|(there, name)| name.as_deref().is_none_or(|name| name == there));
        if agrees {
            return Ok(());
        }
        let shown = |name: &Name| name.as_deref().unwrap_or("?").to_owned();
        let own: Vec<String> = names.iter().map(shown).collect();
        let cause = format!(
            "its first line is `{}`, and the records have `{}`; write to another file, or give the records these columns in \
             this order",
            header.join("`, `"),
            own.join("`, `")
        );
        Err(Error::write(self.file.name(), cause))
    }
}

/// Adds a line of texts.
fn line<'a>(encoder: &mut FieldEncoder, texts: impl Iterator<Item = &'a str>, to: &mut Vec<u8>) {
    for (place, text) in texts.enumerate() {
        encoder.field(text.as_bytes(), place == 0, to);
    }
    encoder.end(to);
}

impl<T: Serialize> Writer<T> for CsvWriter {
    #[inline]
    fn write(&mut self, record: Record<T>) -> Result<()> {
        let Some(names) = &self.names else {
            return self.write_first(&record.value);
        };
        let (encoder, has_header) = (&mut self.encoder, self.has_header);
        self.file.add(
            |buffer| {
                let mut columns = Columns {
                    to: buffer,
                    encoder,
                    count: 0,
                    has_header,
                    names: None,
                    known: names,
                };
                let written = columns.record(&record.value);
                let count = columns.count;
                encoder.end(buffer);
                written?;
                if count == names.len() {
                    Ok(())
                } else {
                    Err(other_length(count, names.len()))
                }
            },
            Error::write::<Refused>,
        )
    }

    fn flush(&mut self) -> Result<()> {
        self.file.flush()
    }
}

#[cold]
fn other_length(count: usize, expected: usize) -> Refused {
    serde::ser::Error::custom(format_args!(
        "the record has {count} columns, and the ones before it have {expected}; each must have the same"
    ))
}
