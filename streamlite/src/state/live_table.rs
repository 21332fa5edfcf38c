//! A table that goes on being used while a checkpoint is written of what it held.

use std::fmt;
use std::ops::Deref;

use super::capture::{Capture, CapturedTables, Room, WriteEntry};
use super::captured::Captured;
use super::codec::{Decoder, Encoder, StateError};
use super::grouping::Grouping;
use super::look_up::{Block, LookUp};
use super::storage::Storage;
use super::table::Table;

/// A table that goes on being used while a checkpoint is written of what it held at the barrier.
///
/// Whatever changes an entry has it written first, if its turn has not come; looking at the table needs nothing of it.
pub struct LiveTable<S: Table> {
    table: S,
    /// `None` while no checkpoint is being written of it.
    capture: Option<Box<Capture<S>>>,
}

impl<S: Table> Default for LiveTable<S> {
    fn default() -> Self {
        Self {
            table: S::default(),
            capture: None,
        }
    }
}

impl<S: Table> Deref for LiveTable<S> {
    type Target = S;

    #[inline]
    fn deref(&self) -> &S {
        &self.table
    }
}

impl<S: Table> LiveTable<S> {
    /// Makes the table ready for records.
    pub fn prepare(&mut self, zero: impl FnOnce() -> S::Value) {
        self.table.prepare(zero);
    }

    /// The slot of a record's group, which starts with `first` if it is new.
    #[inline]
    pub fn slot_of<T, G>(&mut self, grouping: &mut G, record: &T, first: impl FnOnce() -> S::Value) -> S::Slot
    where
        G: Grouping<T, Table<S::Value> = S>,
    {
        grouping.slot(&mut self.table, record, first)
    }

    /// The third pass over a block: the slot of a record's group, as [`slot_of`](Self::slot_of) finds it.
    #[inline]
    pub fn slot_of_found<T, G>(
        &mut self,
        grouping: &mut G,
        look_up: LookUp,
        held: G::Held,
        record: &T,
        first: impl FnOnce() -> S::Value,
    ) -> S::Slot
    where
        G: Grouping<T, Table<S::Value> = S>,
    {
        grouping.slot_of_found(&mut self.table, look_up, held, record, first)
    }

    /// The key and the value of an entry that is there; its value may be changed.
    #[inline]
    pub fn entry(&mut self, slot: S::Slot) -> (&S::Key, &mut S::Value) {
        self.touch(slot);
        self.table.entry(slot)
    }

    /// Lets a closure look at an entry that is there, and change its value.
    #[inline]
    pub fn update<R>(&mut self, slot: S::Slot, change: impl FnOnce(&S::Key, &mut S::Value) -> R) -> R {
        let (key, value) = self.entry(slot);
        change(key, value)
    }

    /// The key and the value of an entry that was [touched](Self::touch).
    #[inline]
    pub fn entry_touched(&mut self, slot: S::Slot) -> (&S::Key, &mut S::Value) {
        self.table.entry(slot)
    }

    /// The same as [`update`](Self::update) of an entry that was touched.
    #[inline]
    pub fn update_touched<R>(
        &mut self,
        slot: S::Slot,
        change: impl FnOnce(&S::Key, &mut S::Value) -> R,
    ) -> R {
        self.table.update(slot, change)
    }

    /// Removes the entry in a slot, if one is there, and leaves `left` in its place; the slot is used again.
    pub fn remove(&mut self, slot: S::Slot, left: S::Value) -> Option<S::Value> {
        self.touch(slot);
        self.table.remove(slot, left)
    }

    /// Removes every entry, in order.
    pub fn drain_in_order(&mut self, take: impl FnMut(S::Key, S::Value)) {
        self.touch_everything();
        self.table.drain_in_order(take);
    }

    /// Puts in what was saved of a key that is not there yet.
    pub fn insert(&mut self, key: S::Key, value: S::Value) {
        self.table.insert(key, value);
    }

    /// Whether a checkpoint is being written of it: then keys are better looked up in blocks, which touch what they change.
    #[inline]
    pub fn is_captured(&self) -> bool {
        S::MAY_BE_LARGE && self.capture.is_some()
    }

    /// Has an entry written that is about to be changed, if a checkpoint is being written and its turn has not come.
    #[inline]
    pub fn touch(&mut self, slot: S::Slot) {
        if S::MAY_BE_LARGE && self.capture.is_some() {
            self.write_early(slot);
        }
    }

    #[cold]
    fn write_early(&mut self, slot: S::Slot) {
        if let Some(capture) = &mut self.capture {
            capture.touch(&mut self.table, slot);
        }
    }

    /// The same of all entries that the records of a block have, between the second pass and the third.
    #[inline]
    pub fn touch_block<T, G, R>(
        &mut self,
        grouping: &mut G,
        block: &Block<R, G::Held>,
        record: impl Fn(&R) -> &T,
    ) where
        G: Grouping<T, Table<S::Value> = S>,
    {
        if S::MAY_BE_LARGE && self.capture.is_some() {
            self.write_block_early(grouping, block, record);
        }
    }

    #[cold]
    fn write_block_early<T, G, R>(
        &mut self,
        grouping: &mut G,
        block: &Block<R, G::Held>,
        record: impl Fn(&R) -> &T,
    ) where
        G: Grouping<T, Table<S::Value> = S>,
    {
        for (row, held, look_up) in block.looked_up() {
            let slot = grouping.find::<S::Value>(&self.table, look_up, held, record(row));
            if let Some(slot) = slot {
                self.write_early(slot);
            }
        }
    }

    /// The same of several entries.
    #[inline]
    pub fn touch_all(&mut self, slots: impl IntoIterator<Item = S::Slot>) {
        if S::MAY_BE_LARGE && self.capture.is_some() {
            slots.into_iter().for_each(|slot| self.write_early(slot));
        }
    }

    /// The same of all entries that are there.
    #[inline]
    pub fn touch_everything(&mut self) {
        if S::MAY_BE_LARGE && self.capture.is_some() {
            self.write_everything();
        }
    }

    #[cold]
    fn write_everything(&mut self) {
        if let Some(capture) = &mut self.capture {
            capture.walk_to_end(&mut self.table);
        }
    }

    /// Writes how many entries there are, and the entries. For a checkpoint those of a large table are marked, and written
    /// in slices by [`walk`](Self::walk), as they are now.
    ///
    /// # Errors
    /// If `write` fails.
    pub fn save(&mut self, to: &mut Encoder, write: WriteEntry<S>) -> Result<(), StateError> {
        let capture = Capture::begin(&self.table, to, write)?;
        self.capture = capture.map(Box::new);
        Ok(())
    }

    /// Writes entries as long as there is room; returns what was written once all is, and nothing if nothing was to be.
    pub fn walk(&mut self, room: &mut Room) -> Option<CapturedTables> {
        let is_written = self.go_on(room);
        is_written.then(|| self.finish().into_iter().collect())
    }

    /// Writes entries as long as there is room; says whether all are written.
    pub fn go_on(&mut self, room: &mut Room) -> bool {
        match &mut self.capture {
            None => true,
            Some(capture) => capture.walk(&mut self.table, room),
        }
    }

    /// What was written, once all is; `None` if nothing was to be.
    pub fn finish(&mut self) -> Option<Result<Captured, StateError>> {
        Some(self.capture.take()?.finish())
    }

    /// Reads the entries of a table that was saved into this one, which has none; values by `read`.
    ///
    /// # Errors
    /// If the bytes are not such a table.
    pub fn restore<C: Storage<S::Key>>(
        &mut self,
        from: &mut Decoder<'_>,
        read: impl FnMut(&mut Decoder<'_>) -> Result<S::Value, StateError>,
    ) -> Result<(), StateError> {
        self.table.restore::<C>(from, read)
    }
}

impl<S: Table> fmt::Debug for LiveTable<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LiveTable")
            .field("entries", &self.table.count())
            .field("capture", &self.capture)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::super::capture::capture_in_slices;
    use super::super::gaps::Gaps;
    use super::super::key_table::KeyTable;
    use super::*;

    type Table32 = KeyTable<u32, u64>;

    fn write(key: &u32, value: &u64, to: &mut Encoder) -> Result<(), StateError> {
        to.plain(&(key, value))
    }

    /// What saving returns that leaves no gap.
    fn whole(table: &mut LiveTable<Table32>) -> Vec<u8> {
        let mut encoder = Encoder::default();
        table.save(&mut encoder, write).expect("it is a number");
        encoder.into_bytes()
    }

    /// Tables change between slices in every way there is; what is written is what there was at the barrier.
    fn compare(seed: u64) {
        let mut random = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let mut next = |below: usize| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            usize::try_from(random % below as u64).expect("it is small")
        };
        let (mut table, mut key) = (LiveTable::<Table32>::default(), 0);
        for _ in 0..20 {
            let changes = [10, 100, 700][next(3)];
            for step in 0..changes {
                change(&mut table, &mut key, &mut next, step);
            }
            let before = whole(&mut table);
            let mut encoder = Encoder::with_gaps();
            table.save(&mut encoder, write).expect("it is a number");
            let captured = loop {
                for step in 0..next(60) as u64 {
                    change(&mut table, &mut key, &mut next, step);
                }
                capture_in_slices(Some(1 + next(200)));
                if let Some(captured) = table.walk(&mut Room::of_a_slice()) {
                    break captured.expect("they are numbers");
                }
            };
            let gaps = Gaps::of(&mut encoder);
            let mut bytes = encoder.into_bytes();
            gaps.fill(&mut bytes, captured).expect("they are numbers");
            assert!(bytes == before, "seed {seed}");
        }
    }

    fn change(
        table: &mut LiveTable<Table32>,
        key: &mut u32,
        next: &mut impl FnMut(usize) -> usize,
        step: u64,
    ) {
        let slots = table.slots();
        let slot = (!slots.is_empty()).then(|| slots[next(slots.len().max(1))]);
        match (next(100), slot) {
            (0, _) if next(20) == 0 => table.drain_in_order(|_key, _value| {}),
            (0..40, Some(slot)) => table.update(slot, |_key, value| *value += 1 + step),
            (40..55, Some(slot)) => drop(table.remove(slot, 7)),
            _ => {
                table.insert(*key, step);
                *key += 1;
            }
        }
    }

    #[test]
    fn what_is_written_in_slices_is_what_there_was_at_the_barrier() {
        capture_in_slices(Some(64));
        (1..16).for_each(compare);
        capture_in_slices(None);
    }
}
