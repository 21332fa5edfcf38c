//! Taking what a large table holds, in slices between which records go on.
//!
//! At the barrier of a checkpoint the entries are marked that it has to write. Slices write them from the first slot on and take
//! their marks away; an entry that a record is about to change before its turn is written first, beside the others. So what is
//! written is what the table held at the barrier, and nobody waits longer than for a slice. It is put in the order of the slots
//! on the thread that stores it.

use std::cell::Cell;
use std::fmt;

use super::captured::{Captured, Chunk, places};
use super::codec::{Encoder, StateError};
use super::renewal::{Renewal, parts_of};
use super::snapshot::StateId;
use super::table::Table;
use super::table_id::{PART, TableId};

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
    entries > FEW || is_in_slices()
}

/// Whether a test has said how large slices are.
pub(super) fn is_in_slices() -> bool {
    ENTRIES_OF_A_SLICE.get().is_some()
}

/// Writes an entry.
pub(crate) type WriteEntry<S> =
    fn(&<S as Table>::Key, &<S as Table>::Value, &mut Encoder) -> Result<(), StateError>;

/// What writes an entry.
pub(super) trait WritesEntry<S: Table>:
    FnMut(&S::Key, &S::Value, &mut Encoder) -> Result<(), StateError>
{
}

impl<S: Table, W> WritesEntry<S> for W where
    W: FnMut(&S::Key, &S::Value, &mut Encoder) -> Result<(), StateError>
{
}

/// How many words of marks a part has.
const WORDS: usize = PART as usize / 64;

/// How many words before their turn entries are fetched from memory.
const AHEAD: usize = 2;

/// A table that is being written.
pub(super) struct Capture<S: Table> {
    write: WriteEntry<S>,
    /// The slots of entries that are to be written and are not, one bit each.
    pending: Vec<u64>,
    /// The first word that was not walked.
    word: usize,
    walked: Chunk,
    /// What it comes to; without what is in `walked`.
    captured: Captured,
    failed: Option<StateError>,
}

impl<S: Table> Capture<S> {
    /// Marks what changed, and the parts that are written whole; of a table that earlier checkpoints do not have everything is.
    /// `marks` has the slots that changed, one bit each.
    pub(super) fn new(
        table: &S,
        id: TableId,
        write: WriteEntry<S>,
        mut marks: Vec<u64>,
        renewal: Option<&mut Renewal>,
    ) -> Self {
        let slots = table.slot_count();
        marks.resize(slots.div_ceil(64), 0);
        let renewed = match renewal {
            None => Renewal::all(slots),
            Some(renewal) => {
                let changed = marks.iter().map(|word| word.count_ones() as usize).sum();
                renewal.take(slots, changed)
            }
        };
        let gone = mark(table, &mut marks, &renewed);
        let pending = marks;
        Self {
            write,
            pending,
            word: 0,
            walked: Chunk::default(),
            captured: Captured {
                id,
                entries: table.count() as u64,
                parts: parts_of(slots),
                renewed,
                walked: Vec::new(),
                early: Chunk::default(),
                gone,
            },
            failed: None,
        }
    }

    /// An entry is about to be changed.
    #[inline]
    pub(super) fn touch(&mut self, slots: &mut S, slot: S::Slot) {
        self.touch_by(slots, slot, self.write);
    }

    /// The same where `write` writes it.
    #[inline]
    pub(super) fn touch_by(&mut self, slots: &mut S, slot: S::Slot, write: impl WritesEntry<S>) {
        let place = S::place_of(slot);
        let (word, bit) = (place as usize / 64, 1 << (place % 64));
        if self.pending.get(word).is_some_and(|pending| pending & bit != 0) {
            self.pending[word] &= !bit;
            self.write_early(slots, slot, write);
        }
    }

    fn write_early(&mut self, slots: &mut S, slot: S::Slot, mut write: impl WritesEntry<S>) {
        let (key, value) = slots.entry(slot);
        let written = write(key, value, &mut self.captured.early.bytes);
        self.captured.early.end(S::place_of(slot));
        self.note(written);
    }

    /// Writes entries as long as there is room in the slice; says whether all are written.
    pub(super) fn walk(&mut self, slots: &mut S, room: &mut Room) -> bool {
        self.walk_by(slots, room, 1, self.write)
    }

    /// The same where `write` writes them, each of which counts as so many.
    pub(super) fn walk_by(
        &mut self,
        slots: &mut S,
        room: &mut Room,
        each: usize,
        mut write: impl WritesEntry<S>,
    ) -> bool {
        while self.word < self.pending.len() && room.is_there() {
            let pending = self.pending[self.word];
            let now = lowest(pending, (64 / each).max(1));
            if now != 0 {
                self.pending[self.word] &= !now;
                let bytes = self.walk_word(slots, now, &mut write);
                room.take(now.count_ones() as usize * each, bytes);
            }
            if now == pending {
                self.word += 1;
            }
        }
        self.word == self.pending.len()
    }

    /// Writes all that is left.
    pub(super) fn walk_to_end(&mut self, slots: &mut S) {
        self.walk(slots, &mut Room::unlimited());
    }

    /// Writes entries of a word; returns how many bytes they have.
    fn walk_word(&mut self, slots: &mut S, pending: u64, write: &mut impl WritesEntry<S>) -> usize {
        let first = u32::try_from(self.word * 64).unwrap_or(u32::MAX);
        self.prefetch_word(slots, self.word + AHEAD);
        let before = self.walked.bytes.len();
        for bit in places(&[pending]) {
            let (key, value) = slots.entry(S::slot_at(first + bit));
            let written = write(key, value, &mut self.walked.bytes);
            self.walked.end(first + bit);
            self.note(written);
        }
        let bytes = self.walked.bytes.len() - before;
        if self.walked.bytes.len() >= BYTES {
            let chunk = self.walked.take(2 * BYTES);
            self.captured.walked.push(chunk);
        }
        bytes
    }

    /// The entries of a word are on their way from memory before the first one is waited for.
    #[inline]
    fn prefetch_word(&self, slots: &S, word: usize) {
        let Some(&pending) = self.pending.get(word) else {
            return;
        };
        let first = u32::try_from(word * 64).unwrap_or(u32::MAX);
        for bit in places(&[pending]) {
            slots.prefetch(S::slot_at(first + bit));
        }
    }

    #[inline]
    fn note(&mut self, written: Result<(), StateError>) {
        if let Err(error) = written {
            self.failed.get_or_insert(error);
        }
    }

    /// What was written, once all is, and room for the marks of a later one.
    pub(super) fn finish(mut self) -> (Result<Captured, StateError>, Vec<u64>) {
        self.captured.walked.push(self.walked);
        let captured = match self.failed {
            Some(error) => Err(error),
            None => Ok(self.captured),
        };
        (captured, self.pending)
    }
}

/// So many of the bits that are set, the lowest ones.
fn lowest(bits: u64, most: usize) -> u64 {
    if bits.count_ones() as usize <= most {
        return bits;
    }
    // Each step takes the lowest one away.
    let left = (0..most).fold(bits, |left, _| left & (left - 1));
    bits & !left
}

/// Marks the entries of the parts that are written whole as well, and no slot that is empty. Returns the slots whose entries are
/// gone since the last checkpoint, one bit each.
fn mark<S: Table>(table: &S, marks: &mut [u64], renewed: &[u32]) -> Vec<u64> {
    let slots = table.slot_count();
    for &part in renewed {
        let words = part as usize * WORDS..(part as usize + 1) * WORDS;
        marks[words.start..words.end.min(slots.div_ceil(64))].fill(u64::MAX);
    }
    if let Some(last) = marks.last_mut().filter(|_| !slots.is_multiple_of(64)) {
        *last &= (1 << (slots % 64)) - 1;
    }
    let mut gone = Vec::new();
    table.for_each_empty(|place| {
        let (word, bit) = (place as usize / 64, 1 << (place % 64));
        if marks[word] & bit != 0 {
            marks[word] &= !bit;
            if gone.is_empty() {
                gone.resize(marks.len(), 0);
            }
            gone[word] |= bit;
        }
    });
    // Of these parts nothing counts that was written before.
    if !gone.is_empty() {
        for &part in renewed {
            let words = part as usize * WORDS..(part as usize + 1) * WORDS;
            gone[words.start..words.end.min(marks.len())].fill(0);
        }
    }
    gone
}

/// How much may be written between two reads.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    entries: usize,
    bytes: usize,
}

impl Room {
    pub(crate) fn of_a_slice() -> Self {
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
