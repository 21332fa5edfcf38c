//! Looking keys up in blocks, so that the memory of many is on its way at once.

use std::cell::Cell;

/// How many records are looked up together: enough to wait for memory once, few enough to stay in the nearest cache.
const BLOCK: usize = 128;

/// What is known of a record's slot before it is found: the hash of its key, and where it most likely is.
#[derive(Clone, Copy, Debug)]
pub struct LookUp {
    pub(super) hash: u64,
    pub(super) likely: u32,
}

impl LookUp {
    /// Where the key most likely is.
    #[inline]
    pub(crate) fn likely(self) -> u32 {
        self.likely
    }
}

/// Records that are looked up together, in three passes: the key of each is hashed, and the part of the index fetched
/// that knows its slot; the slot is guessed, and fetched; it is found, and used.
///
/// What the passes write is in separate lists: a struct that is written in parts and read as a whole would wait for
/// each part to reach the cache.
#[derive(Debug)]
pub struct Block<R, H> {
    rows: Vec<(R, H)>,
    hashes: Vec<u64>,
    likely: Vec<u32>,
}

impl<R, H> Default for Block<R, H> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            hashes: Vec::new(),
            likely: Vec::new(),
        }
    }
}

impl<R, H> Block<R, H> {
    /// The first pass over a record: its hash, and what is held of its key.
    #[inline]
    pub(crate) fn push(&mut self, row: R, (hash, held): (u64, H)) {
        self.rows.push((row, held));
        self.hashes.push(hash);
    }

    /// Whether it is time for the other passes.
    #[inline]
    pub(crate) fn is_full(&self) -> bool {
        self.rows.len() >= BLOCK
    }

    /// The second pass: `guess` says where a record of this hash most likely is, and has it fetched.
    #[inline]
    pub(crate) fn look_further(&mut self, mut guess: impl FnMut(&R, u64) -> u32) {
        let rows = self.rows.iter().zip(&self.hashes);
        self.likely.clear();
        self.likely.extend(rows.map(|((row, _), &hash)| guess(row, hash)));
    }

    /// A pass in between, where what is kept has memory of its own: it is fetched, too, of the value that is guessed.
    #[inline]
    pub(crate) fn look_at_guesses(&self, fetch: impl FnMut(u32)) {
        self.likely.iter().copied().for_each(fetch);
    }

    /// The records, and what is known of their slots.
    #[inline]
    pub(crate) fn looked_up(&self) -> impl Iterator<Item = (&R, &H, LookUp)> {
        let rows = self.rows.iter().zip(&self.hashes).zip(&self.likely);
        rows.map(|(((row, held), &hash), &likely)| (row, held, LookUp { hash, likely }))
    }

    /// The third pass: every record, and what is known of its slot. Nothing is left.
    #[inline]
    pub(crate) fn drain(&mut self) -> impl Iterator<Item = (R, H, LookUp)> {
        let rows = self.rows.drain(..).zip(self.hashes.drain(..)).zip(&self.likely);
        rows.map(|(((row, held), hash), &likely)| (row, held, LookUp { hash, likely }))
    }
}

thread_local! {
    static ALWAYS: Cell<Option<bool>> = const { Cell::new(None) };
}

/// Lets the jobs of this thread look keys up in blocks always or never, whatever the size of their tables: a switch for
/// tests. `None` is what they do by themselves.
pub fn look_up_in_blocks(always: Option<bool>) {
    ALWAYS.set(always);
}

/// Whether to look up in blocks, where it would pay for tables of this size or not. Asked once for a row.
#[inline]
pub(crate) fn in_blocks(pays: bool) -> bool {
    ALWAYS.get().unwrap_or(pays)
}
