//! What may be said of a CSV file that is written.

use super::CsvSink;

/// How the file is written.
impl CsvSink {
    /// Writes another delimiter than the comma, such as `b';'` or `b'\t'`.
    #[must_use]
    pub fn delimiter(mut self, delimiter: u8) -> Self {
        self.format.dialect.delimiter = delimiter;
        self
    }

    /// Writes another quote than `"`.
    #[must_use]
    pub fn quote(mut self, quote: u8) -> Self {
        self.format.dialect.quote = Some(quote);
        self
    }

    /// Writes no header.
    #[must_use]
    pub fn without_header(mut self) -> Self {
        self.format.dialect.header = false;
        self
    }

    /// Writes a header of these columns, also where no record comes, and where records are tuples, which have no names of
    /// their own. Where they have, they must be these in this order.
    ///
    /// ```
    /// # use streamlite::prelude::*;
    /// # let dir = tempfile::tempdir().expect("a directory");
    /// # let path = dir.path().join("counts.csv");
    /// let counts = CsvSink::create(&path)?.columns(["word", "count"]);
    /// pipeline!(from([("to", 2), ("be", 2)]).to(counts)).run()?;
    /// assert_eq!(std::fs::read_to_string(&path).expect("it is there"), "word,count\nto,2\nbe,2\n");
    /// # Ok::<(), streamlite::Error>(())
    /// ```
    #[must_use]
    pub fn columns(mut self, names: impl IntoIterator<Item: Into<String>>) -> Self {
        self.format.columns = Some(names.into_iter().map(Into::into).collect());
        self
    }
}
