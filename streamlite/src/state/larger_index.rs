//! The index that takes the place of one that is nearly full.

use super::line_index::LineIndex;

/// A larger index, which is built in steps while the one before it is in use, so that no record waits for all of it, and no
/// look-up pays for two.
#[derive(Debug)]
pub(super) struct LargerIndex {
    lines: LineIndex,
    /// The places before this one are in it, or among those that are on their way.
    next: u32,
    /// Hashes and places that are to be inserted: their lines are being fetched from memory.
    on_their_way: Vec<(u64, u32)>,
}

/// So many are on their way at once.
const TOGETHER: usize = 64;

impl LargerIndex {
    /// One for a list of so many keys, which has so many places.
    pub(super) fn new(keys: usize, places: usize) -> Self {
        // Some are inserted while it is built, and then it must not grow again at once.
        let growing = (keys + places / 8) * 4 / 3;
        Self {
            lines: LineIndex::for_more_than(growing),
            next: 0,
            on_their_way: Vec::new(),
        }
    }

    /// Makes so many lines, or inserts so many places of a list; says whether all `places` are in. `hash_at` is the hash of the
    /// key at a place, if one is there.
    pub(super) fn go_on(
        &mut self,
        places: usize,
        mut at_most: usize,
        hash_at: impl Fn(usize) -> Option<u64>,
    ) -> bool {
        if !self.lines.make_lines(at_most) {
            return false;
        }
        loop {
            self.insert_those_on_their_way();
            let left = places - self.next as usize;
            let together = left.min(at_most).min(TOGETHER);
            if together == 0 {
                return left == 0;
            }
            for _ in 0..together {
                if let Some(hash) = hash_at(self.next as usize) {
                    self.lines.prefetch(hash);
                    self.on_their_way.push((hash, self.next));
                }
                self.next += 1;
            }
            at_most -= together;
            if at_most == 0 {
                return false;
            }
        }
    }

    fn insert_those_on_their_way(&mut self) {
        let lines = &mut self.lines;
        let on_their_way = self.on_their_way.drain(..);
        on_their_way.for_each(|(hash, place)| lines.insert(hash, place));
    }

    /// A key was inserted at a place.
    pub(super) fn insert(&mut self, hash: u64, place: u32) {
        if place < self.next {
            self.lines.insert(hash, place);
        }
    }

    /// The key at a place was removed.
    pub(super) fn remove(&mut self, hash: u64, place: u32) {
        if place < self.next {
            self.insert_those_on_their_way();
            self.lines.remove(hash, place);
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.lines.bytes()
    }

    /// The index, once all places are in.
    pub(super) fn into_lines(self) -> LineIndex {
        self.lines
    }
}
