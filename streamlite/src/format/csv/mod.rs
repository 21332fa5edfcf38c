//! CSV: RFC 4180, with a header that names the fields of the user's type.

mod quotes;
mod reader;
mod writer;

use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Decode, Encode, Opened};
use crate::error::Result;
use crate::fs::WriteFile;
pub use reader::CsvReader;
pub use writer::CsvWriter;

/// CSV as RFC 4180 has it: quoted fields may hold the delimiter, line ends and doubled quotes.
///
/// Columns are matched to the fields of the user's type by name, in any order; a column that no field names is left
/// out. Values are taken as they stand, white space included: ` 1` is no number. `NaN` and `inf` are floats.
#[derive(Clone, Copy, Debug)]
pub struct Csv<T = ()> {
    pub(crate) delimiter: u8,
    pub(crate) header: bool,
    record: PhantomData<fn() -> T>,
}

impl<T> Default for Csv<T> {
    fn default() -> Self {
        Self {
            delimiter: b',',
            header: true,
            record: PhantomData,
        }
    }
}

impl<T: DeserializeOwned> Decode for Csv<T> {
    type Item = T;
    type Reader = CsvReader<T>;

    fn reader(&self, file: Opened) -> Result<CsvReader<T>> {
        CsvReader::new(file, self.delimiter, self.header)
    }
}

impl<T: Serialize> Encode<T> for Csv {
    type Writer = CsvWriter;

    fn writer(&self, file: Box<dyn WriteFile>, name: String) -> CsvWriter {
        CsvWriter::new(file, name, self.delimiter, self.header)
    }
}
