//! One value per key, each in a slot that never moves.

use std::borrow::Borrow;
use std::hash::Hash;

use prefetch_index::prefetch_index;

use super::key_index::{KeyIndex, Known};
use super::look_up::LookUp;
use super::table::Table;
use super::taken::Taken;
use crate::metrics::StateSize;

/// From how many bytes on a table does not stay in a core's cache, so that looking ahead pays.
pub(super) const LARGE: usize = 512 * 1024;

/// The place of an entry in a [`KeyTable`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot(u32);

/// Values by key; an entry stays in its slot until it is removed, and the slot is used again. While nothing is removed,
/// slots are in the order in which the keys came. A key is cloned only when it is new.
///
/// An entry has no mark that says whether it is there, which would be read with every record (measured: 7 of 170
/// instructions): the index leads to no slot that is empty. So an empty slot holds its last key until it is used again.
#[derive(Debug)]
pub struct KeyTable<K, V> {
    index: KeyIndex,
    entries: Vec<(K, V)>,
    /// The slots that are empty; the one that was emptied last is used first.
    empty: Vec<u32>,
    /// The slots that a third pass has found elsewhere than was guessed, if they are noted.
    strays: Option<Vec<u32>>,
}

impl<K, V> Default for KeyTable<K, V> {
    fn default() -> Self {
        Self {
            index: KeyIndex::default(),
            entries: Vec::new(),
            empty: Vec::new(),
            strays: None,
        }
    }
}

impl<K: Hash + Eq, V> KeyTable<K, V> {
    /// The slot of `key`, which is moved in if it is new.
    #[inline]
    pub fn slot_of(&mut self, key: K, first: impl FnOnce() -> V) -> Slot {
        let hash = self.index.hash(&key);
        match self.find(hash, &key) {
            Some(place) => slot_at(place),
            None => self.insert_new(hash, key, first()),
        }
    }

    /// The slot of `key`, which is cloned if it is new.
    #[inline]
    pub fn slot_of_ref<Q>(&mut self, key: &Q, first: impl FnOnce() -> V) -> Slot
    where
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
        K: Borrow<Q>,
    {
        let hash = self.index.hash(key);
        match self.find(hash, key) {
            Some(place) => slot_at(place),
            None => self.insert_new(hash, key.to_owned(), first()),
        }
    }

    #[inline]
    fn find<Q>(&self, hash: u64, key: &Q) -> Option<usize>
    where
        Q: Eq + ?Sized,
        K: Borrow<Q>,
    {
        self.index.find(hash, key, |place| self.key_at(place))
    }

    #[inline]
    fn key_at(&self, place: usize) -> Option<&K> {
        self.entries.get(place).map(|(key, _)| key)
    }

    /// Puts a new entry into an empty slot, or into one after the others.
    #[inline(never)]
    fn insert_new(&mut self, hash: u64, key: K, value: V) -> Slot {
        let place = self
            .empty
            .last()
            .map_or(self.entries.len(), |&place| place as usize);
        let Self {
            index,
            entries,
            empty,
            ..
        } = self;
        let known = Known {
            keys: entries.len() - empty.len(),
            places: entries.len(),
            key_at: |place: usize| entries.get(place).map(|(key, _)| key),
        };
        index.insert(hash, place, &known);
        if empty.pop().is_some() {
            entries[place] = (key, value);
        } else {
            entries.push((key, value));
        }
        slot_at(place)
    }
}

#[inline]
#[expect(
    clippy::cast_possible_truncation,
    reason = "the index takes no place that does not fit"
)]
fn slot_at(place: usize) -> Slot {
    Slot(place as u32)
}

/// The first and the third pass over a block of records; see [`Block`](super::Block).
impl<K: Hash + Eq, V> KeyTable<K, V> {
    /// Begins a look-up: hashes the key, and has the part of the index fetched that knows its slot.
    #[inline]
    pub(super) fn look_up<Q: Hash + ?Sized>(&self, key: &Q) -> u64 {
        let hash = self.index.hash(key);
        self.index.prefetch(hash);
        hash
    }

    /// The slot of `key`, once it was looked up.
    #[inline]
    pub(super) fn slot_of_found(&mut self, look_up: LookUp, key: K, first: impl FnOnce() -> V) -> Slot {
        if self.is_at(look_up, &key) {
            return Slot(look_up.likely);
        }
        let slot = match self.find(look_up.hash, &key) {
            Some(place) => slot_at(place),
            None => self.insert_new(look_up.hash, key, first()),
        };
        if self.strays.is_some() {
            self.note_stray(slot);
        }
        slot
    }

    /// The same where the key is borrowed.
    #[inline]
    pub(super) fn slot_of_found_ref<Q>(&mut self, look_up: LookUp, key: &Q, first: impl FnOnce() -> V) -> Slot
    where
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
        K: Borrow<Q>,
    {
        if self.is_at(look_up, key) {
            return Slot(look_up.likely);
        }
        let slot = match self.find(look_up.hash, key) {
            Some(place) => slot_at(place),
            None => self.insert_new(look_up.hash, key.to_owned(), first()),
        };
        if self.strays.is_some() {
            self.note_stray(slot);
        }
        slot
    }

    /// Not inlined: what pays for it has no checkpoints.
    #[inline(never)]
    fn note_stray(&mut self, slot: Slot) {
        if let Some(strays) = &mut self.strays {
            strays.push(slot.0);
        }
    }

    /// The slot of a key, once it was looked up, if there is one.
    #[inline]
    pub(super) fn find_found<Q>(&self, look_up: LookUp, key: &Q) -> Option<Slot>
    where
        Q: Eq + ?Sized,
        K: Borrow<Q>,
    {
        if self.is_at(look_up, key) {
            return Some(Slot(look_up.likely));
        }
        self.find(look_up.hash, key).map(slot_at)
    }

    /// Whether a key is where it most likely is. If it is not, it may be elsewhere: records before this one may have inserted it
    /// meanwhile.
    #[inline]
    fn is_at<Q>(&self, look_up: LookUp, key: &Q) -> bool
    where
        Q: Eq + ?Sized,
        K: Borrow<Q>,
    {
        // An empty slot holds a key, too.
        self.empty.is_empty()
            && self
                .key_at(look_up.likely as usize)
                .is_some_and(|known| known.borrow() == key)
    }
}

impl<K: Hash + Eq, V> Table for KeyTable<K, V> {
    type Key = K;
    type Value = V;
    type Slot = Slot;

    const MAY_BE_LARGE: bool = true;

    #[inline]
    fn place_of(slot: Slot) -> u32 {
        slot.0
    }

    #[inline]
    fn slot_at(place: u32) -> Slot {
        Slot(place)
    }

    #[inline]
    fn entry(&mut self, slot: Slot) -> (&K, &mut V) {
        let (key, value) = &mut self.entries[slot.0 as usize];
        (key, value)
    }

    fn remove(&mut self, slot: Slot, left: V) -> Option<V> {
        let (key, value) = &mut self.entries[slot.0 as usize];
        if !self.index.remove(key, slot.0 as usize) {
            return None;
        }
        self.empty.push(slot.0);
        Some(std::mem::replace(value, left))
    }

    #[inline]
    fn is_large(&self) -> bool {
        self.index.bytes() + size_of_val(self.entries.as_slice()) > LARGE
    }

    #[inline]
    fn look_further(&self, hash: u64) -> u32 {
        let place = self.index.guess(hash);
        prefetch_index(&self.entries, place);
        if size_of::<(K, V)>() > 24 {
            // An entry may reach into the next line.
            prefetch_index(&self.entries, place + 1);
        }
        slot_at(place).0
    }

    #[inline]
    fn guessed(&self, likely: u32) -> Option<&V> {
        self.entries.get(likely as usize).map(|(_, value)| value)
    }

    fn note_strays(&mut self, notes: bool) {
        self.strays = notes.then(Vec::new);
    }

    #[inline]
    fn take_strays(&mut self, visit: impl FnMut(u32)) {
        if let Some(strays) = &mut self.strays {
            strays.drain(..).for_each(visit);
        }
    }

    #[inline]
    fn prefetch(&self, slot: Slot) {
        let place = slot.0 as usize;
        prefetch_index(&self.entries, place);
        // The end of the entry stands before the next one.
        prefetch_index(&self.entries, place + 1);
    }

    fn get(&self, key: &K) -> Option<&V> {
        let place = self.find(self.index.hash(key), key)?;
        Some(&self.entries[place].1)
    }

    fn slot_of_key(&self, key: &K) -> Option<Slot> {
        self.find(self.index.hash(key), key).map(slot_at)
    }

    fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let place = self.find(self.index.hash(key), key)?;
        Some(&mut self.entries[place].1)
    }

    fn has(&self, slot: Slot) -> bool {
        let place = slot.0 as usize;
        // An empty slot holds a key, too, to which the index does not lead.
        let key = self.key_at(place);
        key.is_some_and(|key| self.find(self.index.hash(key), key) == Some(place))
    }

    fn for_each_slot(&self, mut visit: impl FnMut(Slot, &K, &V)) {
        for place in Taken::new(self.entries.len(), &self.empty) {
            let (key, value) = &self.entries[place];
            visit(slot_at(place), key, value);
        }
    }

    fn for_each_empty(&self, visit: impl FnMut(u32)) {
        self.empty.iter().copied().for_each(visit);
    }

    /// Without reading any entry.
    fn taken(&self) -> Vec<u64> {
        let slots = self.entries.len();
        let mut taken = vec![u64::MAX; slots.div_ceil(64)];
        if let Some(last) = taken.last_mut().filter(|_| !slots.is_multiple_of(64)) {
            *last = (1 << (slots % 64)) - 1;
        }
        for &empty in &self.empty {
            taken[empty as usize / 64] &= !(1 << (empty % 64));
        }
        taken
    }

    fn in_order<'a>(&'a self) -> impl Iterator<Item = (&'a K, &'a V)>
    where
        K: 'a,
        V: 'a,
    {
        Taken::new(self.entries.len(), &self.empty).map(|place| {
            let (key, value) = &self.entries[place];
            (key, value)
        })
    }

    fn count(&self) -> usize {
        self.entries.len() - self.empty.len()
    }

    #[inline]
    fn slot_count(&self) -> usize {
        self.entries.len()
    }

    fn size(&self) -> StateSize {
        let entries = self.entries.capacity() * size_of::<(K, V)>();
        let empty = self.empty.capacity() * size_of::<u32>();
        StateSize::new(self.count(), self.index.bytes() + entries + empty)
    }

    /// The table keeps its room, for the next window, unless it was far too large for this one.
    fn drain_in_order(&mut self, mut take: impl FnMut(K, V)) {
        let keys = self.entries.len();
        let is_oversized = self.index.is_oversized_for(keys);
        self.index.clear(keys);
        let mut taken = Taken::new(keys, &std::mem::take(&mut self.empty)).peekable();
        let mut take = |place: usize, (key, value): (K, V)| {
            if taken.next_if_eq(&place).is_some() {
                take(key, value);
            }
        };
        if is_oversized {
            let entries = std::mem::take(&mut self.entries).into_iter().enumerate();
            entries.for_each(|(place, entry)| take(place, entry));
        } else {
            let entries = self.entries.drain(..).enumerate();
            entries.for_each(|(place, entry)| take(place, entry));
        }
    }

    fn insert(&mut self, key: K, value: V) {
        self.slot_of(key, || value);
    }

    fn add_empty<E>(&mut self, slots: usize, mut entry: impl FnMut() -> Result<(K, V), E>) -> Result<(), E> {
        while self.entries.len() < slots {
            self.empty.push(slot_at(self.entries.len()).0);
            self.entries.push(entry()?);
        }
        Ok(())
    }

    fn append(&mut self, key: K, value: V) {
        let (empty, hash) = (std::mem::take(&mut self.empty), self.index.hash(&key));
        let known = Known {
            keys: self.entries.len() - empty.len(),
            places: self.entries.len(),
            key_at: |place: usize| self.entries.get(place).map(|(key, _)| key),
        };
        self.index.insert(hash, self.entries.len(), &known);
        self.entries.push((key, value));
        self.empty = empty;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `slot_of_found` finds after the two passes before it.
    fn found(table: &mut KeyTable<u64, u32>, key: u64, first: u32) -> Slot {
        let hash = table.look_up(&key);
        let likely = table.look_further(hash);
        table.slot_of_found(LookUp { hash, likely }, key, || first)
    }

    #[test]
    fn a_key_that_was_removed_is_new_again_in_a_block() {
        let mut table = KeyTable::default();
        for key in 0..20 {
            found(&mut table, key, 1);
        }
        for key in 0..20 {
            let slot = found(&mut table, key, 2);
            assert_eq!(table.update(slot, |_, value| *value), 1);
            assert_eq!(table.remove(slot, 3), Some(1));
            // Its slot still holds the key, and the value that was left there.
            let again = found(&mut table, key, 4);
            assert_eq!(table.update(again, |stored, value| (*stored, *value)), (key, 4));
            assert_eq!(table.remove(again, 3), Some(4));
        }
        assert_eq!(table.count(), 0);
        assert_eq!(table.size().entries, 0, "what was removed is no entry");
    }

    /// Records of one block may insert the same key: only the first finds nothing.
    #[test]
    fn a_key_that_came_twice_in_a_block_is_found_the_second_time() {
        let mut table = KeyTable::<u64, u32>::default();
        let hash = table.look_up(&7);
        let (first, second) = (table.look_further(hash), table.look_further(hash));
        let one = table.slot_of_found(LookUp { hash, likely: first }, 7, || 1);
        let two = table.slot_of_found(LookUp { hash, likely: second }, 7, || 2);
        assert_eq!(one, two);
        assert_eq!(table.update(two, |_, value| *value), 1);
    }
}
