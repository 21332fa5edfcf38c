//! What may be said of a CSV file.

use serde::de::DeserializeOwned;

use super::CsvSource;
use crate::format::csv::csv_options;

/// How the files are written. What is not said is not guessed.
impl<T: DeserializeOwned> CsvSource<T> {
    csv_options!(self.format.dialect);
}
