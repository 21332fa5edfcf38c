//! What may be said of a CSV file.

use serde::de::DeserializeOwned;

use super::CsvSource;

/// How the files are written. What is not said is not guessed.
impl<T: DeserializeOwned> CsvSource<T> {
    /// Takes another delimiter than the comma, such as `b';'` or `b'\t'`.
    #[must_use]
    pub fn delimiter(mut self, delimiter: u8) -> Self {
        self.format.dialect.delimiter = delimiter;
        self
    }

    /// Takes another quote than `"`.
    #[must_use]
    pub fn quote(mut self, quote: u8) -> Self {
        self.format.dialect.quote = Some(quote);
        self
    }

    /// Takes quotes as text like any other: a record is a line, whatever its characters.
    #[must_use]
    pub fn without_quotes(mut self) -> Self {
        self.format.dialect.quote = None;
        self
    }

    /// Takes the character after this one, such as `b'\\'`, literally inside of quotes. A quote that is
    /// twice there is one in any case.
    #[must_use]
    pub fn escape(mut self, escape: u8) -> Self {
        self.format.dialect.escape = Some(escape);
        self
    }

    /// Leaves out lines that begin with this character, such as `b'#'`.
    #[must_use]
    pub fn comment(mut self, comment: u8) -> Self {
        self.format.dialect.comment = Some(comment);
        self
    }

    /// Leaves out white space around values and names, also where it was inside of quotes. A quote after white space does not
    /// open a field.
    #[must_use]
    pub fn trim(mut self) -> Self {
        self.format.dialect.trim = true;
        self
    }

    /// Takes the first line as a record, too, and matches columns to fields by their order.
    #[must_use]
    pub fn without_header(mut self) -> Self {
        self.format.dialect.header = false;
        self
    }

    /// Leaves out so many lines at the beginning of each file, before its header.
    #[must_use]
    pub fn skip_lines(mut self, lines: u64) -> Self {
        self.format.dialect.skip_lines = lines;
        self
    }

    /// Takes these texts as `None` where a field is an `Option`, as an empty one is in any case: `["NA", "-"]`.
    #[must_use]
    pub fn null_values(mut self, texts: impl IntoIterator<Item: Into<String>>) -> Self {
        self.format.dialect.nulls = texts.into_iter().map(Into::into).collect();
        self
    }

    /// Takes these texts as `true` where a field is a `bool`, beside that word: `["1", "yes"]`.
    #[must_use]
    pub fn true_values(mut self, texts: impl IntoIterator<Item: Into<String>>) -> Self {
        self.format.dialect.trues = texts.into_iter().map(Into::into).collect();
        self
    }

    /// Takes these texts as `false` where a field is a `bool`, beside that word: `["0", "no"]`.
    #[must_use]
    pub fn false_values(mut self, texts: impl IntoIterator<Item: Into<String>>) -> Self {
        self.format.dialect.falses = texts.into_iter().map(Into::into).collect();
        self
    }
}
