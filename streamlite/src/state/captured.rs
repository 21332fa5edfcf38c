//! What a checkpoint has of a table beside the state that it is part of: the entries that it has to write.

use super::codec::Encoder;
use super::table_id::TableId;

/// Entries, one after another.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    /// The places of the slots, and where the bytes of each end.
    entries: Vec<(u32, usize)>,
    pub(super) bytes: Encoder,
}

impl Chunk {
    /// Its entries; those that follow have room for as many, and a few more, but not for `most` bytes and more: one entry may
    /// have been very long.
    pub(super) fn take(&mut self, most: usize) -> Self {
        let room = |length: usize| length + length / 8;
        let next = Self {
            entries: Vec::with_capacity(room(self.entries.len())),
            bytes: Encoder::with_capacity(room(self.bytes.len()).min(most)),
        };
        std::mem::replace(self, next)
    }

    /// The entry of a slot was written behind the others.
    #[inline]
    pub(super) fn end(&mut self, place: u32) {
        self.entries.push((place, self.bytes.len()));
    }

    fn iter(&self) -> impl Iterator<Item = (u32, &[u8])> {
        let mut start = 0;
        self.entries.iter().map(move |&(place, end)| {
            let entry = &self.bytes.as_bytes()[start..end];
            start = end;
            (place, entry)
        })
    }
}

/// What a checkpoint has to write of a table: the entries that changed since the one before, those that were removed, and
/// some parts from the first slot to the last, so that older files are no longer needed.
#[derive(Debug)]
pub struct Captured {
    pub(super) id: TableId,
    /// How many entries the table has.
    pub(super) entries: u64,
    /// How many parts it has.
    pub(super) parts: usize,
    /// The parts that are written whole: of them nothing counts that was written before.
    pub(super) renewed: Vec<u32>,
    /// In the order of the slots.
    pub(super) walked: Vec<Chunk>,
    /// What was written before its turn, in any order.
    pub(super) early: Chunk,
    /// The slots whose entries were removed, one bit each.
    pub(super) gone: Vec<u64>,
}

impl Captured {
    pub(crate) fn id(&self) -> TableId {
        self.id
    }

    pub(crate) fn entries(&self) -> u64 {
        self.entries
    }

    pub(crate) fn parts(&self) -> usize {
        self.parts
    }

    pub(crate) fn renewed(&self) -> &[u32] {
        &self.renewed
    }

    /// Whether it has the whole table.
    pub(super) fn is_whole(&self) -> bool {
        self.renewed.len() == self.parts
    }

    /// One that has these entries, in order, or that they are gone; for tests.
    #[cfg(test)]
    pub(crate) fn of(
        id: TableId,
        (entries, parts): (usize, usize),
        renewed: Vec<u32>,
        rows: &[(u32, Option<Vec<u8>>)],
    ) -> Self {
        let (mut walked, mut gone) = (Chunk::default(), Vec::new());
        for (place, entry) in rows {
            match entry {
                Some(entry) => {
                    entry
                        .iter()
                        .for_each(|byte| walked.bytes.plain(byte).expect("it is a byte"));
                    walked.end(*place);
                }
                None => {
                    let word = *place as usize / 64;
                    gone.resize(gone.len().max(word + 1), 0);
                    gone[word] |= 1_u64 << (place % 64);
                }
            }
        }
        Self {
            id,
            entries: entries as u64,
            parts,
            renewed,
            walked: vec![walked],
            early: Chunk::default(),
            gone,
        }
    }

    /// How many bytes the entries have.
    pub(crate) fn bytes(&self) -> usize {
        self.walked
            .iter()
            .chain([&self.early])
            .map(|chunk| chunk.bytes.len())
            .sum()
    }

    /// Shows what is to be written, in the order of the slots: their places, and each entry, or that it is gone.
    pub(crate) fn for_each<E>(
        &self,
        mut visit: impl FnMut(u32, Option<&[u8]>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut early: Vec<(u32, &[u8])> = self.early.iter().collect();
        early.sort_unstable_by_key(|(place, _)| *place);
        let mut walked = self.walked.iter().flat_map(Chunk::iter).peekable();
        let mut early = early.into_iter().peekable();
        let mut gone = places(&self.gone).peekable();
        loop {
            let next = [
                walked.peek().map(|(place, _)| *place),
                early.peek().map(|(place, _)| *place),
                gone.peek().copied(),
            ];
            // No slot is in two of them.
            let Some(first) = next.into_iter().flatten().min() else {
                return Ok(());
            };
            let entry = walked.next_if(|(place, _)| *place == first);
            let entry = entry.or_else(|| early.next_if(|(place, _)| *place == first));
            if entry.is_none() {
                gone.next();
            }
            visit(first, entry.map(|(_, bytes)| bytes))?;
        }
    }
}

/// The places whose bits are set, in order.
pub(super) fn places(words: &[u64]) -> impl Iterator<Item = u32> {
    (0_u32..).zip(words).flat_map(|(word, &bits)| {
        let mut left = bits;
        std::iter::from_fn(move || {
            let bit = (left != 0).then(|| left.trailing_zeros())?;
            left &= left - 1;
            Some(word * 64 + bit)
        })
    })
}

/// What checkpoints have together, for tests.
#[cfg(test)]
pub(super) mod stored {
    use std::collections::BTreeMap;

    use super::super::codec::Encoder;
    use super::super::placement::{OwnSlots, Placement};
    use super::super::table_id::{PART, TableId};
    use super::Captured;

    /// What all checkpoints together have of a table.
    #[derive(Clone, Default)]
    pub(in crate::state) struct Stored {
        id: Option<TableId>,
        parts: u32,
        entries: BTreeMap<u32, Vec<u8>>,
    }

    impl Stored {
        pub(in crate::state) fn add(&mut self, captured: &Captured) {
            if self.id.replace(captured.id()) != Some(captured.id()) {
                self.entries.clear();
                assert_eq!(captured.renewed().len(), captured.parts(), "the first is whole");
            }
            self.entries
                .retain(|place, _| !captured.renewed().contains(&(place / PART)));
            let mut before = None;
            captured
                .for_each(|place, entry| {
                    assert!(before.replace(place) < Some(place), "in the order of the slots");
                    match entry {
                        Some(entry) => self.entries.insert(place, entry.to_vec()),
                        None => self.entries.remove(&place),
                    };
                    Ok::<(), ()>(())
                })
                .expect("nothing fails");
            assert_eq!(captured.entries(), self.entries.len() as u64);
            let parts = u32::try_from(captured.parts()).expect("there are few");
            assert!(self.parts <= parts || captured.renewed().len() == captured.parts());
            self.parts = parts;
        }

        pub(in crate::state) fn parts(&self) -> u32 {
            self.parts
        }

        /// What a restore reads of it, from how many entries there are on.
        pub(in crate::state) fn restored(&self) -> Vec<u8> {
            let mut bytes = Encoder::default();
            bytes.plain(&(self.entries.len() as u64)).expect("it is a number");
            let own = OwnSlots {
                id: self.id.expect("there was a checkpoint"),
                parts: self.parts,
                oldest: self.parts / 2,
            };
            let placement = Placement::of(self.entries.len() as u64, own);
            bytes.plain(&placement).expect("they are numbers");
            let (mut bytes, mut last) = (bytes.into_bytes(), 0);
            for (place, entry) in &self.entries {
                if let Placement::Own(_) = placement {
                    bytes = postcard::to_extend(&(place - last), bytes).expect("it is a number");
                }
                bytes.extend_from_slice(entry);
                last = *place;
            }
            bytes
        }

        pub(in crate::state) fn bytes(&self) -> Vec<u8> {
            self.entries.values().flatten().copied().collect()
        }
    }
}
