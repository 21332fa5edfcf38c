//! Which parts of a table a checkpoint writes whole, so that older files are no longer needed.
//!
//! What a checkpoint writes is what changed since the one before, so that a restore needs the files of many. A few parts of
//! the table are written whole with each, in turn: of these nothing counts that was written before, and a file of which nothing
//! counts goes. The more changes, the more parts: for two entries that changed three slots are written in passing, one after
//! another, which costs a fraction of finding those that changed. So where a share `f` of a table changes between two
//! checkpoints, all parts have had their turn after `2 / (3 f)` of them, and on average half of that many have written changes
//! to a part since: that is a third of the table more than it has, and `5 f / 2` of it is being written. Fewer parts would make
//! more files, and more parts larger ones.

use super::table_id::PART;

/// All parts have had their turn after so many checkpoints with changes, however few there are: so many files there are at
/// most.
const MOST_FILES: usize = 256;

/// Whose turn it is.
#[derive(Debug, Default)]
pub(super) struct Renewal {
    /// The part whose turn is next.
    next: u32,
    /// How many slots are to be written that were not.
    owed: usize,
}

impl Renewal {
    /// Begins with this part.
    pub(super) fn from(part: u32) -> Self {
        Self { next: part, owed: 0 }
    }

    /// The parts to be written with changes of so many entries to a table of so many slots.
    pub(super) fn take(&mut self, slots: usize, changed: usize) -> Vec<u32> {
        let parts = parts_of(slots);
        if changed > 0 {
            self.owed += (changed * 3).div_ceil(2).max(slots.div_ceil(MOST_FILES));
        }
        let mut taken = Vec::new();
        while taken.len() < parts {
            // The table may have become smaller.
            let part = if (self.next as usize) < parts {
                self.next
            } else {
                0
            };
            let size = (slots - part as usize * PART as usize).min(PART as usize);
            if self.owed < size {
                break;
            }
            self.owed -= size;
            self.next = part + 1;
            taken.push(part);
        }
        if taken.len() == parts {
            self.owed = 0;
        }
        taken
    }

    /// All parts of a table of so many slots.
    pub(super) fn all(slots: usize) -> Vec<u32> {
        (0..).take(parts_of(slots)).collect()
    }
}

/// How many parts a table of so many slots has.
pub(super) fn parts_of(slots: usize) -> usize {
    slots.div_ceil(PART as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// After how many checkpoints every part was written, and how many entries had changed meanwhile.
    fn turns(slots: usize, changed: usize) -> (usize, usize) {
        let mut renewal = Renewal::default();
        let mut left: std::collections::BTreeSet<u32> = Renewal::all(slots).into_iter().collect();
        for turn in 1.. {
            for part in renewal.take(slots, changed) {
                left.remove(&part);
            }
            if left.is_empty() {
                return (turn, turn * changed);
            }
        }
        unreachable!("every part has its turn")
    }

    #[test]
    fn every_part_has_its_turn_before_changes_are_two_thirds_of_the_table() {
        for slots in [65, 16_383, 16_384, 16_385, 100_000, 1_000_000] {
            for changed in [1, 10, slots / 100 + 1, slots / 10, slots / 3, slots] {
                let (turns, changes) = turns(slots, changed);
                assert!(turns <= 257, "{slots} slots, {changed} changed: {turns}");
                assert!(
                    changes <= slots * 2 / 3 + changed + PART as usize,
                    "{slots} slots, {changed} changed: {changes}"
                );
            }
        }
    }

    #[test]
    fn a_table_that_does_not_change_is_not_written() {
        let mut renewal = Renewal::default();
        for _ in 0..1_000 {
            assert!(renewal.take(1_000_000, 0).is_empty());
        }
    }
}
