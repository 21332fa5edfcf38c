//! What is missing from a state that is being saved, until a checkpoint is stored.

use super::captured::Captured;
use super::codec::{Encoder, Gap, StateError};

/// What is missing from a state, in order: what is written in slices between reads, and what is written when all is put
/// together.
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
                    let mut encoder = Encoder::after(std::mem::take(bytes));
                    write(&mut encoder)?;
                    *bytes = encoder.into_bytes();
                }
            }
        }
        bytes.extend_from_slice(&before[at..]);
        Ok(())
    }
}
