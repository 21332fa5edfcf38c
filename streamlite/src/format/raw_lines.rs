//! The lines of a file, as bytes.

use std::io::{BufRead, BufReader, Read};

use super::open_file::{FilePlace, OpenFile, ReadFrom};
use super::policy::Policy;
use super::tracked::TrackedFile;
use crate::bad_record::BadRecord;
use crate::connector::{Position, ReadProgress};
use crate::error::{Error, Result};

const BUFFER: usize = 64 << 10;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The lines of a file: ended by LF or CR LF, the last one perhaps by nothing.
#[derive(Debug)]
pub(super) struct RawLines {
    reader: BufReader<TrackedFile>,
    origin: ReadFrom,
    name: String,
    place: FilePlace,
    buffer: Vec<u8>,
    max_record: usize,
    /// The rest of this line is passed over.
    in_line: bool,
    policy: Policy,
    bad: u64,
}

impl RawLines {
    /// How much was read of what there is.
    pub(super) fn progress(&self) -> Option<ReadProgress> {
        self.origin.progress()
    }

    pub(super) fn new(mut opened: OpenFile) -> Result<Self> {
        opened.check_text()?;
        let place = opened.go_on(b"\n")?;
        let name = opened.name();
        let OpenFile {
            file,
            origin,
            in_line,
            policy,
            max_record,
            ..
        } = opened;
        let reader = BufReader::with_capacity(BUFFER, file);
        Ok(Self {
            reader,
            origin,
            name,
            place,
            buffer: Vec::new(),
            max_record,
            in_line,
            policy,
            bad: 0,
        })
    }

    /// Whether the next line is there already, or the end: of a file, but not of a pipe.
    pub(super) fn never_wait(&self) -> bool {
        !self.origin.is_pipe
    }

    pub(super) fn position(&mut self) -> Result<Position> {
        self.origin.position(self.reader.get_mut(), self.place)
    }

    pub(super) fn bad(&self) -> u64 {
        self.bad
    }

    /// The next line without its end; `None` after the last. A line that is too long is a bad record.
    pub(super) fn next(&mut self) -> Result<Option<&[u8]>> {
        loop {
            if self.in_line {
                self.skip_line()?;
            }
            let at_start = self.place.byte == 0;
            self.buffer.clear();
            let limit = (self.max_record as u64).saturating_add(2);
            let read = self
                .reader
                .by_ref()
                .take(limit)
                .read_until(b'\n', &mut self.buffer);
            let read = read.map_err(|cause| Error::io("reading", &self.origin.path, cause))?;
            if read == 0 {
                return Ok(None);
            }
            self.place.byte += read as u64;
            self.place.lines += 1;
            let ended = self.buffer.last() == Some(&b'\n');
            if ended {
                self.buffer.pop();
                self.buffer.pop_if(|last| *last == b'\r');
            }
            if self.buffer.len() > self.max_record {
                self.in_line = !ended;
                let cause = format!(
                    "the line has more than {} bytes, the most that it may; allow more with `.max_record_bytes(…)`",
                    self.max_record
                );
                self.bad_record(String::new(), cause)?;
                continue;
            }
            let text = if at_start { BYTE_ORDER_MARK.len() } else { 0 };
            let marked = at_start && self.buffer.starts_with(BYTE_ORDER_MARK);
            return Ok(Some(if marked {
                &self.buffer[text..]
            } else {
                &self.buffer
            }));
        }
    }

    /// Leaves out the rest of a line, without keeping it.
    fn skip_line(&mut self) -> Result<()> {
        while self.in_line {
            let block = self
                .reader
                .fill_buf()
                .map_err(|cause| Error::io("reading", &self.origin.path, cause))?;
            let end = block.iter().position(|&byte| byte == b'\n');
            let skipped = end.map_or(block.len(), |end| end + 1);
            self.in_line = end.is_none() && !block.is_empty();
            self.reader.consume(skipped);
            self.place.byte += skipped as u64;
        }
        Ok(())
    }

    #[cfg(feature = "json")]
    /// The present line.
    pub(super) fn line(&self) -> &[u8] {
        &self.buffer
    }

    #[cfg(feature = "json")]
    /// Some of what follows the current line; of a pipe what has come already.
    pub(super) fn following(&mut self) -> Result<Vec<u8>> {
        if self.origin.is_pipe {
            return Ok(self.reader.buffer().to_vec());
        }
        let piece = self.reader.get_mut().peek(self.place.byte, BUFFER as u64);
        piece.map_err(|cause| Error::io("reading", &self.origin.path, cause))
    }

    #[cfg(feature = "json")]
    pub(super) fn unreadable(&self, cause: impl Into<String>, advice: &'static str) -> Error {
        Error::unreadable(self.name.as_str(), cause, advice)
    }

    /// Leaves the present line to the policy.
    #[cold]
    pub(super) fn bad_record(&mut self, column: String, cause: String) -> Result<()> {
        let record = BadRecord::new((&self.name, self.place.lines), column, cause, &self.buffer);
        self.bad += 1;
        self.policy.bad_record(record)
    }
}
