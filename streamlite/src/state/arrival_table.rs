//! One value per key, in the order in which the keys came: what a window holds.

use std::borrow::Borrow;
use std::hash::Hash;

use super::key_index::KeyIndex;
use super::table::Table;

/// Values by key, in the order in which the keys came; emptied as a whole. A key is cloned only when it is new.
///
/// The entries are dense and in order already, so that firing walks them in one line.
#[derive(Debug)]
pub struct ArrivalTable<K, V> {
    index: KeyIndex,
    entries: Vec<(K, V)>,
}

impl<K, V> Default for ArrivalTable<K, V> {
    fn default() -> Self {
        Self {
            index: KeyIndex::default(),
            entries: Vec::new(),
        }
    }
}

impl<K: Hash + Eq, V> ArrivalTable<K, V> {
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

    #[inline]
    fn place<Q>(&mut self, key: &Q) -> usize
    where
        Q: Hash + Eq + ?Sized,
        K: Borrow<Q>,
    {
        let Self { index, entries } = self;
        index.place(key, || entries.len(), |place| &entries[place].0)
    }
}

impl<K: Hash + Eq, V> Table for ArrivalTable<K, V> {
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
        self.entries.iter().map(|(key, value)| (key, value))
    }

    fn count(&self) -> usize {
        self.entries.len()
    }

    /// The table keeps its room for the next window, unless it was far too large for this one.
    fn drain_in_order(&mut self, mut take: impl FnMut(K, V)) {
        let oversized = self.index.is_oversized_for(self.entries.len());
        self.index.clear(self.entries.len());
        if oversized {
            std::mem::take(&mut self.entries)
                .into_iter()
                .for_each(|(key, value)| take(key, value));
            return;
        }
        for (key, value) in self.entries.drain(..) {
            take(key, value);
        }
    }

    fn insert(&mut self, key: K, value: V) {
        self.entry_of(key, || value);
    }
}
