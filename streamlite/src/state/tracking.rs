//! Which entries of a table changed since the last checkpoint, and what is being written of it for the present one.

use super::capture::{Capture, WriteEntry, WritesEntry};
use super::look_up::Block;
use super::placement::OwnSlots;
use super::renewal::Renewal;
use super::table::Table;
use super::table_id::TableId;

/// What is known of a table for its checkpoints.
pub(super) struct Tracking<S: Table> {
    /// `None` if the next checkpoint has to write it whole: everything was removed, or may have changed without a mark.
    pub(super) id: Option<TableId>,
    /// The slots that were changed since the last barrier, one bit each.
    dirty: Vec<u64>,
    /// Room for those of the next checkpoint.
    pub(super) spare: Vec<u64>,
    renewal: Renewal,
    /// `None` while no checkpoint is being written of it.
    pub(super) capture: Option<Capture<S>>,
}

impl<S: Table> Tracking<S> {
    pub(super) fn new() -> Self {
        Self {
            id: None,
            dirty: Vec::new(),
            spare: Vec::new(),
            renewal: Renewal::default(),
            capture: None,
        }
    }

    /// What is known of a table that was restored from a checkpoint, which has all of it.
    pub(super) fn restored(table: &mut S, own: &OwnSlots) -> Self {
        table.note_strays(true);
        Self {
            id: Some(own.id),
            dirty: vec![0; table.slot_count().div_ceil(64)],
            renewal: Renewal::from(own.oldest),
            ..Self::new()
        }
    }

    /// An entry is about to be changed.
    #[inline]
    pub(super) fn touch(&mut self, table: &mut S, slot: S::Slot) {
        if self.capture.is_some() {
            self.write_early(table, slot);
        }
        self.mark(slot);
    }

    /// The same of one that `write` writes.
    #[inline]
    pub(super) fn touch_by(&mut self, table: &mut S, slot: S::Slot, write: impl WritesEntry<S>) {
        if let Some(capture) = &mut self.capture {
            capture.touch_by(table, slot, write);
        }
        self.mark(slot);
    }

    #[cold]
    fn write_early(&mut self, table: &mut S, slot: S::Slot) {
        if let Some(capture) = &mut self.capture {
            capture.touch(table, slot);
        }
    }

    /// The next checkpoint has to write an entry.
    #[inline]
    fn mark(&mut self, slot: S::Slot) {
        let place = S::place_of(slot);
        let (word, bit) = (place as usize / 64, 1 << (place % 64));
        match self.dirty.get_mut(word) {
            Some(dirty) => *dirty |= bit,
            None => self.mark_new(word, bit),
        }
    }

    /// Marks the entries that were found in a third pass elsewhere than the second one had guessed.
    #[inline]
    pub(super) fn mark_strays(&mut self, table: &mut S) {
        table.take_strays(|place| self.mark(S::slot_at(place)));
    }

    /// Marks all entries of a block where they are likely to be: a slot that is marked and not changed costs little, and to wait
    /// for the third pass more.
    pub(super) fn mark_guesses<R, H>(&mut self, block: &Block<R, H>) {
        let dirty = &mut self.dirty[..];
        block.look_at_guesses(|likely| mark_in(dirty, likely));
    }

    #[inline]
    pub(super) fn mark_guess(&mut self, likely: u32) {
        mark_in(&mut self.dirty, likely);
    }

    #[cold]
    fn mark_new(&mut self, word: usize, bit: u64) {
        self.dirty.resize(word + 1, 0);
        self.dirty[word] |= bit;
    }

    /// Marks what is to be written of the table for a checkpoint; from here on what changes is for the next one.
    pub(super) fn begin(&mut self, table: &mut S, (id, is_full): (TableId, bool), write: WriteEntry<S>) {
        self.mark_strays(table);
        let marks = std::mem::replace(&mut self.dirty, std::mem::take(&mut self.spare));
        let renewal = (!is_full).then_some(&mut self.renewal);
        self.capture = Some(Capture::new(table, id, write, marks, renewal));
        if self.id.replace(id).is_none() {
            table.note_strays(true);
        }
        self.dirty.clear();
        self.dirty.resize(table.slot_count().div_ceil(64), 0);
    }
}

/// Marks a slot that there was at the last barrier; one that is newer was marked when it was found.
#[inline]
fn mark_in(dirty: &mut [u64], place: u32) {
    if let Some(dirty) = dirty.get_mut(place as usize / 64) {
        *dirty |= 1 << (place % 64);
    }
}
