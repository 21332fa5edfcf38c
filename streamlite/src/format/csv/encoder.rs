//! Fields and lines as written to a file; the quotes are left to `csv_core`.

use csv_core::{WriteResult, Writer, WriterBuilder};

use super::dialect::Dialect;

/// Puts fields into quotes where they need them, delimiters between them, and ends after lines.
#[derive(Debug)]
pub(super) struct FieldEncoder(Writer);

impl FieldEncoder {
    pub(super) fn new(dialect: &Dialect) -> Self {
        let mut builder = WriterBuilder::new();
        builder
            .delimiter(dialect.delimiter)
            .quote(dialect.quote.unwrap_or(b'"'));
        Self(builder.build())
    }

    /// Adds a field.
    #[inline]
    pub(super) fn field(&mut self, text: &[u8], is_first: bool, to: &mut Vec<u8>) {
        let writer = &mut self.0;
        if !is_first {
            step(to, 2, |to| writer.delimiter(to));
        }
        let mut read = 0;
        // All of it quoted, each byte twice.
        step(to, 2 * text.len() + 2, |to| {
            let (result, taken, written) = writer.field(&text[read..], to);
            read += taken;
            (result, written)
        });
    }

    /// Ends a line.
    #[inline]
    pub(super) fn end(&mut self, to: &mut Vec<u8>) {
        step(to, 3, |to| self.0.terminator(to));
    }
}

/// Lets `write` add up to so many bytes.
#[inline]
fn step(to: &mut Vec<u8>, most: usize, mut write: impl FnMut(&mut [u8]) -> (WriteResult, usize)) {
    loop {
        let len = to.len();
        to.resize(len + most, 0);
        let (result, written) = write(&mut to[len..]);
        to.truncate(len + written);
        if matches!(result, WriteResult::InputEmpty) {
            return;
        }
    }
}
