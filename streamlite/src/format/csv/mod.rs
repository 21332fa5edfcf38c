//! CSV: RFC 4180, with a header that names the fields of the user's type.

mod deserialize;
mod dialect;
mod encoder;
mod header;
mod misfit;
mod options;
mod quotes;
mod reader;
mod serialize;
mod splitter;
mod value;
mod writer;

use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

use self::splitter::{Next, Splitter};
use super::tracked::TrackedFile;
use super::{Decode, Encode, OpenFile, RecordFile};
use crate::error::{Error, Result};
use crate::fs::ReadFile;
pub(crate) use dialect::Dialect;
pub(crate) use options::csv_options;
pub use reader::CsvReader;
pub use writer::CsvWriter;

/// CSV as RFC 4180 has it: quoted fields may hold the delimiter, line ends and doubled quotes.
///
/// Columns are matched to the fields of the user's type by name, in any order; a column that no field names is left
/// out. Values are taken verbatim, white space included: ` 1` is no number. `NaN` and `inf` are floats. What a float
/// cannot hold is a bad record: `1e400`, and a whole number that would become another one. An empty field is `None` for an
/// `Option`. Lines of nothing are left out, but where there is one column: there they are an empty field.
///
/// Written are the fields of a struct or the values of a tuple, each a column. A [`Windowed`](crate::window::Windowed) has
/// the columns `key`, `start`, `end` and `value`. What has no names has no header, unless the sink says them by
/// [`columns`](crate::sink::FileSink::columns).
///
/// `Csv::<Trade>::default().delimiter(b';')` is what sources that take a format are given; files have methods of these names
/// themselves.
#[derive(Clone, Debug)]
pub struct Csv<T = ()> {
    pub(crate) dialect: Dialect,
    /// The header that a sink writes before there is a record.
    pub(crate) columns: Option<Vec<String>>,
    record: PhantomData<fn() -> T>,
}

/// The longest header of a file that is appended to.
const MAX_HEADER: usize = 64 << 20;

impl<T> Default for Csv<T> {
    fn default() -> Self {
        Self {
            dialect: Dialect::default(),
            columns: None,
            record: PhantomData,
        }
    }
}

impl<T: DeserializeOwned> Decode for Csv<T> {
    type Item = T;
    type Reader = CsvReader<T>;

    fn reader(&self, file: OpenFile) -> Result<CsvReader<T>> {
        CsvReader::new(file, &self.dialect)
    }
}

impl<T: Serialize> Encode<T> for Csv {
    type Writer = CsvWriter;

    fn writer(&self, file: RecordFile) -> CsvWriter {
        CsvWriter::new(file, &self.dialect, self.columns.as_deref())
    }

    /// A file that has something already has a header, too: it must be that of the records.
    fn append(&self, file: RecordFile, there: Box<dyn ReadFile>) -> Result<CsvWriter> {
        if !self.dialect.header {
            return Ok(CsvWriter::after(file, &self.dialect, None));
        }
        let mut splitter = Splitter::new(TrackedFile::new(there), self.dialect.clone(), MAX_HEADER, false);
        let cause = match splitter.next() {
            Ok(Next::Record) => {
                let header = splitter.fields().texts();
                return Ok(CsvWriter::after(file, &self.dialect, Some(header)));
            }
            Ok(Next::End) => return Ok(CsvWriter::new(file, &self.dialect, self.columns.as_deref())),
            Ok(Next::Broken(cause)) => format!("in its header {cause}"),
            Err(cause) => return Err(Error::io("reading", file.name(), cause)),
        };
        Err(Error::write(file.name(), cause))
    }
}
