//! Taking what a large table holds, in slices between which records go on.
//!
//! At the barrier of a checkpoint every entry is marked. Slices write entries from the first slot on and take their marks
//! away; an entry that a record is about to change before its turn is written first, beside the others. So what is written is
//! what the table held at the barrier, and nobody waits longer than for a slice. It is put in the order of the slots on the
//! thread that stores it.

use std::cell::Cell;
use std::fmt;

use super::captured::{Captured, Early};
use super::codec::{Encoder, StateError};
use super::snapshot::StateId;
use super::table::Table;

/// How many entries are written between two reads: about half a millisecond's worth where values are plain numbers.
const ENTRIES: usize = 8192;
/// How many bytes, where entries are long: about half a millisecond's worth, too.
const BYTES: usize = 256 << 10;

/// Up to so many entries are written at once.
const FEW: usize = 64;

thread_local! {
    static ENTRIES_OF_A_SLICE: Cell<Option<usize>> = const { Cell::new(None) };
}

/// Lets the jobs of this thread take what tables hold in slices of so many entries, whatever the size of the tables: a switch
/// for tests. `None` is what they do by themselves.
pub fn capture_in_slices(entries: Option<usize>) {
    ENTRIES_OF_A_SLICE.set(entries);
}

/// Whether to take so many entries in slices: nobody knows how long they are. What one slice holds is written at the barrier
/// in any case.
pub(super) fn in_slices(entries: usize) -> bool {
    entries > FEW || ENTRIES_OF_A_SLICE.get().is_some()
}

/// Writes an entry.
pub(crate) type WriteEntry<S> =
    fn(&<S as Table>::Key, &<S as Table>::Value, &mut Encoder) -> Result<(), StateError>;

/// A table that is being written.
pub(crate) struct Capture<S: Table> {
    write: WriteEntry<S>,
    /// The slots that were taken at the barrier, one bit each.
    taken: Vec<u64>,
    /// Those of them that are not written.
    pending: Vec<u64>,
    /// The first word that was not walked.
    word: usize,
    /// The blocks before `walked`.
    blocks: Vec<Vec<u8>>,
    /// How many bytes those have.
    before: usize,
    walked: Encoder,
    early: Early,
    failed: Option<StateError>,
}

impl<S: Table> Capture<S> {
    /// Writes a table: how many entries there are, and the entries. For a checkpoint those of a large one are marked, and
    /// left to be written by the capture.
    pub(crate) fn begin(
        table: &S,
        to: &mut Encoder,
        write: WriteEntry<S>,
    ) -> Result<Option<Self>, StateError> {
        table.save_count(to)?;
        if S::MAY_BE_LARGE && in_slices(table.count()) && to.leave_gap() {
            return Ok(Some(Self::new(table, write)));
        }
        let mut entries = table.in_order();
        entries.try_for_each(|(key, value)| write(key, value, to))?;
        Ok(None)
    }

    /// Marks every entry of a table.
    fn new(slots: &S, write: WriteEntry<S>) -> Self {
        let taken = slots.taken();
        Self {
            write,
            pending: taken.clone(),
            taken,
            word: 0,
            blocks: Vec::new(),
            before: 0,
            walked: Encoder::default(),
            early: Early::default(),
            failed: None,
        }
    }

    /// An entry is about to be changed.
    #[inline]
    pub(crate) fn touch(&mut self, slots: &mut S, slot: S::Slot) {
        let place = S::place_of(slot);
        let (word, bit) = (place as usize / 64, 1 << (place % 64));
        if self.pending.get(word).is_some_and(|pending| pending & bit != 0) {
            self.pending[word] &= !bit;
            self.write_early(slots, slot);
        }
    }

    fn write_early(&mut self, slots: &mut S, slot: S::Slot) {
        let (key, value) = slots.entry(slot);
        let written = (self.write)(key, value, &mut self.early.bytes);
        self.note(written);
        self.early.ends.push((S::place_of(slot), self.early.bytes.len()));
    }

    /// Writes entries as long as there is room in the slice; says whether all are written.
    pub(crate) fn walk(&mut self, slots: &mut S, room: &mut Room) -> bool {
        while self.word < self.pending.len() && room.is_there() {
            let before = self.before + self.walked.len();
            let entries = self.walk_word(slots);
            // What cannot be written takes what is before it along.
            room.take(entries, (self.before + self.walked.len()).saturating_sub(before));
        }
        self.word == self.pending.len()
    }

    /// Writes all that is left.
    pub(crate) fn walk_to_end(&mut self, slots: &mut S) {
        self.walk(slots, &mut Room::unlimited());
    }

    fn walk_word(&mut self, slots: &mut S) -> usize {
        let word = self.word;
        let pending = std::mem::take(&mut self.pending[word]);
        let mut left = self.taken[word];
        while left != 0 {
            let bit = left & left.wrapping_neg();
            left ^= bit;
            if pending & bit == 0 {
                self.early.gaps.push(self.before + self.walked.len());
                continue;
            }
            let place = u32::try_from(word * 64).unwrap_or(u32::MAX) + bit.trailing_zeros();
            let (key, value) = slots.entry(S::slot_at(place));
            let written = (self.write)(key, value, &mut self.walked);
            self.note(written);
        }
        self.word += 1;
        if self.walked.len() >= BYTES {
            self.end_block();
        }
        pending.count_ones() as usize
    }

    fn end_block(&mut self) {
        let block = std::mem::take(&mut self.walked).into_bytes();
        self.before += block.len();
        self.blocks.push(block);
    }

    #[inline]
    fn note(&mut self, written: Result<(), StateError>) {
        if let Err(error) = written {
            self.failed.get_or_insert(error);
        }
    }

    /// What was written, once all is.
    pub(crate) fn finish(mut self) -> Result<Captured, StateError> {
        self.end_block();
        match self.failed {
            Some(error) => Err(error),
            None => Ok(Captured {
                blocks: self.blocks,
                early: self.early,
            }),
        }
    }
}

/// How much may be written between two reads.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    entries: usize,
    bytes: usize,
}

impl Room {
    pub(super) fn of_a_slice() -> Self {
        Self {
            entries: ENTRIES_OF_A_SLICE.get().unwrap_or(ENTRIES),
            bytes: BYTES,
        }
    }

    pub(super) fn unlimited() -> Self {
        Self {
            entries: usize::MAX,
            bytes: usize::MAX,
        }
    }

    pub(super) fn is_there(self) -> bool {
        self.entries > 0 && self.bytes > 0
    }

    pub(super) fn take(&mut self, entries: usize, bytes: usize) {
        self.entries = self.entries.saturating_sub(entries);
        self.bytes = self.bytes.saturating_sub(bytes);
    }
}

/// What the tables of one operator held, in the order of the gaps that were left for them; or why it could not be written.
pub type CapturedTables = Result<Vec<Captured>, StateError>;

/// Lets the tables that are being written go on by a slice.
#[derive(Debug)]
pub struct Slice {
    /// The operators whose tables were written to the end with it.
    done: Vec<(StateId, CapturedTables)>,
    /// How many have tables that are not.
    open: usize,
    room: Room,
}

impl Slice {
    /// One slice.
    pub(crate) fn one() -> Self {
        Self::of(Room::of_a_slice())
    }

    /// Everything that is left.
    pub(crate) fn all() -> Self {
        Self::of(Room::unlimited())
    }

    fn of(room: Room) -> Self {
        Self {
            done: Vec::new(),
            open: 0,
            room,
        }
    }

    /// Lets the tables of an operator go on: `walk` says what they held once all are written, and nothing if none was to be.
    pub(crate) fn walk(&mut self, id: &StateId, walk: impl FnOnce(&mut Room) -> Option<CapturedTables>) {
        match walk(&mut self.room) {
            None => self.open += 1,
            Some(Ok(none)) if none.is_empty() => {}
            Some(captured) => self.done.push((id.clone(), captured)),
        }
    }

    /// The operators whose tables were written to the end with it, and whether there are others.
    pub(crate) fn finish(self) -> (Vec<(StateId, CapturedTables)>, bool) {
        (self.done, self.open > 0)
    }
}

impl<S: Table> fmt::Debug for Capture<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Capture")
            .field("word", &self.word)
            .finish_non_exhaustive()
    }
}
