//! One value per key, in the order in which the keys came.

use std::borrow::Borrow;
use std::hash::{BuildHasher, Hash};

use hashbrown::HashTable;

/// Values by key. Each look-up hashes once; a key is cloned only by the caller, when it is new.
///
/// An index of places into a dense list: the list is small where a table of whole entries has holes, and it is in order
/// already, so that no output depends on the hash seed and firing walks it in one line.
#[derive(Debug)]
pub struct KeyTable<K, V> {
    places: HashTable<u32>,
    entries: Vec<(K, V)>,
    hasher: foldhash::fast::RandomState,
}

impl<K, V> Default for KeyTable<K, V> {
    fn default() -> Self {
        Self {
            places: HashTable::new(),
            entries: Vec::new(),
            hasher: foldhash::fast::RandomState::default(),
        }
    }
}

impl<K, V> KeyTable<K, V> {
    /// Whether there is room for far more keys than these.
    fn is_oversized_for(&self, keys: usize) -> bool {
        self.places.capacity() > 64 && self.places.capacity() / 16 > keys
    }

    /// The entries in the order in which their keys came.
    pub(crate) fn in_order(&self) -> &[(K, V)] {
        &self.entries
    }

    /// Takes everything out, in the order in which the keys came.
    ///
    /// The table keeps its room for the next window, unless it was far too large for this one: emptying costs what
    /// there is room for.
    pub(crate) fn drain_in_order(&mut self, mut take: impl FnMut(K, V)) {
        if self.is_oversized_for(self.entries.len()) {
            self.places = HashTable::new();
            std::mem::take(&mut self.entries)
                .into_iter()
                .for_each(|(key, value)| take(key, value));
            return;
        }
        self.places.clear();
        for (key, value) in self.entries.drain(..) {
            take(key, value);
        }
    }
}

impl<K: Hash + Eq, V> KeyTable<K, V> {
    /// The value of `key`, which is moved in if it is new.
    #[inline]
    pub(crate) fn entry_of(&mut self, key: K, first: impl FnOnce() -> V) -> (&K, &mut V) {
        let place = self.place(&key);
        if place == self.entries.len() {
            self.entries.push((key, first()));
        }
        let (key, value) = &mut self.entries[place];
        (key, value)
    }

    /// The value of `key`, which is cloned if it is new.
    #[inline]
    pub(crate) fn entry_of_ref<Q>(&mut self, key: &Q, first: impl FnOnce() -> V) -> (&K, &mut V)
    where
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
        K: Borrow<Q>,
    {
        let place = self.place(key);
        if place == self.entries.len() {
            self.entries.push((key.to_owned(), first()));
        }
        let (key, value) = &mut self.entries[place];
        (key, value)
    }

    /// The place of a key; a new one gets the place behind the last, where the caller puts it.
    #[inline]
    fn place<Q>(&mut self, key: &Q) -> usize
    where
        Q: Hash + Eq + ?Sized,
        K: Borrow<Q>,
    {
        let Self {
            places,
            entries,
            hasher,
        } = self;
        let key_at = |place: u32| entries[place as usize].0.borrow();
        let entry = places.entry(
            hasher.hash_one(key),
            |&place| key_at(place) == key,
            |&place| hasher.hash_one(key_at(place)),
        );
        *entry.or_insert_with(|| next_place(entries.len())).get() as usize
    }
}

/// The place of the next key.
#[inline]
fn next_place(keys: usize) -> u32 {
    u32::try_from(keys).expect("a table of four billion keys does not fit in memory")
}
