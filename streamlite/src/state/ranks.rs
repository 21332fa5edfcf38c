//! Where each entry of a table is after a restore.

use super::table::Table;

/// In which slot each entry of a table is after a restore: where it was, or, if entries are put into the first slots there
/// are in the order of their slots, where those are that are before it.
#[derive(Debug)]
pub struct Ranks {
    /// The slots that are taken, one bit each.
    taken: Vec<u64>,
    /// How many are taken before each word of those; `None` if entries come where they were.
    before: Option<Vec<u32>>,
}

impl Ranks {
    /// Where the entries come that a table has now, if that is where they are.
    pub(super) fn own(table: &impl Table) -> Self {
        Self {
            taken: table.taken(),
            before: None,
        }
    }

    /// Where the entries come that a table has now, if that is into the first slots.
    pub fn first(table: &impl Table) -> Self {
        let taken = table.taken();
        let mut next = 0;
        let before = taken.iter().map(|word| {
            let before = next;
            next += word.count_ones();
            before
        });
        Self {
            before: Some(before.collect()),
            taken,
        }
    }

    /// Whether entries come elsewhere than where they are.
    pub fn are_moved(&self) -> bool {
        self.before.is_some()
    }

    /// Shows the places of the entries to a closure, in order.
    pub fn for_each_place(&self, mut visit: impl FnMut(u32)) {
        for (word, &taken) in (0_u32..).zip(&self.taken) {
            let mut left = taken;
            while left != 0 {
                visit(word * 64 + left.trailing_zeros());
                left &= left - 1;
            }
        }
    }

    /// The place after a restore of the entry at a place, if there is one.
    pub fn of_place(&self, place: u32) -> Option<u32> {
        let (word, bit) = (place as usize / 64, place % 64);
        let taken = *self.taken.get(word)?;
        let is_taken = taken >> bit & 1 == 1;
        let lower = taken & ((1 << bit) - 1);
        is_taken.then(|| match &self.before {
            Some(before) => before[word] + lower.count_ones(),
            None => place,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::key_table::KeyTable;
    use super::*;

    #[test]
    fn a_slot_has_the_number_of_those_that_are_taken_before_it() {
        let mut table = KeyTable::<u32, u32>::default();
        (0..300).for_each(|key| table.insert(key, key));
        for key in (0..300).filter(|key| key % 7 == 3 || (64..128).contains(key)) {
            let slot = KeyTable::<u32, u32>::slot_at(key);
            table.remove(slot, 0);
        }
        let (ranks, own) = (Ranks::first(&table), Ranks::own(&table));
        let mut number = 0;
        for place in 0..400 {
            let is_taken = place < 300 && place % 7 != 3 && !(64..128).contains(&place);
            assert_eq!(ranks.of_place(place), is_taken.then_some(number), "{place}");
            assert_eq!(own.of_place(place), is_taken.then_some(place), "{place}");
            number += u32::from(is_taken);
        }
    }
}
