//! A record that could not be read.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The most bytes of bad input that are shown.
const EXCERPT: usize = 200;

/// A record of a source that could not be read: where it is, what is wrong with it, and how it begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BadRecord {
    /// The file, or the source.
    pub file: String,
    /// The line that the record begins in, from 1.
    pub line: u64,
    /// The column by its name, or by its number; empty where the whole record is bad.
    pub column: String,
    /// What is wrong.
    pub cause: String,
    /// At most 200 bytes of the input, with control characters and invalid bytes escaped.
    pub excerpt: String,
}

impl BadRecord {
    pub(crate) fn new(
        (file, line): (&str, u64),
        column: impl Into<String>,
        cause: impl Into<String>,
        input: &[u8],
    ) -> Self {
        Self {
            file: file.to_owned(),
            line,
            column: column.into(),
            cause: cause.into(),
            excerpt: excerpt_of(input),
        }
    }
}

impl fmt::Display for BadRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            line,
            column,
            cause,
            excerpt,
        } = self;
        write!(f, "{file}:{line}: ")?;
        if !column.is_empty() {
            write!(f, "column `{column}`: ")?;
        }
        write!(f, "{cause}, in `{excerpt}`")
    }
}

/// The beginning of the input, as text that is safe to show.
fn excerpt_of(input: &[u8]) -> String {
    let shown = &input[..input.len().min(EXCERPT)];
    let mut text = String::with_capacity(shown.len());
    for chunk in shown.utf8_chunks() {
        for char in chunk.valid().chars() {
            if char.is_control() {
                text.extend(char.escape_default());
            } else {
                text.push(char);
            }
        }
        for byte in chunk.invalid() {
            text += &format!("\\x{byte:02x}");
        }
    }
    if input.len() > EXCERPT {
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_escaped_and_short() {
        assert_eq!(excerpt_of(b"a\x00\n\xffb"), "a\\u{0}\\n\\xffb");
        let long = excerpt_of(&[b'x'; 300]);
        assert_eq!((long.len(), long.ends_with('…')), (203, true));
    }

    #[test]
    fn a_bad_record_says_where_and_why() {
        let bad = BadRecord::new(("a.csv", 7), "temp", "not a number", b"x");
        assert_eq!(bad.to_string(), "a.csv:7: column `temp`: not a number, in `x`");
    }
}
