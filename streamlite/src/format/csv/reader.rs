//! Reading CSV: one record after the other, each by itself good or bad.

use std::fmt;
use std::io;
use std::ops::ControlFlow;

use serde::de::DeserializeOwned;

use super::deserialize::Row;
use super::dialect::{Dialect, shown};
use super::header::Header;
use super::misfit::Misfit;
use super::splitter::{Next, Splitter};
use crate::bad_record::BadRecord;
use crate::connector::{Position, ReadProgress, ReadStatus, Reader};
use crate::error::{Error, Result};
use crate::format::Policy;
use crate::format::open_file::{FilePlace, OpenFile, ReadFrom};
use crate::format::tracked::Mark;
use crate::metrics::Unmatched;

/// Reads CSV.
pub struct CsvReader<T> {
    splitter: Splitter,
    header: Option<Header<T>>,
    /// How many columns each record has.
    columns: Option<usize>,
    /// No record was read yet.
    is_first: bool,
    /// Records were read before this reader.
    is_resumed: bool,
    /// The names that did not find each other, from the first record on that fits.
    unmatched: Option<Unmatched>,
    origin: ReadFrom,
    name: String,
    policy: Policy,
    bad: u64,
}

impl<T> fmt::Debug for CsvReader<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CsvReader")
            .field("path", &self.origin.path)
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
    pub(super) fn new(mut opened: OpenFile, dialect: &Dialect) -> Result<Self> {
        dialect.check()?;
        opened.check_text()?;
        let name = opened.name();
        let resumed = resumed(&mut opened)?;
        let OpenFile {
            file,
            origin,
            in_line,
            policy,
            max_record,
            ..
        } = opened;
        let mut reader = Self {
            splitter: Splitter::new(file, dialect.clone(), max_record, origin.is_pipe),
            header: None,
            columns: None,
            is_first: true,
            is_resumed: resumed.is_some(),
            unmatched: None,
            origin,
            name,
            policy,
            bad: 0,
        };
        let skipped = reader.splitter.skip_lines(dialect.skip_lines);
        skipped.map_err(|cause| reader.failure(cause))?;
        if dialect.header {
            reader.read_header()?;
        } else if let Some((place, _)) = &resumed {
            reader.count_columns(place.byte)?;
        }
        if let Some((place, mark)) = resumed {
            let returned = reader.splitter.file().return_to(mark);
            returned.map_err(|cause| reader.failure(cause))?;
            reader.splitter.go_on(place);
            if in_line {
                reader.splitter.pass_line();
            }
        }
        Ok(reader)
    }

    /// Reads the line that names the columns. An empty file has none, and no records.
    fn read_header(&mut self) -> Result<()> {
        match self.next()? {
            Next::End => return Ok(()),
            Next::Broken(cause) => return Err(self.bad_header(format!("in its header {cause}"))),
            Next::Record => {}
        }
        let (fields, dialect) = (self.splitter.fields(), self.splitter.dialect());
        let header = Header::new(fields, dialect).map_err(|cause| self.bad_header(cause))?;
        if self.splitter.dialect().strict {
            header.check_strictly().map_err(|cause| self.bad_header(cause))?;
        }
        self.set_columns(header.columns.len());
        self.header = Some(header);
        Ok(())
    }

    /// The first record says how many columns there are: it was read before this place, or is still to come.
    fn count_columns(&mut self, before: u64) -> Result<()> {
        loop {
            let next = self.next()?;
            if self.splitter.start() >= before {
                return Ok(());
            }
            match next {
                Next::Record => {
                    self.set_columns(self.splitter.fields().len());
                    return Ok(());
                }
                Next::Broken(_) => {
                    let left = self.splitter.leave_broken();
                    left.map_err(|cause| self.failure(cause))?;
                }
                Next::End => return Ok(()),
            }
        }
    }

    /// Each record has so many columns.
    fn set_columns(&mut self, columns: usize) {
        self.columns = Some(columns);
        if columns == 1 {
            self.splitter.blank_is_record();
        }
    }

    fn bad_header(&self, cause: impl Into<String>) -> Error {
        let advice = "correct the first line, or read a file without a header with `.without_header()`";
        Error::unreadable(&self.name, cause, advice)
    }

    #[cold]
    fn failure(&self, cause: io::Error) -> Error {
        Error::io("reading", &self.origin.path, cause)
    }

    #[inline]
    fn next(&mut self) -> Result<Next> {
        match self.splitter.next() {
            Ok(next) => Ok(next),
            Err(cause) => Err(self.failure(cause)),
        }
    }

    #[inline]
    fn try_next(&mut self) -> Result<Tried<T>> {
        match self.next()? {
            Next::Record => {}
            Next::Broken(cause) => return self.leave_out(cause),
            Next::End => return self.end(),
        }
        let found = self.splitter.fields().len();
        if self.columns != Some(found) {
            if let Some(columns) = self.columns {
                let cause = format!("{columns} columns expected, {found} found");
                return self.reject(String::new(), cause);
            }
            self.set_columns(found);
        }
        let row = Row {
            fields: self.splitter.fields(),
            dialect: self.splitter.dialect(),
            named: self.header.as_ref().map(|header| header.named.as_slice()),
        };
        match T::deserialize(row) {
            Ok(record) => {
                self.is_first = false;
                if self.unmatched.is_none() {
                    let header = self.header.as_ref();
                    let unmatched = header.map(|header| header.unmatched(row));
                    self.unmatched = Some(unmatched.unwrap_or_default());
                }
                Ok(Tried::Record(record))
            }
            Err(misfit) => self.misfit(&misfit),
        }
    }

    /// The file ends: one of a header alone is held against the type as far as it can be.
    #[cold]
    fn end(&mut self) -> Result<Tried<T>> {
        if let Some(header) = &self.header
            && std::mem::take(&mut self.is_first)
        {
            let checked = header.check_alone(self.splitter.dialect());
            checked.map_err(|cause| self.bad_header(cause))?;
        }
        Ok(Tried::End)
    }

    /// Leaves out the line in which a record begins that does not end.
    #[cold]
    fn leave_out(&mut self, cause: String) -> Result<Tried<T>> {
        let rejected = self.reject(String::new(), cause);
        let left = self.splitter.leave_broken();
        left.map_err(|cause| self.failure(cause))?;
        rejected
    }

    /// The record does not fit the user's type.
    #[cold]
    fn misfit(&mut self, misfit: &Misfit) -> Result<Tried<T>> {
        let dialect = self.splitter.dialect();
        let header = self.header.as_ref();
        if let Some(cause) = header.and_then(|header| header.blame(misfit, dialect)) {
            return Err(self.bad_header(cause));
        }
        let mut cause = misfit.to_string();
        if self.columns == Some(1)
            && let Some(delimiter) = dialect.likely_delimiter(self.splitter.raw())
        {
            cause += &format!("; it looks like `.delimiter({})`", shown(delimiter));
        }
        let column = misfit.column().map(|column| self.column(column));
        if dialect.strict && !self.is_resumed && std::mem::take(&mut self.is_first) {
            let column = column.map(|column| format!("column `{column}`: "));
            let cause = format!(
                "its first record does not fit: {}{cause}",
                column.unwrap_or_default()
            );
            let advice = "correct the type or the file, or leave out `.strict()`";
            return Err(Error::unreadable(&self.name, cause, advice));
        }
        self.reject(column.unwrap_or_default(), cause)
    }

    fn column(&self, place: usize) -> String {
        let name = self.header.as_ref().and_then(|header| header.columns.get(place));
        name.map_or_else(|| (place + 1).to_string(), ToString::to_string)
    }

    #[cold]
    fn reject(&mut self, column: String, cause: String) -> Result<Tried<T>> {
        self.bad += 1;
        self.is_first = false;
        let place = (self.name.as_str(), self.splitter.line());
        let record = BadRecord::new(place, column, cause, self.splitter.raw());
        self.policy.bad_record(record)?;
        Ok(Tried::Bad)
    }
}

/// Where an earlier reader stopped, if it stopped in this file; the header is read first in any case.
fn resumed(opened: &mut OpenFile) -> Result<Option<(FilePlace, Mark)>> {
    if opened.from.is_none() {
        return Ok(None);
    }
    let place = opened.go_on(b"\n\r")?;
    let mark = opened.file.mark();
    let back = opened.file.go_to(0);
    back.map_err(|cause| Error::io("reading", &opened.origin.path, cause))?;
    Ok(Some((place, mark)))
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
        !self.origin.is_pipe
    }

    fn progress(&self) -> Option<ReadProgress> {
        self.origin.progress()
    }

    fn position(&mut self) -> Result<Position> {
        let place = self.splitter.place_after();
        self.origin.position(self.splitter.file(), place)
    }

    fn skipped(&self) -> u64 {
        self.bad
    }

    fn unmatched(&self) -> Option<Unmatched> {
        self.unmatched.clone()
    }
}
