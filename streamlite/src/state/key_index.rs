//! Finds the place of a key in a list of entries.

use std::borrow::Borrow;
use std::hash::{BuildHasher, Hash};

use hashbrown::HashTable;

/// An index of places into a list of entries, by key. Each look-up hashes once.
///
/// The list is small where a table of whole entries has holes, and its order is the caller's own, so that no output
/// depends on the hash seed.
#[derive(Debug, Default)]
pub(super) struct KeyIndex {
    places: HashTable<u32>,
    hasher: foldhash::fast::RandomState,
}

impl KeyIndex {
    /// The place of a key; that of a new one is `next`, where the caller puts it. `key_at` reads the keys of the list.
    #[inline]
    pub(super) fn place<'a, K, Q>(
        &mut self,
        key: &Q,
        next: impl FnOnce() -> usize,
        key_at: impl Fn(usize) -> &'a K,
    ) -> usize
    where
        K: Borrow<Q> + 'a,
        Q: Hash + Eq + ?Sized,
    {
        let Self { places, hasher } = self;
        let entry = places.entry(
            hasher.hash_one(key),
            |&place| key_at(place as usize).borrow() == key,
            |&place| hasher.hash_one(key_at(place as usize).borrow()),
        );
        *entry.or_insert_with(|| as_place(next())).get() as usize
    }

    /// The place of a key, if it is known.
    pub(super) fn find<'a, K>(&self, key: &K, key_at: impl Fn(usize) -> &'a K) -> Option<usize>
    where
        K: Hash + Eq + 'a,
    {
        let hash = self.hasher.hash_one(key);
        let place = self.places.find(hash, |&place| key_at(place as usize) == key)?;
        Some(*place as usize)
    }

    /// Forgets a key that stands at this place, and says whether it was known.
    pub(super) fn remove<Q: Hash + ?Sized>(&mut self, key: &Q, place: usize) -> bool {
        let found = self
            .places
            .find_entry(self.hasher.hash_one(key), |&known| known as usize == place);
        found.is_ok_and(|entry| {
            entry.remove();
            true
        })
    }

    /// Forgets all keys. The room stays, unless it was far too large for so many.
    pub(super) fn clear(&mut self, keys: usize) {
        if self.is_oversized_for(keys) {
            self.places = HashTable::new();
        } else {
            self.places.clear();
        }
    }

    /// Whether there is room for far more keys than these: emptying costs what there is room for.
    pub(super) fn is_oversized_for(&self, keys: usize) -> bool {
        self.places.capacity() > 64 && self.places.capacity() / 16 > keys
    }
}

#[inline]
fn as_place(keys: usize) -> u32 {
    u32::try_from(keys).expect("a table of four billion keys does not fit in memory")
}
