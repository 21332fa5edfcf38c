//! The records of a CSV file, as bytes: where each begins and ends, and where its fields do.

use std::fmt;
use std::io;

use csv_core::{ReadRecordResult, ReaderBuilder};
use memchr::{memchr_iter, memchr2};

use super::dialect::Dialect;
use super::quotes::{self, Quoting};
use crate::format::open_file::FilePlace;
use crate::format::tracked::TrackedFile;

const BLOCK: usize = 64 << 10;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Splits a file into records; the quotes themselves are left to `csv_core`.
///
/// The bytes of a record are together in its buffer, so that a bad one is shown verbatim, and read again from its second
/// line on where a quote has swallowed the records after it.
pub(super) struct Splitter {
    file: TrackedFile,
    core: csv_core::Reader,
    dialect: Dialect,
    /// `buffer[start..end]` was read and not emitted yet.
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// The place of `buffer[start]`.
    place: FilePlace,
    /// Of these bytes the present record is, with its end.
    taken: usize,
    /// A line has ended with CR: an LF after it belongs to it.
    after_cr: bool,
    /// A blank line is a record of one empty field.
    blank_is_record: bool,
    waits: bool,
    /// The rest of this line is passed over.
    in_line: bool,
    max_record: usize,
    fields: Fields,
}

/// The fields of a record.
#[derive(Debug, Default)]
pub(super) struct Fields {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    count: usize,
}

/// What comes next in a file.
#[derive(Debug)]
pub(super) enum Next {
    /// A record, whose fields are [`Splitter::fields`].
    Record,
    /// A record whose end is not where it seems to be, and why.
    Broken(String),
    End,
}

impl Fields {
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.count
    }

    #[inline]
    pub(super) fn get(&self, column: usize) -> Option<&[u8]> {
        if column >= self.count {
            return None;
        }
        let start = match column {
            0 => 0,
            _ => self.ends[column - 1],
        };
        self.bytes.get(start..self.ends[column])
    }
}

impl Fields {
    /// The fields as texts.
    pub(super) fn texts(&self) -> Vec<String> {
        let fields = (0..self.count).filter_map(|column| self.get(column));
        fields
            .map(|field| String::from_utf8_lossy(field).into_owned())
            .collect()
    }
}

impl fmt::Debug for Splitter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Splitter")
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}

impl Splitter {
    /// A file that is read from its beginning on. One that `waits` for its data, as a pipe does, is not read further than
    /// is needed.
    pub(super) fn new(file: TrackedFile, dialect: Dialect, max_record: usize, waits: bool) -> Self {
        let mut core = ReaderBuilder::new()
            .delimiter(dialect.delimiter)
            .quoting(dialect.quote.is_some())
            .quote(dialect.quote.unwrap_or(b'"'))
            .escape(dialect.escape)
            .build();
        take_no_mark(&mut core);
        Self {
            file,
            core,
            dialect,
            buffer: vec![0; 2 * BLOCK],
            start: 0,
            end: 0,
            place: FilePlace::default(),
            taken: 0,
            after_cr: false,
            blank_is_record: false,
            waits,
            in_line: false,
            max_record,
            fields: Fields {
                bytes: vec![0; 1 << 10],
                ends: vec![0; 32],
                count: 0,
            },
        }
    }

    /// Takes blank lines as records of one empty field from now on.
    pub(super) fn blank_is_record(&mut self) {
        self.blank_is_record = true;
    }

    #[inline]
    pub(super) fn fields(&self) -> &Fields {
        &self.fields
    }

    pub(super) fn dialect(&self) -> &Dialect {
        &self.dialect
    }

    pub(super) fn file(&mut self) -> &mut TrackedFile {
        &mut self.file
    }

    /// The place after the present record.
    pub(super) fn place_after(&self) -> FilePlace {
        let record = &self.buffer[self.start..self.start + self.taken];
        FilePlace {
            byte: self.place.byte + self.taken as u64,
            lines: self.place.lines + lines_in(record),
        }
    }

    /// The byte that the present record begins with.
    pub(super) fn start(&self) -> u64 {
        self.place.byte
    }

    /// The line of the present record, counted from 1.
    pub(super) fn line(&self) -> u64 {
        self.place.lines + 1
    }

    /// The current record verbatim, without the end of its line.
    pub(super) fn raw(&self) -> &[u8] {
        without_end(&self.buffer[self.start..self.start + self.taken])
    }

    /// Goes on at a place up to which the file was read by somebody else.
    pub(super) fn go_on(&mut self, place: FilePlace) {
        (self.start, self.end, self.taken) = (0, 0, 0);
        self.after_cr = false;
        self.place = place;
    }

    /// Passes over the rest of a line, when the next record is read.
    pub(super) fn pass_line(&mut self) {
        self.in_line = true;
    }

    /// Skips lines without a look at what they hold.
    pub(super) fn skip_lines(&mut self, lines: u64) -> io::Result<()> {
        for _ in 0..lines {
            self.skip_line()?;
        }
        Ok(())
    }

    /// Reads on; returns `false` at the end of the file.
    fn fill(&mut self) -> io::Result<bool> {
        if self.end == self.buffer.len() {
            if self.start > 0 {
                self.buffer.copy_within(self.start..self.end, 0);
                self.end -= self.start;
                self.start = 0;
            } else {
                self.buffer
                    .resize(self.buffer.len() + BLOCK.max(self.buffer.len() / 2), 0);
            }
        }
        let most = self.buffer.len().min(self.end + BLOCK);
        let read = io::Read::read(&mut self.file, &mut self.buffer[self.end..most])?;
        self.end += read;
        Ok(read > 0)
    }

    /// Steps over the current record.
    #[inline]
    fn advance(&mut self) {
        let taken = std::mem::take(&mut self.taken);
        if taken > 0 {
            let record = &self.buffer[self.start..self.start + taken];
            self.place.lines += lines_in(record);
            self.after_cr = record.last() == Some(&b'\r');
            self.start += taken;
            self.place.byte += taken as u64;
        }
    }

    /// Steps over bytes that are no record.
    fn pass(&mut self, bytes: usize) {
        self.taken = bytes;
        self.advance();
    }

    /// Reads the next record.
    #[inline]
    pub(super) fn next(&mut self) -> io::Result<Next> {
        self.advance();
        if self.in_line {
            self.skip_line()?;
        }
        loop {
            if self.start == self.end && !self.fill()? {
                return Ok(Next::End);
            }
            let byte = self.buffer[self.start];
            if byte == b'\n' && self.after_cr {
                self.pass(1);
            } else if byte == b'\n' || byte == b'\r' {
                if self.blank_is_record {
                    self.blank();
                    self.take_line_end()?;
                    return Ok(Next::Record);
                }
                self.pass(1);
            } else if Some(byte) == self.dialect.comment {
                self.skip_line()?;
            } else if byte == BYTE_ORDER_MARK[0] && self.place.byte == 0 && self.skip_mark()? {
            } else {
                return self.split();
            }
        }
    }

    /// A record of one empty field.
    fn blank(&mut self) {
        self.taken = 1;
        self.fields.ends[0] = 0;
        self.fields.count = 1;
    }

    /// Leaves out the mark that a file in UTF-8 may begin with; `false` if there is none.
    fn skip_mark(&mut self) -> io::Result<bool> {
        while self.end - self.start < BYTE_ORDER_MARK.len() && self.fill()? {}
        let is_mark = self.buffer[self.start..self.end].starts_with(BYTE_ORDER_MARK);
        if is_mark {
            self.pass(BYTE_ORDER_MARK.len());
        }
        Ok(is_mark)
    }

    /// Leaves out a line, however long it is, with its end.
    fn skip_line(&mut self) -> io::Result<()> {
        self.in_line = true;
        while self.in_line {
            let there = &self.buffer[self.start..self.end];
            match memchr2(b'\n', b'\r', there) {
                Some(end) => {
                    self.taken = end + 1;
                    self.take_line_end()?;
                    self.advance();
                    self.in_line = false;
                }
                None => {
                    self.pass(there.len());
                    self.in_line = self.fill()?;
                }
            }
        }
        Ok(())
    }

    /// Splits the record that begins here.
    #[inline]
    fn split(&mut self) -> io::Result<Next> {
        let (mut used, mut written, mut count) = (0, 0, 0);
        loop {
            let input = &self.buffer[self.start + used..self.end];
            let (result, read, out, ends) = self.core.read_record(
                input,
                &mut self.fields.bytes[written..],
                &mut self.fields.ends[count..],
            );
            used += read;
            written += out;
            count += ends;
            match result {
                ReadRecordResult::Record => break,
                ReadRecordResult::End => {
                    self.pass(used);
                    return Ok(Next::End);
                }
                ReadRecordResult::OutputFull => {
                    let len = self.fields.bytes.len();
                    self.fields.bytes.resize(2 * len, 0);
                }
                ReadRecordResult::OutputEndsFull => {
                    let len = self.fields.ends.len();
                    self.fields.ends.resize(2 * len, 0);
                }
                // More than a line end of two bytes longer than it may be.
                ReadRecordResult::InputEmpty if used > self.max_record.saturating_add(2) => {
                    return self.broken(used);
                }
                ReadRecordResult::InputEmpty => {
                    let filled = self.fill();
                    // Whoever reads on after an error begins with the record.
                    filled.inspect_err(|_| self.restart())?;
                }
            }
        }
        self.taken = used;
        self.fields.count = count;
        let record = &self.buffer[self.start..self.start + used];
        if without_end(record).len() > self.max_record
            || quotes::check(record, &self.dialect) != Quoting::Fine
        {
            return self.broken(used);
        }
        self.take_line_end()?;
        Ok(Next::Record)
    }

    /// An LF after a CR belongs to the record, unless it must be waited for.
    #[inline]
    fn take_line_end(&mut self) -> io::Result<()> {
        let behind = self.start + self.taken;
        if self.buffer[behind - 1] == b'\r' {
            if behind == self.end && !self.waits {
                self.fill()?;
            }
            let behind = self.start + self.taken;
            if behind < self.end && self.buffer[behind] == b'\n' {
                self.taken += 1;
            }
        }
        Ok(())
    }

    #[cold]
    fn restart(&mut self) {
        self.core.reset();
        take_no_mark(&mut self.core);
    }

    fn too_long(&self) -> String {
        format!(
            "the record has more than {} bytes, the most that it may; allow more with `.max_record_bytes(…)`",
            self.max_record
        )
    }

    /// The record that begins here does not end where it should: its first line is left out, and the next record begins
    /// with the second one.
    ///
    /// Of one that is too long no more is looked at than says so: what there is of the rest depends on how the file is read.
    #[cold]
    fn broken(&mut self, seen: usize) -> io::Result<Next> {
        self.restart();
        let seen = seen.min(self.max_record.saturating_add(3));
        let seen = &self.buffer[self.start..self.start + seen];
        let is_long = without_end(seen).len() > self.max_record;
        let cause = match quotes::check(seen, &self.dialect) {
            Quoting::Unclosed if is_long => format!(
                "a quote opens in this record and is not closed within {} bytes, the most that a record may have; close it, or \
                 allow more with `.max_record_bytes(…)`",
                self.max_record
            ),
            Quoting::Unclosed => "a quote opens in this record and is not closed".to_owned(),
            Quoting::TextAfter => {
                "there is text after the closing quote of a field; write a quote inside a quoted \
                                    field twice, or read `\\\"` with `.escape(b'\\\\')`"
                    .to_owned()
            }
            Quoting::Fine => self.too_long(),
        };
        let end = memchr2(b'\n', b'\r', seen);
        self.taken = end.map_or(seen.len(), |end| end + 1);
        self.take_line_end()?;
        Ok(Next::Broken(cause))
    }

    /// Leaves out what belongs to a broken record's line.
    #[cold]
    pub(super) fn leave_broken(&mut self) -> io::Result<()> {
        let has_end = matches!(self.raw_with_end().last(), Some(b'\n' | b'\r'));
        self.advance();
        if has_end { Ok(()) } else { self.skip_line() }
    }

    fn raw_with_end(&self) -> &[u8] {
        &self.buffer[self.start..self.start + self.taken]
    }
}

/// `csv_core` leaves out a byte order mark in the first bytes that it sees, which may be in the middle of a file: it has seen
/// the end of a line.
fn take_no_mark(core: &mut csv_core::Reader) {
    let (_, read, ..) = core.read_record(b"\n", &mut [0], &mut [0]);
    debug_assert_eq!(read, 1, "an end of a line is no record");
}

#[inline]
fn lines_in(bytes: &[u8]) -> u64 {
    memchr_iter(b'\n', bytes).count() as u64
}

/// A record without the end of its line.
fn without_end(record: &[u8]) -> &[u8] {
    let record = record.strip_suffix(b"\n").unwrap_or(record);
    record.strip_suffix(b"\r").unwrap_or(record)
}
