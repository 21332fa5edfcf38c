//! What is missing from a state that is being saved, until a checkpoint is stored.

use super::codec::{Encoder, Gap, StateError};
use super::table_id::TableId;

/// What is missing from a state, in order: tables, which stay beside it, and what is written when all is put together.
#[derive(Debug)]
pub(crate) struct Gaps(Vec<(usize, Gap)>);

impl Gaps {
    /// The gaps that an encoder has left.
    pub(super) fn of(encoder: &mut Encoder) -> Self {
        Self(encoder.take_gaps())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Writes what was left for later into its gap, between the bytes that are there. Returns behind which bytes the tables
    /// belong.
    ///
    /// # Errors
    /// If a value's `Serialize` fails.
    pub(super) fn fill(self, bytes: &mut Vec<u8>) -> Result<Vec<(usize, TableId)>, StateError> {
        let before = std::mem::take(bytes);
        let (mut at, mut tables) = (0, Vec::new());
        for (behind, gap) in self.0 {
            bytes.extend_from_slice(&before[at..behind]);
            at = behind;
            match gap {
                Gap::Table(id) => tables.push((bytes.len(), id)),
                Gap::Later(write) => {
                    let mut encoder = Encoder::after(std::mem::take(bytes));
                    write(&mut encoder)?;
                    *bytes = encoder.into_bytes();
                }
            }
        }
        bytes.extend_from_slice(&before[at..]);
        Ok(tables)
    }
}
