//! How records are written in files: one format a file.

mod compression;
#[cfg(feature = "csv")]
pub(crate) mod csv;
#[cfg(feature = "gzip")]
mod gzip;
mod headed;
#[cfg(feature = "json")]
mod json;
mod lines;
mod meter;
mod open_file;
mod policy;
mod raw_lines;
mod record_file;
mod schema;
#[cfg(any(feature = "csv", feature = "json"))]
mod shape;
mod tracked;

#[cfg(feature = "csv")]
pub use self::csv::{Csv, CsvReader, CsvWriter};
pub(crate) use compression::{is_packed, packed, unpacked};
#[cfg(feature = "json")]
pub use json::{Json, JsonReader, JsonWriter};
pub use lines::{Lines, LinesReader, LinesWriter};
pub(crate) use meter::Meter;
pub use open_file::OpenFile;
pub(crate) use open_file::{FilePlace, FilePosition, ReadFrom};
pub(crate) use policy::Policy;
pub use policy::{Fail, OnError, Route, Skip};
pub use record_file::RecordFile;
pub use schema::{Enum, Field, Kind, Schema, Struct, Variant};
pub(crate) use tracked::TrackedFile;

use crate::connector::Reader;
use crate::connector::Writer;
use crate::error::Result;
use crate::fs::ReadFile;

/// A format that records are read from.
pub trait Decode: Send + Sync {
    /// A record.
    type Item;
    /// Reads the records of one file.
    type Reader: Reader<Item = Self::Item>;

    /// Reads a file.
    ///
    /// # Errors
    /// If the file as a whole cannot be: an invalid header, an encoding that is not UTF-8.
    fn reader(&self, file: OpenFile) -> Result<Self::Reader>;
}

/// A format that records are written in.
pub trait Encode<T>: Send {
    /// Writes the records of one file.
    type Writer: Writer<T>;

    /// Writes a file from its beginning.
    fn writer(&self, file: RecordFile) -> Self::Writer;

    /// Writes after what is `there`, which can be read.
    ///
    /// # Errors
    /// If what is there does not go together with the records.
    fn append(&self, file: RecordFile, _there: Box<dyn ReadFile>) -> Result<Self::Writer> {
        Ok(self.writer(file))
    }
}
