//! What one CSV file has otherwise than another.

use crate::error::{Error, Result};

/// How a CSV file is written, and what its texts mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dialect {
    pub(crate) delimiter: u8,
    /// `None` where quotes are text like any other.
    pub(crate) quote: Option<u8>,
    /// Stands before a quote inside a quoted field, beside doubling it.
    pub(crate) escape: Option<u8>,
    /// A line that begins with it is left out.
    pub(crate) comment: Option<u8>,
    pub(crate) trim: bool,
    pub(crate) header: bool,
    /// Columns and fields must be the same.
    pub(crate) strict: bool,
    /// How many lines precede the header.
    pub(crate) skip_lines: u64,
    /// What an empty field is for an `Option`, beside being empty.
    pub(crate) nulls: Vec<String>,
    pub(crate) trues: Vec<String>,
    pub(crate) falses: Vec<String>,
}

impl Default for Dialect {
    fn default() -> Self {
        Self {
            delimiter: b',',
            quote: Some(b'"'),
            escape: None,
            comment: None,
            trim: false,
            header: true,
            strict: false,
            skip_lines: 0,
            nulls: Vec::new(),
            trues: Vec::new(),
            falses: Vec::new(),
        }
    }
}

impl Dialect {
    /// Refuses what cannot be told apart.
    pub(super) fn check(&self) -> Result<()> {
        let bytes = [
            ("delimiter", Some(self.delimiter)),
            ("quote", self.quote),
            ("escape", self.escape),
            ("comment", self.comment),
        ];
        for (place, (option, byte)) in bytes.iter().enumerate() {
            let Some(byte) = *byte else { continue };
            let setting = || format!("`.{option}({})`", shown(byte));
            if matches!(byte, b'\n' | b'\r') || !byte.is_ascii() {
                let cause = match byte {
                    b'\n' | b'\r' => "a line ends there",
                    _ => "it is a part of a letter in UTF-8",
                };
                return Err(Error::setting(
                    setting(),
                    cause,
                    "take another character of ASCII",
                ));
            }
            let other = bytes[..place].iter().find(|(_, other)| *other == Some(byte));
            if let Some((other, _)) = other {
                let cause = format!("it is the {other}, too");
                return Err(Error::setting(setting(), cause, "take two different characters"));
            }
        }
        let both = self.trues.iter().find(|text| self.falses.contains(text));
        if let Some(text) = both {
            return Err(Error::setting(
                format!("`.true_values([{text:?}])`"),
                "it is in `.false_values(…)`, too",
                "name it in one of them",
            ));
        }
        Ok(())
    }

    /// Another delimiter that is likely, where a line has none of this one.
    pub(super) fn likely_delimiter(&self, line: &[u8]) -> Option<u8> {
        if line.contains(&self.delimiter) {
            return None;
        }
        let likely = [b';', b'\t', b'|', b','];
        likely.into_iter().find(|byte| line.contains(byte))
    }
}

/// A byte as it is written in Rust.
pub(super) fn shown(byte: u8) -> String {
    format!("b'{}'", std::ascii::escape_default(byte))
}
