//! What a table held, written in slices, to be put in order.

use super::codec::Encoder;

/// Entries that were written before their turn.
#[derive(Debug, Default)]
pub(super) struct Early {
    /// The places of the slots, in the order of writing, and where the bytes of each end.
    pub(super) ends: Vec<(u32, usize)>,
    pub(super) bytes: Encoder,
    /// After how many bytes of the others each of them belongs, in the order of the slots.
    pub(super) gaps: Vec<usize>,
}

/// What a table held, to be put in order.
#[derive(Debug, Default)]
pub struct Captured {
    pub(super) blocks: Vec<Vec<u8>>,
    pub(super) early: Early,
}

impl Captured {
    /// What was written in order.
    pub(super) fn of_blocks(blocks: Vec<Vec<u8>>) -> Self {
        Self {
            blocks,
            early: Early::default(),
        }
    }

    /// Appends what the table held to what precedes it, in the order of the slots.
    pub(crate) fn append_to(self, bytes: &mut Vec<u8>) {
        let Self { blocks, early } = self;
        let Early {
            ends,
            bytes: early_bytes,
            gaps,
        } = early;
        let early_bytes = early_bytes.into_bytes();
        let mut start = 0;
        let mut early: Vec<(u32, &[u8])> = Vec::with_capacity(ends.len());
        for (place, end) in ends {
            early.push((place, &early_bytes[start..end]));
            start = end;
        }
        early.sort_unstable_by_key(|(place, _)| *place);
        let whole: usize = blocks.iter().map(Vec::len).sum();
        bytes.reserve(whole + early_bytes.len());
        let mut early = gaps.into_iter().zip(early).peekable();
        let mut at = 0;
        for block in blocks {
            let mut rest = &block[..];
            while let Some((gap, (_, entry))) = early.next_if(|(gap, _)| *gap < at + rest.len()) {
                let (before, after) = rest.split_at(gap - at);
                bytes.extend_from_slice(before);
                bytes.extend_from_slice(entry);
                (at, rest) = (gap, after);
            }
            bytes.extend_from_slice(rest);
            at += rest.len();
        }
        early.for_each(|(_, (_, entry))| bytes.extend_from_slice(entry));
    }
}
