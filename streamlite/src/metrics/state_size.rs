//! How large the state of an operator is.

use std::ops::AddAssign;

use serde::Serialize;

/// How large the state of a statement is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct StateSize {
    /// What is kept of keys: one each, or one each window of it.
    pub entries: u64,
    /// The bytes of the tables that they are in. What a key or a value has on the heap is not in it: the text of a `String`,
    /// the rows that a join keeps of a key.
    pub bytes: u64,
}

impl StateSize {
    pub(crate) fn new(entries: usize, bytes: usize) -> Self {
        Self {
            entries: entries as u64,
            bytes: bytes as u64,
        }
    }

    /// The same memory, of so many entries.
    pub(crate) fn of_entries(self, entries: u64) -> Self {
        Self { entries, ..self }
    }
}

impl AddAssign for StateSize {
    fn add_assign(&mut self, other: Self) {
        self.entries += other.entries;
        self.bytes += other.bytes;
    }
}

impl std::iter::Sum for StateSize {
    fn sum<I: Iterator<Item = Self>>(sizes: I) -> Self {
        sizes.fold(Self::default(), |mut sum, size| {
            sum += size;
            sum
        })
    }
}
