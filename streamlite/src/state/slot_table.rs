//! One value per key, each in a slot that never moves: what keyed operators keep.

use std::borrow::Borrow;
use std::hash::Hash;

use super::key_index::KeyIndex;
use super::table::Table;

/// A table whose entries have slots.
pub trait Slots: Table {
    /// Where an entry stands, as long as it is there.
    type Slot: Copy + Ord;

    /// Lets a closure look at an entry that is there, and change its value.
    fn update<R>(&mut self, slot: Self::Slot, change: impl FnOnce(&Self::Key, &mut Self::Value) -> R) -> R;

    /// Removes the entry in a slot, if one is there, and leaves `left` in its place; the slot is used again.
    fn remove(&mut self, slot: Self::Slot, left: Self::Value) -> Option<Self::Value>;

    /// Shows every entry and its slot to a closure, in the order of the slots.
    fn for_each_slot(&self, visit: impl FnMut(Self::Slot, &Self::Key, &Self::Value));
}

/// The place of an entry in a [`SlotTable`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot(usize);

/// Values by key; an entry stays in its slot until it is removed, and the slot is used again. While nothing is removed,
/// slots are in the order in which the keys came. A key is cloned only when it is new.
///
/// An entry has no mark that says whether it is there, which would be read with every record (measured: 7 of 170
/// instructions): the index leads to no slot that is empty. So an empty slot holds its last key until it is used again.
#[derive(Debug)]
pub struct SlotTable<K, V> {
    index: KeyIndex,
    entries: Vec<(K, V)>,
    /// The slots that are empty; the one that was emptied last is used first.
    empty: Vec<usize>,
    /// The slot of the next new key.
    next: usize,
}

impl<K, V> Default for SlotTable<K, V> {
    fn default() -> Self {
        Self {
            index: KeyIndex::default(),
            entries: Vec::new(),
            empty: Vec::new(),
            next: 0,
        }
    }
}

impl<K: Hash + Eq, V> SlotTable<K, V> {
    /// The slot of `key`, which is moved in if it is new.
    #[inline]
    pub fn slot_of(&mut self, key: K, first: impl FnOnce() -> V) -> Slot {
        let place = self.place(&key);
        if place == self.next {
            self.put(key, first());
        }
        Slot(place)
    }

    /// The slot of `key`, which is cloned if it is new.
    #[inline]
    pub fn slot_of_ref<Q>(&mut self, key: &Q, first: impl FnOnce() -> V) -> Slot
    where
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
        K: Borrow<Q>,
    {
        let place = self.place(key);
        if place == self.next {
            self.put(key.to_owned(), first());
        }
        Slot(place)
    }

    /// The entries that are there.
    fn taken(&self) -> impl Iterator<Item = usize> + use<K, V> {
        let mut empty = self.empty.clone();
        empty.sort_unstable();
        let mut empty = empty.into_iter().peekable();
        (0..self.entries.len()).filter(move |place| empty.next_if_eq(place).is_none())
    }

    #[inline]
    fn place<Q>(&mut self, key: &Q) -> usize
    where
        Q: Hash + Eq + ?Sized,
        K: Borrow<Q>,
    {
        let Self {
            index, entries, next, ..
        } = self;
        index.place(key, || *next, |place| &entries[place].0)
    }

    /// Puts a new entry into the slot that is next.
    #[inline]
    fn put(&mut self, key: K, value: V) {
        let entry = (key, value);
        if self.next == self.entries.len() {
            self.entries.push(entry);
        } else {
            self.entries[self.next] = entry;
            self.empty.pop();
        }
        self.next = self.empty.last().copied().unwrap_or(self.entries.len());
    }
}

impl<K: Hash + Eq, V> Slots for SlotTable<K, V> {
    type Slot = Slot;

    #[inline]
    fn update<R>(&mut self, slot: Slot, change: impl FnOnce(&K, &mut V) -> R) -> R {
        let (key, value) = &mut self.entries[slot.0];
        change(key, value)
    }

    fn remove(&mut self, slot: Slot, left: V) -> Option<V> {
        let (key, value) = &mut self.entries[slot.0];
        if !self.index.remove(key, slot.0) {
            return None;
        }
        self.empty.push(slot.0);
        self.next = slot.0;
        Some(std::mem::replace(value, left))
    }

    fn for_each_slot(&self, mut visit: impl FnMut(Slot, &K, &V)) {
        for place in self.taken() {
            let (key, value) = &self.entries[place];
            visit(Slot(place), key, value);
        }
    }
}

impl<K: Hash + Eq, V> Table for SlotTable<K, V> {
    type Key = K;
    type Value = V;

    fn get(&self, key: &K) -> Option<&V> {
        let place = self.index.find(key, |place| &self.entries[place].0)?;
        Some(&self.entries[place].1)
    }

    fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let place = self.index.find(key, |place| &self.entries[place].0)?;
        Some(&mut self.entries[place].1)
    }

    fn in_order<'a>(&'a self) -> impl Iterator<Item = (&'a K, &'a V)>
    where
        K: 'a,
        V: 'a,
    {
        self.taken().map(|place| {
            let (key, value) = &self.entries[place];
            (key, value)
        })
    }

    fn count(&self) -> usize {
        self.entries.len() - self.empty.len()
    }

    fn drain_in_order(&mut self, mut take: impl FnMut(K, V)) {
        let mut taken = self.taken().peekable();
        let Self { entries, .. } = std::mem::take(self);
        for (place, (key, value)) in entries.into_iter().enumerate() {
            if taken.next_if_eq(&place).is_some() {
                take(key, value);
            }
        }
    }

    fn insert(&mut self, key: K, value: V) {
        self.slot_of(key, || value);
    }
}
