//! The lines of a file, as bytes.

use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;

use super::opened::{Opened, Place};
use super::policy::Policy;
use crate::bad_record::BadRecord;
use crate::error::{Error, Result};
use crate::fs::ReadFile;

const BUFFER: usize = 64 << 10;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The lines of a file: ended by LF or CR LF, the last one perhaps by nothing.
#[derive(Debug)]
pub(super) struct RawLines {
    reader: BufReader<DebugFile>,
    path: PathBuf,
    name: String,
    place: Place,
    buffer: Vec<u8>,
    max_record: usize,
    policy: Policy,
    bad: u64,
}

/// A file that can be shown.
struct DebugFile(Box<dyn ReadFile>);

impl std::fmt::Debug for DebugFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("file")
    }
}

impl Read for DebugFile {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        self.0.read(to)
    }
}

impl RawLines {
    pub(super) fn new(mut opened: Opened) -> Result<Self> {
        opened.check_text()?;
        let place = opened.from.unwrap_or_default();
        opened.seek_to(place.byte)?;
        let name = opened.name();
        let Opened {
            file,
            path,
            policy,
            max_record,
            ..
        } = opened;
        let reader = BufReader::with_capacity(BUFFER, DebugFile(file));
        Ok(Self {
            reader,
            path,
            name,
            place,
            buffer: Vec::new(),
            max_record,
            policy,
            bad: 0,
        })
    }

    pub(super) fn place(&self) -> Place {
        self.place
    }

    pub(super) fn bad(&self) -> u64 {
        self.bad
    }

    /// The next line without its end; `None` behind the last. A line that is too long is a bad record.
    pub(super) fn next(&mut self) -> Result<Option<&[u8]>> {
        loop {
            let at_start = self.place.byte == 0;
            self.buffer.clear();
            let limit = self.max_record as u64 + 2;
            let read = self
                .reader
                .by_ref()
                .take(limit)
                .read_until(b'\n', &mut self.buffer);
            let read = read.map_err(|cause| Error::io("reading", &self.path, cause))?;
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
                self.skip_line(ended)?;
                let cause = format!("the line has more than {} bytes", self.max_record);
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

    /// Leaves out the rest of a line that is too long, without keeping it.
    fn skip_line(&mut self, mut ended: bool) -> Result<()> {
        while !ended {
            let block = self
                .reader
                .fill_buf()
                .map_err(|cause| Error::io("reading", &self.path, cause))?;
            let end = block.iter().position(|&byte| byte == b'\n');
            let skipped = end.map_or(block.len(), |end| end + 1);
            ended = end.is_some() || block.is_empty();
            self.reader.consume(skipped);
            self.place.byte += skipped as u64;
        }
        Ok(())
    }

    /// Leaves the present line to the policy.
    #[cold]
    pub(super) fn bad_record(&mut self, column: String, cause: String) -> Result<()> {
        let record = BadRecord::new((&self.name, self.place.lines), column, cause, &self.buffer);
        self.bad += 1;
        self.policy.bad_record(record)
    }
}
