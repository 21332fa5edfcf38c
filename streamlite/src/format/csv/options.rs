//! What may be said of CSV: of the format itself, and of a source that reads it.

use super::Csv;

/// The methods that say how CSV is written: what is not said is not guessed. The dialect is at this path.
macro_rules! csv_options {
    ($self:ident $(.$field:ident)+) => {
        /// Takes another delimiter than the comma, such as `b';'` or `b'\t'`.
        #[must_use]
        pub fn delimiter(mut $self, delimiter: u8) -> Self {
            $self$(.$field)+.delimiter = delimiter;
            $self
        }

        /// Takes another quote than `"`.
        #[must_use]
        pub fn quote(mut $self, quote: u8) -> Self {
            $self$(.$field)+.quote = Some(quote);
            $self
        }

        /// Takes quotes as text like any other: a record is a line, whatever its characters.
        #[must_use]
        pub fn without_quotes(mut $self) -> Self {
            $self$(.$field)+.quote = None;
            $self
        }

        /// Takes the character after this one, such as `b'\\'`, literally inside of quotes. A quote that is
        /// twice there is one in any case.
        #[must_use]
        pub fn escape(mut $self, escape: u8) -> Self {
            $self$(.$field)+.escape = Some(escape);
            $self
        }

        /// Leaves out lines that begin with this character, such as `b'#'`.
        #[must_use]
        pub fn comment(mut $self, comment: u8) -> Self {
            $self$(.$field)+.comment = Some(comment);
            $self
        }

        /// Leaves out white space around values and names, also where it was inside of quotes. A quote after white space does not
        /// open a field.
        #[must_use]
        pub fn trim(mut $self) -> Self {
            $self$(.$field)+.trim = true;
            $self
        }

        /// Takes the first line as a record, too, and matches columns to fields by their order.
        #[must_use]
        pub fn without_header(mut $self) -> Self {
            $self$(.$field)+.header = false;
            $self
        }

        /// Leaves out so many lines at the beginning of each file, before its header.
        #[must_use]
        pub fn skip_lines(mut $self, lines: u64) -> Self {
            $self$(.$field)+.skip_lines = lines;
            $self
        }

        /// Takes only records that have what the type says, and nothing else: each column is a field, each field has a column, also
        /// one that may be absent, and the first record fits. Where that is not so, the job ends before a record is processed,
        /// and the error names the columns and fields. See [`Schema`](crate::format::Schema).
        #[must_use]
        pub fn strict(mut $self) -> Self {
            $self$(.$field)+.strict = true;
            $self
        }

        /// Takes these texts as `None` where a field is an `Option`, as an empty one is in any case: `["NA", "-"]`.
        #[must_use]
        pub fn null_values(mut $self, texts: impl IntoIterator<Item: Into<String>>) -> Self {
            $self$(.$field)+.nulls = texts.into_iter().map(Into::into).collect();
            $self
        }

        /// Takes these texts as `true` where a field is a `bool`, beside that word: `["1", "yes"]`.
        #[must_use]
        pub fn true_values(mut $self, texts: impl IntoIterator<Item: Into<String>>) -> Self {
            $self$(.$field)+.trues = texts.into_iter().map(Into::into).collect();
            $self
        }

        /// Takes these texts as `false` where a field is a `bool`, beside that word: `["0", "no"]`.
        #[must_use]
        pub fn false_values(mut $self, texts: impl IntoIterator<Item: Into<String>>) -> Self {
            $self$(.$field)+.falses = texts.into_iter().map(Into::into).collect();
            $self
        }
    };
}

pub(crate) use csv_options;

/// How it is written. What is not said is not guessed.
impl<T> Csv<T> {
    csv_options!(self.dialect);

    /// Writes a header of these columns, also where no record comes, and where records are tuples, which have no names of
    /// their own. Where they have, they must be these in this order.
    #[must_use]
    pub fn columns(mut self, names: impl IntoIterator<Item: Into<String>>) -> Self {
        self.columns = Some(names.into_iter().map(Into::into).collect());
        self
    }
}
