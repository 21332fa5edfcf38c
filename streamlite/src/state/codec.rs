//! Values to bytes and back: postcard.

use std::fmt;

use postcard::ser_flavors::Flavor;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::placement::Placement;
use super::table_id::TableId;
use crate::epoch::Epoch;

/// Writes one operator's state.
#[derive(Debug, Default)]
pub struct Encoder {
    bytes: Vec<u8>,
    /// How many entries of tables were written, for those who look at a checkpoint.
    entries: u64,
    /// `None` if everything is written at once.
    gaps: Option<GapsLeft>,
}

/// The gaps in the state of a checkpoint.
#[derive(Debug)]
struct GapsLeft {
    epoch: Epoch,
    /// Tables are written whole.
    is_full: bool,
    /// How many tables it is the first to have.
    new_tables: u32,
    gaps: Vec<(usize, TableId)>,
}

impl Encoder {
    /// For a checkpoint: takes gaps. `is_full`: what earlier checkpoints have of a table does not count.
    pub(crate) fn with_gaps(epoch: Epoch, is_full: bool) -> Self {
        let gaps = GapsLeft {
            epoch,
            is_full,
            new_tables: 0,
            gaps: Vec::new(),
        };
        Self {
            gaps: Some(gaps),
            ..Self::default()
        }
    }

    /// With room for so many bytes.
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self {
            bytes: Vec::with_capacity(bytes),
            ..Self::default()
        }
    }

    /// Writes a value of the library's own.
    ///
    /// # Errors
    /// If the value's `Serialize` fails.
    pub fn plain<V: Serialize + ?Sized>(&mut self, value: &V) -> Result<(), StateError> {
        postcard::serialize_with_flavor(value, Behind(&mut self.bytes))?;
        Ok(())
    }

    /// Writes what a closure writes behind the number of its bytes, so that it can be read by itself.
    ///
    /// # Errors
    /// If `write` fails, or it is longer than 4 GiB.
    pub fn framed(
        &mut self,
        write: impl FnOnce(&mut Self) -> Result<(), StateError>,
    ) -> Result<(), StateError> {
        let start = self.bytes.len();
        self.bytes.extend(u32::MAX.to_le_bytes());
        let behind = self.bytes.len();
        write(self)?;
        let length = u32::try_from(self.bytes.len() - behind);
        let length = length.map_err(|_| StateError::new("a value has more than 4 GiB"))?;
        self.bytes[start..behind].copy_from_slice(&length.to_le_bytes());
        Ok(())
    }

    /// Counts entries of a table.
    pub(crate) fn count(&mut self, entries: u64) {
        self.entries += entries;
    }

    pub(super) fn entries(&self) -> u64 {
        self.entries
    }

    /// How many bytes were written.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether it is for a checkpoint.
    pub(crate) fn takes_gaps(&self) -> bool {
        self.gaps.is_some()
    }

    /// Leaves a gap for the entries of a table, which are written in slices. Returns which table it is from now on, and
    /// whether all of it must be written; `None` if it must be written now.
    pub(super) fn leave_table(&mut self, known: Option<TableId>) -> Option<(TableId, bool)> {
        let behind = self.bytes.len();
        let left = self.gaps.as_mut()?;
        let id = known.unwrap_or_else(|| {
            left.new_tables += 1;
            TableId {
                since: left.epoch,
                number: left.new_tables,
            }
        });
        left.gaps.push((behind, id));
        Some((id, left.is_full || known.is_none()))
    }

    /// The gaps that were left for tables: behind which bytes each belongs.
    pub(super) fn take_gaps(&mut self) -> Vec<(usize, TableId)> {
        self.gaps.take().map(|left| left.gaps).unwrap_or_default()
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// Writes behind what is there: a float or a text at once, and the few bytes of an integer one by one, which takes less than to
/// call what copies bytes.
struct Behind<'a>(&'a mut Vec<u8>);

impl Flavor for Behind<'_> {
    type Output = ();

    #[inline]
    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.0.push(byte);
        Ok(())
    }

    #[inline]
    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        if bytes.len() < 8 {
            bytes.iter().for_each(|&byte| self.0.push(byte));
        } else {
            self.0.extend_from_slice(bytes);
        }
        Ok(())
    }

    fn finalize(self) -> postcard::Result<()> {
        Ok(())
    }
}

/// Reads one operator's state back.
#[derive(Clone, Debug)]
pub struct Decoder<'a> {
    bytes: &'a [u8],
    /// Entries of tables may be said to be in slots of their own.
    has_own_slots: bool,
}

impl<'a> Decoder<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            has_own_slots: false,
        }
    }

    /// What a checkpoint has, whose tables may be beside it: entries of tables may be said to be in slots of their own.
    pub(super) fn with_own_slots(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            has_own_slots: true,
        }
    }

    /// Into which slots the entries of a table come, which follow.
    pub(super) fn placement(&mut self) -> Result<Placement, StateError> {
        let placement = self.plain()?;
        if placement != Placement::First && !self.has_own_slots {
            return Err(StateError::new(
                "a table is in slots of its own, and no checkpoint has it",
            ));
        }
        Ok(placement)
    }

    /// Reads a value of the library's own.
    ///
    /// # Errors
    /// If the bytes are not such a value.
    pub fn plain<V: DeserializeOwned>(&mut self) -> Result<V, StateError> {
        let (value, rest) = postcard::take_from_bytes(self.bytes)?;
        self.bytes = rest;
        Ok(value)
    }

    /// The bytes of what was written [framed](Encoder::framed).
    ///
    /// # Errors
    /// If there are fewer than it is said to have.
    pub fn framed(&mut self) -> Result<&'a [u8], StateError> {
        let short = || StateError::new("the bytes end in the middle of a value");
        let (length, rest) = self.bytes.split_first_chunk().ok_or_else(short)?;
        let length = u32::from_le_bytes(*length) as usize;
        let (framed, rest) = rest.split_at_checked(length).ok_or_else(short)?;
        self.bytes = rest;
        Ok(framed)
    }

    /// How many bytes are left.
    pub(super) fn left(&self) -> usize {
        self.bytes.len()
    }

    /// Says that everything was read.
    pub(crate) fn end(&self) -> Result<(), StateError> {
        match self.bytes.len() {
            0 => Ok(()),
            left => Err(StateError::new(format!(
                "{left} bytes are left over: it was saved by another pipeline"
            ))),
        }
    }
}

/// Why a state could not be saved or restored.
#[derive(Debug)]
pub struct StateError {
    cause: String,
}

impl StateError {
    /// An error with its cause.
    #[must_use]
    pub fn new(cause: impl Into<String>) -> Self {
        Self { cause: cause.into() }
    }
}

impl From<postcard::Error> for StateError {
    fn from(cause: postcard::Error) -> Self {
        Self::new(cause.to_string())
    }
}

impl fmt::Display for StateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.cause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Behind the byte before, what postcard itself writes of it.
    fn check<V: Serialize>(value: &V) {
        let mut encoder = Encoder::default();
        encoder.plain(&0xff_u8).expect("it is a byte");
        encoder.plain(value).expect("it can be written");
        let expected = postcard::to_extend(value, vec![0xff_u8]).expect("it can be written");
        assert_eq!(encoder.into_bytes(), expected);
    }

    #[test]
    fn what_is_written_is_what_postcard_writes() {
        for shift in 0..64 {
            check(&(u64::MAX >> shift));
            check(&(i64::MIN >> shift, true, 0.1_f64 * f64::from(shift)));
            check(&(i128::MAX >> shift, 'ß', 0.1_f32));
        }
        for length in 0..40 {
            check(&("ab".repeat(length), Some(vec![length; length])));
            check(&vec![0_u8; length]);
        }
    }
}
