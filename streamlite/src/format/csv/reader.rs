//! Reading CSV: one record after the other, each by itself good or bad.

use std::fmt;
use std::marker::PhantomData;
use std::ops::ControlFlow;
use std::path::PathBuf;

use csv::ByteRecord;
use serde::de::DeserializeOwned;

use super::quotes::end_inside_quotes;
use crate::bad_record::BadRecord;
use crate::connector::{Position, ReadStatus, Reader};
use crate::error::{Error, Result};
use crate::format::Policy;
use crate::format::limited::Limited;
use crate::format::open_file::{FilePlace, OpenFile, position_in};
use crate::format::tracked::{Mark, TrackedFile};

const BUFFER: usize = 64 << 10;

/// Reads CSV.
pub struct CsvReader<T> {
    /// `None` only while it is put at another place of the file.
    csv: Option<csv::Reader<Limited>>,
    /// Where `csv` began to read.
    base: FilePlace,
    header: Option<ByteRecord>,
    columns: Option<usize>,
    /// `None` only while it is read: an empty one would be an allocation.
    raw: Option<ByteRecord>,
    delimiter: u8,
    path: PathBuf,
    name: String,
    policy: Policy,
    max_record: usize,
    is_pipe: bool,
    bad: u64,
    record: PhantomData<fn() -> T>,
}

impl<T> fmt::Debug for CsvReader<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CsvReader")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// What came of one try to read a record.
enum Tried<T> {
    Record(T),
    Bad,
    End,
}

impl<T: DeserializeOwned> CsvReader<T> {
    pub(super) fn new(mut opened: OpenFile, delimiter: u8, header: bool) -> Result<Self> {
        opened.check_text()?;
        let name = opened.name();
        let resumed = Self::resumed(&mut opened)?;
        let OpenFile {
            file,
            path,
            policy,
            max_record,
            is_pipe,
            ..
        } = opened;
        let mut reader = Self {
            csv: Some(csv_reader(Limited::new(file), delimiter)),
            base: FilePlace::default(),
            header: None,
            columns: None,
            raw: None,
            delimiter,
            path,
            name,
            policy,
            max_record,
            is_pipe,
            bad: 0,
            record: PhantomData,
        };
        if header {
            reader.read_header()?;
        }
        if let Some((place, mark)) = resumed {
            reader.change_place(place, |file| file.return_to(mark))?;
        }
        Ok(reader)
    }

    /// Where an earlier reader stopped, if it stopped in this file; the header is read first in any case.
    fn resumed(opened: &mut OpenFile) -> Result<Option<(FilePlace, Mark)>> {
        if opened.from.is_none() {
            return Ok(None);
        }
        let place = opened.go_on(b"\n\r")?;
        let mark = opened.file.mark();
        let back = opened.file.go_to(0);
        back.map_err(|cause| Error::io("reading", &opened.path, cause))?;
        Ok(Some((place, mark)))
    }

    /// Reads the line that names the columns. An empty file has none, and no records.
    fn read_header(&mut self) -> Result<()> {
        let start = self.place();
        let mut header = ByteRecord::new();
        if !self.read_raw(&mut header)? {
            return Ok(());
        }
        if self.csv().get_ref().exceeded || self.is_unclosed(start)? {
            return Err(self.bad_header("a quote is not closed in the header"));
        }
        for (place, column) in header.iter().enumerate() {
            if std::str::from_utf8(column).is_err() {
                return Err(self.bad_header(format!("the name of column {} is not UTF-8", place + 1)));
            }
            if header.iter().take(place).any(|earlier| earlier == column) {
                let column = String::from_utf8_lossy(column);
                return Err(self.bad_header(format!("the header names the column `{column}` twice")));
            }
        }
        self.columns = Some(header.len());
        self.header = Some(header);
        Ok(())
    }

    fn bad_header(&self, cause: impl Into<String>) -> Error {
        let advice = "correct the first line, or read a file without a header with `.without_header()`";
        Error::unreadable(&self.name, cause, advice)
    }

    fn csv(&mut self) -> &mut csv::Reader<Limited> {
        self.csv.as_mut().expect("the reader is put back by `go_to`")
    }

    /// The place behind the last record.
    fn place(&self) -> FilePlace {
        let read = self.csv.as_ref().map(csv::Reader::position);
        let (byte, line) = read.map_or((0, 1), |read| (read.byte(), read.line()));
        FilePlace {
            byte: self.base.byte + byte,
            lines: self.base.lines + line - 1,
        }
    }

    /// Reads on from another place.
    fn go_to(&mut self, place: FilePlace) -> Result<()> {
        self.change_place(place, |file| file.go_to(place.byte))
    }

    fn change_place(
        &mut self,
        place: FilePlace,
        change: impl FnOnce(&mut TrackedFile) -> std::io::Result<()>,
    ) -> Result<()> {
        let Some(csv) = self.csv.take() else { return Ok(()) };
        let mut file = csv.into_inner().into_inner();
        change(&mut file).map_err(|cause| Error::io("reading", &self.path, cause))?;
        self.csv = Some(csv_reader(Limited::new(file), self.delimiter));
        self.base = place;
        Ok(())
    }

    /// Reads a record as bytes; `false` at the end. A record that is too long gives `true`, and `exceeded`.
    fn read_raw(&mut self, to: &mut ByteRecord) -> Result<bool> {
        let allowed = self.max_record.saturating_add(BUFFER);
        let csv = self.csv();
        csv.get_mut().allow(allowed);
        match csv.read_byte_record(to) {
            Ok(more) => Ok(more),
            Err(_) if csv.get_ref().exceeded => Ok(true),
            Err(error) => Err(self.failure(error)),
        }
    }

    fn failure(&self, error: csv::Error) -> Error {
        match error.into_kind() {
            csv::ErrorKind::Io(cause) => Error::io("reading", &self.path, cause),
            other => self.bad_header(format!("{other:?}")),
        }
    }

    #[inline]
    fn try_next(&mut self) -> Result<Tried<T>> {
        let start = self.place();
        let mut raw = self.raw.take().unwrap_or_default();
        let tried = self.try_raw(start, &mut raw);
        self.raw = Some(raw);
        tried
    }

    #[inline]
    fn try_raw(&mut self, start: FilePlace, raw: &mut ByteRecord) -> Result<Tried<T>> {
        if !self.read_raw(raw)? {
            return Ok(Tried::End);
        }
        let file = self.csv().get_ref();
        if file.exceeded || file.ended && self.is_unclosed(start)? {
            return self.leave_out(start);
        }
        let columns = *self.columns.get_or_insert(raw.len());
        if raw.len() != columns {
            let cause = format!("{columns} columns expected, {} found", raw.len());
            return self.reject(raw, String::new(), cause);
        }
        match raw.deserialize(self.header.as_ref()) {
            Ok(record) => Ok(Tried::Record(record)),
            Err(error) => self.misfit(raw, &error),
        }
    }

    /// Whether the last record goes to the end of the file because a quote is not closed.
    fn is_unclosed(&mut self, start: FilePlace) -> Result<bool> {
        let (delimiter, most) = (self.delimiter, self.max_record as u64);
        let file = self.csv().get_mut();
        if !file.ended {
            return Ok(false);
        }
        match file.file().peek(start.byte, most) {
            Ok(record) => Ok(end_inside_quotes(&record, delimiter)),
            Err(cause) => Err(Error::io("reading", &self.path, cause)),
        }
    }

    /// Leaves out the line in which a record begins that does not end, and goes on behind that line.
    #[cold]
    fn leave_out(&mut self, start: FilePlace) -> Result<Tried<T>> {
        let (most, name) = (self.max_record, self.name.clone());
        let piece = self.csv().get_mut().file().peek(start.byte, most as u64);
        let piece = piece.map_err(|cause| Error::io("reading", &self.path, cause))?;
        let blank = piece
            .iter()
            .take_while(|byte| matches!(byte, b'\n' | b'\r'))
            .count();
        let blank_lines = piece[..blank].iter().filter(|&&byte| byte == b'\n').count() as u64;
        let line = piece[blank..].iter().position(|&byte| byte == b'\n');
        let cause = if end_inside_quotes(&piece[blank..], self.delimiter) {
            "a quote opens in this record and is not closed".to_owned()
        } else {
            format!(
                "the record has more than {most} bytes, the most that it may; allow more with `.max_record_bytes(…)`"
            )
        };
        let shown = &piece[blank..line.map_or(piece.len(), |line| blank + line)];
        let record = BadRecord::new((&name, start.lines + blank_lines + 1), "", cause, shown);
        let skipped = self.line_end(start, blank, line, piece.len())?;
        self.go_to(FilePlace {
            byte: start.byte + skipped,
            lines: start.lines + blank_lines + 1,
        })?;
        self.bad += 1;
        self.policy.bad_record(record)?;
        Ok(Tried::Bad)
    }

    /// How many bytes behind `start` the line ends, however long it is.
    fn line_end(&mut self, start: FilePlace, blank: usize, line: Option<usize>, seen: usize) -> Result<u64> {
        if let Some(line) = line {
            return Ok((blank + line + 1) as u64);
        }
        let mut behind = seen as u64;
        loop {
            let block = self
                .csv()
                .get_mut()
                .file()
                .peek(start.byte + behind, BUFFER as u64);
            let block = block.map_err(|cause| Error::io("reading", &self.path, cause))?;
            match block.iter().position(|&byte| byte == b'\n') {
                Some(end) => return Ok(behind + end as u64 + 1),
                None if block.is_empty() => return Ok(behind),
                None => behind += block.len() as u64,
            }
        }
    }

    /// The record does not fit the user's type.
    #[cold]
    fn misfit(&mut self, raw: &ByteRecord, error: &csv::Error) -> Result<Tried<T>> {
        let csv::ErrorKind::Deserialize { err, .. } = error.kind() else {
            return self.reject(raw, String::new(), error.to_string());
        };
        let cause = err.kind().to_string();
        if let (Some(header), Some(field)) = (&self.header, cause.strip_prefix("missing field ")) {
            let columns: Vec<_> = header.iter().map(String::from_utf8_lossy).collect();
            let columns = columns.join("`, `");
            return Err(self.bad_header(format!("the header has no column {field}; it has `{columns}`")));
        }
        let column = err
            .field()
            .and_then(|field| usize::try_from(field).ok())
            .map(|field| self.column(field));
        self.reject(raw, column.unwrap_or_default(), cause)
    }

    fn column(&self, place: usize) -> String {
        let name = self.header.as_ref().and_then(|header| header.get(place));
        name.map_or_else(
            || (place + 1).to_string(),
            |name| String::from_utf8_lossy(name).into_owned(),
        )
    }

    #[cold]
    fn reject(&mut self, raw: &ByteRecord, column: String, cause: String) -> Result<Tried<T>> {
        let line = self.base.lines + raw.position().map_or(1, csv::Position::line);
        let fields: Vec<&[u8]> = raw.iter().collect();
        let shown = fields.join(&self.delimiter);
        self.bad += 1;
        self.policy
            .bad_record(BadRecord::new((&self.name, line), column, cause, &shown))?;
        Ok(Tried::Bad)
    }
}

fn csv_reader(file: Limited, delimiter: u8) -> csv::Reader<Limited> {
    csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .buffer_capacity(BUFFER)
        .from_reader(file)
}

impl<T: DeserializeOwned> Reader for CsvReader<T> {
    type Item = T;

    fn read<F: FnMut(T) -> ControlFlow<()>>(&mut self, at_most: usize, mut out: F) -> Result<ReadStatus> {
        for _ in 0..at_most {
            match self.try_next()? {
                Tried::Record(record) => {
                    if out(record).is_break() {
                        break;
                    }
                }
                Tried::Bad => {}
                Tried::End => return Ok(ReadStatus::End),
            }
        }
        Ok(ReadStatus::Ready)
    }

    fn never_waits(&self) -> bool {
        !self.is_pipe
    }

    fn position(&mut self) -> Result<Position> {
        let (place, is_pipe) = (self.place(), self.is_pipe);
        let path = self.path.clone();
        position_in(self.csv().get_mut().file(), &path, place, is_pipe)
    }

    fn skipped(&self) -> u64 {
        self.bad
    }
}
