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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::epoch::{Epoch, Incarnation};

    #[test]
    fn a_table_belongs_behind_what_was_written_later_before_it() {
        let epoch = Epoch {
            incarnation: Incarnation(1),
            number: 1,
        };
        let mut encoder = Encoder::with_gaps(epoch, false);
        let write = |to: &mut Encoder| {
            to.plain(&1_u8)?;
            to.later(|to| to.plain(&[2_u8; 3]))?;
            to.plain(&3_u8)?;
            to.leave_table(None);
            to.plain(&4_u8)?;
            to.later(|to| to.plain(&5_u8))
        };
        write(&mut encoder).expect("they are numbers");
        let gaps = Gaps::of(&mut encoder);
        let mut bytes = encoder.into_bytes();
        let tables = gaps.fill(&mut bytes).expect("they are numbers");
        assert_eq!(bytes, [1, 2, 2, 2, 3, 4, 5]);
        assert_eq!(tables.iter().map(|(behind, _)| *behind).collect::<Vec<_>>(), [5]);
    }
}
