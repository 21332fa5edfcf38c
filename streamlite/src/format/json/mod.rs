//! JSON lines: a record is a JSON value on a line of its own.

mod finite;
mod layout;
mod names;
mod strict;

use std::marker::PhantomData;
use std::ops::ControlFlow;

use serde::Serialize;
use serde::de::DeserializeOwned;

use self::finite::Finite;
use self::names::Names;
use self::strict::decode;
use super::open_file::OpenFile;
use super::raw_lines::RawLines;
use super::schema::Schema;
use super::shape::Shape;
use super::{Decode, Encode, RecordFile};
use crate::connector::{Position, ReadProgress, ReadStatus, Reader, Writer};
use crate::error::{Error, Result};
use crate::metrics::Unmatched;
use crate::record::Record;

/// JSON lines: a record is a JSON value on a line of its own; lines of nothing but white space are skipped.
///
/// Numbers are never rounded in silence: one that does not fit is a bad record, and so are nesting deeper than 128,
/// anything after the value, and a field that comes twice.
#[derive(Debug)]
pub struct Json<T = ()> {
    strict: bool,
    record: PhantomData<fn() -> T>,
}

impl<T> Clone for Json<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Json<T> {}

impl<T> Json<T> {
    /// Takes only files whose first record has what the type says, and nothing else: each name is a field, and each field is
    /// there, also one that may be absent. Where that is not so, the job ends before a record is processed, and the error names
    /// the fields. See [`Schema`](crate::format::Schema).
    #[must_use]
    pub fn strict(mut self) -> Self {
        self.strict = true;
        self
    }
}

impl<T> Default for Json<T> {
    fn default() -> Self {
        Self {
            strict: false,
            record: PhantomData,
        }
    }
}

impl<T: DeserializeOwned> Decode for Json<T> {
    type Item = T;
    type Reader = JsonReader<T>;

    fn reader(&self, file: OpenFile) -> Result<JsonReader<T>> {
        Ok(JsonReader {
            nothing_before: file.from.is_none(),
            is_strict: self.strict,
            lines: RawLines::new(file)?,
            names: Names::of::<T>(),
            record: PhantomData,
        })
    }
}

/// Reads JSON lines.
#[derive(Debug)]
pub struct JsonReader<T> {
    lines: RawLines,
    /// There was no record yet, good or bad.
    nothing_before: bool,
    /// The first record must be as the type says.
    is_strict: bool,
    /// The names in the records, where the type has names.
    names: Option<Names>,
    record: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Reader for JsonReader<T> {
    type Item = T;

    fn read<F: FnMut(T) -> ControlFlow<()>>(&mut self, at_most: usize, mut out: F) -> Result<ReadStatus> {
        for _ in 0..at_most {
            let Some(line) = self.lines.next()? else {
                return Ok(ReadStatus::End);
            };
            if line.trim_ascii().is_empty() {
                continue;
            }
            let decoded = match &mut self.names {
                Some(names) if !names.all_seen() => names.decode(line),
                _ => decode(line),
            };
            match decoded {
                Ok(record) => {
                    if self.nothing_before && self.is_strict {
                        self.check_strictly()?;
                    }
                    self.nothing_before = false;
                    if out(record).is_break() {
                        break;
                    }
                }
                Err(error) => self.bad_record(&error)?,
            }
        }
        Ok(ReadStatus::Ready)
    }

    fn never_waits(&self) -> bool {
        self.lines.never_wait()
    }

    fn progress(&self) -> Option<ReadProgress> {
        self.lines.progress()
    }

    fn position(&mut self) -> Result<Position> {
        self.lines.position()
    }

    fn skipped(&self) -> u64 {
        self.lines.bad()
    }

    fn unmatched(&self) -> Option<Unmatched> {
        let names = self.names.as_ref().filter(|_| !self.nothing_before);
        names.map(Names::unmatched)
    }
}

impl<T: DeserializeOwned> JsonReader<T> {
    /// Holds the names of the first record against the type.
    #[cold]
    fn check_strictly(&mut self) -> Result<()> {
        let object = serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(self.lines.line());
        let Ok(object) = object else { return Ok(()) };
        let names: Vec<&str> = object.keys().map(String::as_str).collect();
        match Schema::of::<T>().misfit(&names) {
            Some(cause) => Err(self.does_not_fit(&cause)),
            None => Ok(()),
        }
    }

    #[cold]
    fn does_not_fit(&self, cause: &str) -> Error {
        let cause = format!("its first record does not fit: {cause}");
        self.lines
            .unreadable(cause, "correct the type or the file, or leave out `.strict()`")
    }

    #[cold]
    fn bad_record(&mut self, error: &serde_json::Error) -> Result<()> {
        let first = std::mem::replace(&mut self.nothing_before, false);
        let instead = if first { self.instead_of_lines()? } else { None };
        // Of what still comes more may have been there a moment later, so that nothing else is done because of it than is said.
        if let Some(instead) = instead
            && self.lines.never_wait()
        {
            return Err(self.lines.unreadable(instead.0, instead.1));
        }
        if first && self.is_strict {
            return Err(self.does_not_fit(&cause_of(error)));
        }
        let noted = self.lines.bad_record(String::new(), cause_of(error));
        match instead {
            Some((cause, advice)) if noted.is_err() => Err(self.lines.unreadable(cause, advice)),
            _ => noted,
        }
    }

    /// What the file is instead, if its first line is no record.
    fn instead_of_lines(&mut self) -> Result<Option<layout::Instead>> {
        let following = self.lines.following()?;
        let has_names = Shape::of::<T>() != Shape::Other;
        let line = self.lines.line();
        Ok(layout::instead_of_lines(line, &following, has_names))
    }
}

/// What the library says, without its line: it only knows of one.
fn cause_of(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rsplit_once(" at line ") {
        Some((cause, _)) => format!("{cause}, at byte {}", error.column()),
        None => text,
    }
}

impl<T: Serialize> Encode<T> for Json {
    type Writer = JsonWriter;

    fn writer(&self, file: RecordFile) -> JsonWriter {
        JsonWriter { file }
    }
}

/// Writes JSON lines.
#[derive(Debug)]
pub struct JsonWriter {
    file: RecordFile,
}

impl<T: Serialize> Writer<T> for JsonWriter {
    fn write(&mut self, record: Record<T>) -> Result<()> {
        self.file.add(
            |buffer| {
                let to = &mut serde_json::Serializer::new(&mut *buffer);
                record.value.serialize(Finite(to))?;
                buffer.push(b'\n');
                Ok(())
            },
            |name, cause: serde_json::Error| Error::write(name, finite::cause_of(&cause)),
        )
    }

    fn flush(&mut self) -> Result<()> {
        self.file.flush()
    }
}
