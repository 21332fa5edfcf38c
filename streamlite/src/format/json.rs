//! JSON lines: a record is a JSON value on a line of its own.

use std::marker::PhantomData;
use std::ops::ControlFlow;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::open_file::OpenFile;
use super::raw_lines::RawLines;
use super::{Decode, Encode, RecordFile};
use crate::connector::Writer;
use crate::connector::{Position, ReadStatus, Reader};
use crate::error::{Error, Result};
use crate::record::Record;

/// JSON lines: a record is a JSON value on a line of its own; lines of nothing but white space are none.
///
/// Numbers are never rounded in silence: one that does not fit is a bad record, and so are nesting deeper than 128,
/// anything behind the value, and a field that comes twice.
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
            lines: RawLines::new(file)?,
            record: PhantomData,
        })
    }
}

/// Reads JSON lines.
#[derive(Debug)]
pub struct JsonReader<T> {
    lines: RawLines,
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
            match serde_json::from_slice(line) {
                Ok(record) => {
                    if out(record).is_break() {
                        break;
                    }
                }
                Err(error) => self.lines.bad_record(String::new(), cause_of(&error))?,
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
                serde_json::to_writer(&mut *buffer, &record.value)?;
                buffer.push(b'\n');
                Ok(())
            },
            Error::write::<serde_json::Error>,
        )
    }

    fn flush(&mut self) -> Result<()> {
        self.file.flush()
    }
}
