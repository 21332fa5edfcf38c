//! What is missing from a state that is being saved, until a checkpoint is stored.

use std::fmt;

use super::captured::Captured;
use super::codec::{Encoder, StateError};

/// Writes what stands in a gap.
pub(super) type WriteLater = Box<dyn FnOnce(&mut Encoder) -> Result<(), StateError> + Send>;

/// What is missing from a state, in order: what is written in slices between reads, and what is written when all is put
/// together.
#[derive(Default)]
pub(crate) struct Gaps(Vec<(usize, Gap)>);

/// What belongs into a gap.
enum Gap {
    Slices,
    Later(WriteLater),
}

impl Gaps {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Behind so many bytes something comes that is written in slices.
    pub(super) fn leave(&mut self, behind: usize) {
        self.0.push((behind, Gap::Slices));
    }

    /// Behind so many bytes something comes that is written later.
    pub(super) fn leave_for(&mut self, behind: usize, write: WriteLater) {
        self.0.push((behind, Gap::Later(write)));
    }

    /// Puts everything into its gap, between the bytes that are there.
    ///
    /// # Errors
    /// If a value's `Serialize` fails.
    pub(super) fn fill(self, bytes: &mut Vec<u8>, captured: Vec<Captured>) -> Result<(), StateError> {
        let before = std::mem::take(bytes);
        let (mut at, mut captured) = (0, captured.into_iter());
        for (behind, gap) in self.0 {
            bytes.extend_from_slice(&before[at..behind]);
            at = behind;
            match gap {
                Gap::Slices => {
                    if let Some(captured) = captured.next() {
                        captured.append_to(bytes);
                    }
                }
                Gap::Later(write) => {
                    let mut encoder = Encoder::behind(std::mem::take(bytes));
                    write(&mut encoder)?;
                    *bytes = encoder.into_bytes();
                }
            }
        }
        bytes.extend_from_slice(&before[at..]);
        Ok(())
    }
}

impl fmt::Debug for Gaps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|(behind, _)| behind))
            .finish()
    }
}
