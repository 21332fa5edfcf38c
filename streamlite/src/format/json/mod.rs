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
use super::shape::Shape;
use super::{Decode, Encode, RecordFile};
use crate::connector::{Position, ReadStatus, Reader, Writer};
use crate::error::{Error, Result};
use crate::metrics::Unmatched;
use crate::record::Record;

/// JSON lines: a record is a JSON value on a line of its own; lines of nothing but white space are skipped.
///
/// Numbers are never rounded in silence: one that does not fit is a bad record, and so are nesting deeper than 128,
/// anything after the value, and a field that comes twice.
#[derive(Clone, Copy, Debug)]
pub struct Json<T = ()>(PhantomData<fn() -> T>);

impl<T> Default for Json<T> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<T: DeserializeOwned> Decode for Json<T> {
    type Item = T;
    type Reader = JsonReader<T>;

    fn reader(&self, file: OpenFile) -> Result<JsonReader<T>> {
        Ok(JsonReader {
            nothing_before: file.from.is_none(),
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
    #[cold]
    fn bad_record(&mut self, error: &serde_json::Error) -> Result<()> {
        if self.nothing_before {
            let following = self.lines.following()?;
            let has_names = Shape::of::<T>() != Shape::Other;
            let instead = layout::instead_of_lines(self.lines.line(), &following, has_names);
            if let Some((cause, advice)) = instead {
                return Err(self.lines.unreadable(cause, advice));
            }
        }
        self.nothing_before = false;
        self.lines.bad_record(String::new(), cause_of(error))
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
