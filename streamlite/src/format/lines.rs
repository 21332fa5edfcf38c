//! Plain text: a record is a line.

use std::fmt::Display;
use std::io::Write;
use std::ops::ControlFlow;

use super::open_file::OpenFile;
use super::raw_lines::RawLines;
use super::{Decode, Encode, RecordFile};
use crate::connector::Writer;
use crate::connector::{Position, ReadProgress, ReadStatus, Reader};
use crate::error::{Error, Result};
use crate::record::Record;

/// Plain text in UTF-8: a record is a line without its end.
#[derive(Clone, Copy, Debug, Default)]
pub struct Lines;

impl Decode for Lines {
    type Item = String;
    type Reader = LinesReader;

    fn reader(&self, file: OpenFile) -> Result<LinesReader> {
        Ok(LinesReader {
            lines: RawLines::new(file)?,
        })
    }
}

/// Reads lines.
#[derive(Debug)]
pub struct LinesReader {
    lines: RawLines,
}

impl Reader for LinesReader {
    type Item = String;

    fn read<F: FnMut(String) -> ControlFlow<()>>(
        &mut self,
        at_most: usize,
        mut out: F,
    ) -> Result<ReadStatus> {
        for _ in 0..at_most {
            let Some(line) = self.lines.next()? else {
                return Ok(ReadStatus::End);
            };
            match std::str::from_utf8(line) {
                Ok(line) => {
                    if out(line.to_owned()).is_break() {
                        break;
                    }
                }
                Err(error) => {
                    let cause = format!("byte {} is not UTF-8", error.valid_up_to() + 1);
                    self.lines.bad_record(String::new(), cause)?;
                }
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
}

impl<T: Display> Encode<T> for Lines {
    type Writer = LinesWriter;

    fn writer(&self, file: RecordFile) -> LinesWriter {
        LinesWriter { file }
    }
}

/// Writes lines.
#[derive(Debug)]
pub struct LinesWriter {
    file: RecordFile,
}

impl<T: Display> Writer<T> for LinesWriter {
    fn write(&mut self, record: Record<T>) -> Result<()> {
        self.file.add(
            |buffer| writeln!(buffer, "{}", record.value),
            Error::write::<std::io::Error>,
        )
    }

    fn flush(&mut self) -> Result<()> {
        self.file.flush()
    }
}
