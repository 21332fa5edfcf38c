//! What all tables of keyed values have in common: they are walked, emptied, saved and restored in order.

use super::codec::{Encoder, StateError};
use crate::metrics::StateSize;

/// One value per key, in slots whose order does not depend on hashes.
pub trait Table: Default {
    /// What names a value.
    type Key;
    /// What is kept for each key.
    type Value;
    /// The place of an entry, as long as it exists.
    type Slot: Copy + Ord;

    /// Whether it may be so large that a checkpoint takes it in slices.
    const MAY_BE_LARGE: bool = false;

    /// The number of a slot: small, so that it may be the place in a list.
    fn place_of(slot: Self::Slot) -> u32;

    /// The slot of a number.
    fn slot_at(place: u32) -> Self::Slot;

    /// The key and the value of an entry that is there; its value may be changed.
    fn entry(&mut self, slot: Self::Slot) -> (&Self::Key, &mut Self::Value);

    /// Lets a closure look at an entry that is there, and change its value.
    #[inline]
    fn update<R>(&mut self, slot: Self::Slot, change: impl FnOnce(&Self::Key, &mut Self::Value) -> R) -> R {
        let (key, value) = self.entry(slot);
        change(key, value)
    }

    /// Removes the entry in a slot, if one is there, and leaves `left` in its place; the slot is used again.
    fn remove(&mut self, slot: Self::Slot, left: Self::Value) -> Option<Self::Value>;

    /// Whether a look-up is likely to wait for memory, so that records are better looked up in blocks.
    #[inline]
    fn is_large(&self) -> bool {
        false
    }

    /// The second pass over a block of records: says where the key of this hash most likely is, and has it fetched.
    #[inline]
    fn look_further(&self, _hash: u64) -> u32 {
        0
    }

    /// The value that is most likely meant, as the second pass says: it may be that of another key.
    #[inline]
    fn guessed(&self, _likely: u32) -> Option<&Self::Value> {
        None
    }

    /// Whether to remember the slots that are found elsewhere than the second pass has guessed, and those that are new.
    fn note_strays(&mut self, _notes: bool) {}

    /// Shows the places of those slots to a closure, and forgets them.
    fn take_strays(&mut self, _visit: impl FnMut(u32)) {}

    /// Has an entry fetched that is used soon.
    #[inline]
    fn prefetch(&self, _slot: Self::Slot) {}

    /// Makes the table ready for records. The table of a single value creates it here, so that the record path has no
    /// branch on whether it is there.
    fn prepare(&mut self, _zero: impl FnOnce() -> Self::Value) {}

    /// Whether an entry is in a slot.
    fn has(&self, slot: Self::Slot) -> bool;

    /// The value of a key, if it is there.
    fn get(&self, key: &Self::Key) -> Option<&Self::Value>;

    /// The slot of a key, if it is there.
    fn slot_of_key(&self, key: &Self::Key) -> Option<Self::Slot>;

    /// Shows the entry of a key to a closure, if it is there, or all entries, in order.
    fn look_at(&self, key: Option<&Self::Key>, mut visit: impl FnMut(Self::Slot, &Self::Key, &Self::Value)) {
        let Some(key) = key else {
            return self.for_each_slot(visit);
        };
        if let (Some(slot), Some(value)) = (self.slot_of_key(key), self.get(key)) {
            visit(slot, key, value);
        }
    }

    /// The value of a key, if it is there.
    fn get_mut(&mut self, key: &Self::Key) -> Option<&mut Self::Value>;

    /// Which slots are taken, one bit each.
    fn taken(&self) -> Vec<u64> {
        let mut taken = Vec::new();
        self.for_each_slot(|slot, _key, _value| {
            let place = Self::place_of(slot);
            let word = place as usize / 64;
            if word >= taken.len() {
                taken.resize(word + 1, 0);
            }
            taken[word] |= 1 << (place % 64);
        });
        taken
    }

    /// Shows the places of the slots that are empty to a closure, in any order.
    fn for_each_empty(&self, _visit: impl FnMut(u32)) {}

    /// Shows every entry and its slot to a closure, in order.
    fn for_each_slot(&self, visit: impl FnMut(Self::Slot, &Self::Key, &Self::Value));

    /// The slots of all entries, in order.
    fn slots(&self) -> Vec<Self::Slot> {
        let mut slots = Vec::with_capacity(self.count());
        self.for_each_slot(|slot, _key, _value| slots.push(slot));
        slots
    }

    /// Shows every entry to a closure, in order, which may change its value.
    fn for_each_mut(&mut self, mut change: impl FnMut(&Self::Key, &mut Self::Value)) {
        for slot in self.slots() {
            self.update(slot, &mut change);
        }
    }

    /// The entries, in order.
    fn in_order<'a>(&'a self) -> impl Iterator<Item = (&'a Self::Key, &'a Self::Value)>
    where
        Self::Key: 'a,
        Self::Value: 'a;

    /// How many entries there are.
    fn count(&self) -> usize;

    /// How many slots there are, with those that are empty.
    fn slot_count(&self) -> usize;

    /// How large it is.
    fn size(&self) -> StateSize;

    /// Removes every entry, in order.
    fn drain_in_order(&mut self, take: impl FnMut(Self::Key, Self::Value));

    /// Inserts an entry whose key is not there yet, as the last one.
    fn insert(&mut self, key: Self::Key, value: Self::Value);

    /// Has at least so many slots; `entry` makes what is in those that are added, which are empty: it is never looked at.
    ///
    /// # Errors
    /// If `entry` fails.
    fn add_empty<E>(
        &mut self,
        _slots: usize,
        _entry: impl FnMut() -> Result<(Self::Key, Self::Value), E>,
    ) -> Result<(), E> {
        Ok(())
    }

    /// Inserts an entry whose key is not there yet into a slot after the others.
    fn append(&mut self, key: Self::Key, value: Self::Value) {
        self.insert(key, value);
    }

    /// Writes how many entries there are, in front of them.
    ///
    /// # Errors
    /// Never.
    fn save_count(&self, to: &mut Encoder) -> Result<(), StateError> {
        let entries = self.count() as u64;
        to.count(entries);
        to.plain(&entries)
    }
}
