//! One value per key, in a hash table that remembers the order in which the keys came.

use std::borrow::Borrow;
use std::hash::{BuildHasher, Hash};

use hashbrown::HashTable;

/// Values by key. Each look-up hashes once; a key is cloned only by the caller, when it is new.
///
/// Whatever is taken out comes in the order in which the keys first came, so that no output depends on the hash
/// seed. The order is a number in the entry rather than a second list: firing places the entries by it in O(keys),
/// and the record path touches one place in memory.
#[derive(Debug)]
pub struct KeyTable<K, V> {
    entries: HashTable<Entry<K, V>>,
    hasher: foldhash::fast::RandomState,
}

#[derive(Debug)]
struct Entry<K, V> {
    key: K,
    value: V,
    order: u32,
}

impl<K, V> Default for KeyTable<K, V> {
    fn default() -> Self {
        Self {
            entries: HashTable::new(),
            hasher: foldhash::fast::RandomState::default(),
        }
    }
}

impl<K, V> KeyTable<K, V> {
    fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is room for far more keys than these.
    fn is_oversized_for(&self, keys: usize) -> bool {
        self.entries.capacity() > 64 && self.entries.capacity() / 16 > keys
    }

    /// The entries in the order in which their keys came.
    pub(crate) fn in_order(&self) -> Vec<(&K, &V)> {
        let mut placed: Vec<Option<(&K, &V)>> = Vec::new();
        placed.resize_with(self.len(), || None);
        for entry in &self.entries {
            placed[entry.order as usize] = Some((&entry.key, &entry.value));
        }
        placed.into_iter().flatten().collect()
    }

    /// Takes everything out, in the order in which the keys came.
    ///
    /// The table keeps its room for the next window, unless it was far too large for this one: emptying costs what
    /// there is room for. `placed` is room to work in, and is left empty.
    pub(crate) fn drain_in_order(&mut self, placed: &mut Vec<Option<(K, V)>>, mut take: impl FnMut(K, V)) {
        let keys = self.len();
        placed.resize_with(keys, || None);
        for entry in self.entries.drain() {
            placed[entry.order as usize] = Some((entry.key, entry.value));
        }
        if self.is_oversized_for(keys) {
            self.entries = HashTable::new();
        }
        for (key, value) in placed.drain(..).flatten() {
            take(key, value);
        }
    }
}

impl<K: Hash + Eq, V> KeyTable<K, V> {
    /// The value of `key`, which is moved in if it is new.
    #[inline]
    pub(crate) fn entry_of(&mut self, key: K, first: impl FnOnce() -> V) -> (&K, &mut V) {
        let hash = self.hasher.hash_one(&key);
        let order = self.entries.len();
        let hasher = &self.hasher;
        let entry = self
            .entries
            .entry(
                hash,
                |entry| entry.key == key,
                |entry| hasher.hash_one(&entry.key),
            )
            .or_insert_with(|| Entry {
                key,
                value: first(),
                order: order_of(order),
            })
            .into_mut();
        (&entry.key, &mut entry.value)
    }

    /// The value of `key`, which is cloned if it is new.
    #[inline]
    pub(crate) fn entry_of_ref<Q>(&mut self, key: &Q, first: impl FnOnce() -> V) -> (&K, &mut V)
    where
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
        K: Borrow<Q>,
    {
        let hash = self.hasher.hash_one(key);
        let order = self.entries.len();
        let hasher = &self.hasher;
        let entry = self
            .entries
            .entry(
                hash,
                |entry| entry.key.borrow() == key,
                |entry| hasher.hash_one(&entry.key),
            )
            .or_insert_with(|| Entry {
                key: key.to_owned(),
                value: first(),
                order: order_of(order),
            })
            .into_mut();
        (&entry.key, &mut entry.value)
    }
}

/// The place of the next key.
#[inline]
fn order_of(keys: usize) -> u32 {
    u32::try_from(keys).expect("a table of four billion keys does not fit in memory")
}
