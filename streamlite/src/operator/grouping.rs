//! By what an operator keeps its state: by key, or one for all records.

use std::fmt;
use std::hash::Hash;
use std::marker::PhantomData;

use crate::state::{Decoder, Encoder, KeyTable, StateError};

/// A key and its value.
#[derive(Debug)]
pub struct Entry<'a, K, V> {
    /// The key.
    pub key: &'a K,
    /// Its value.
    pub value: &'a mut V,
}

/// Says which group a record belongs to.
pub trait Grouping<T> {
    /// What names a group.
    type Key;
    /// One value for each group.
    type Table<V>: GroupTable<Self::Key, V>;

    /// The record's group in `table`, which was prepared; made by `first` where it is new.
    fn entry<'a, V>(
        &mut self,
        table: &'a mut Self::Table<V>,
        record: &T,
        first: impl FnOnce() -> V,
    ) -> Entry<'a, Self::Key, V>;
}

/// One value for each group, in the order in which the groups came.
pub trait GroupTable<K, V>: Default {
    /// Makes the table ready for records. Where there is one group its value is put in place, so that the record path
    /// has no branch on whether it is there, and keeps it in registers.
    fn prepare(&mut self, _zero: impl FnOnce() -> V) {}

    /// The entries in the order in which they came.
    fn in_order<'a>(&'a self) -> impl ExactSizeIterator<Item = (&'a K, &'a V)>
    where
        K: 'a,
        V: 'a;

    /// Takes everything out, in the order in which it came.
    fn drain_in_order(&mut self, take: impl FnMut(K, V));

    /// Puts an entry back, as the last one.
    fn insert(&mut self, key: K, value: V);
}

/// The key function of a keyed stream: exists only where the key can be hashed and compared.
pub struct By<F, K>(F, PhantomData<fn() -> K>);

/// A key function that borrows from the record; only new keys are cloned.
pub struct ByRef<F, Q: ?Sized>(F, PhantomData<fn() -> Box<Q>>);

/// No key: all records are one group.
#[derive(Clone, Copy, Debug)]
pub struct Unkeyed;

impl<F, K> By<F, K> {
    pub(crate) fn new(key: F) -> Self {
        Self(key, PhantomData)
    }
}

impl<F, Q: ?Sized> ByRef<F, Q> {
    pub(crate) fn new(key: F) -> Self {
        Self(key, PhantomData)
    }
}

impl<F: Clone, K> Clone for By<F, K> {
    fn clone(&self) -> Self {
        Self::new(self.0.clone())
    }
}

impl<F: Clone, Q: ?Sized> Clone for ByRef<F, Q> {
    fn clone(&self) -> Self {
        Self::new(self.0.clone())
    }
}

impl<F, K> fmt::Debug for By<F, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("By")
    }
}

impl<F, Q: ?Sized> fmt::Debug for ByRef<F, Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ByRef")
    }
}

impl<T, K, F> Grouping<T> for By<F, K>
where
    K: Hash + Eq,
    F: FnMut(&T) -> K,
{
    type Key = K;
    type Table<V> = KeyTable<K, V>;

    #[inline]
    fn entry<'a, V>(
        &mut self,
        table: &'a mut KeyTable<K, V>,
        record: &T,
        first: impl FnOnce() -> V,
    ) -> Entry<'a, K, V> {
        let (key, value) = table.entry_of((self.0)(record), first);
        Entry { key, value }
    }
}

impl<T, Q, F> Grouping<T> for ByRef<F, Q>
where
    Q: ToOwned + Hash + Eq + ?Sized,
    Q::Owned: Hash + Eq,
    F: FnMut(&T) -> &Q,
{
    type Key = Q::Owned;
    type Table<V> = KeyTable<Q::Owned, V>;

    #[inline]
    fn entry<'a, V>(
        &mut self,
        table: &'a mut KeyTable<Q::Owned, V>,
        record: &T,
        first: impl FnOnce() -> V,
    ) -> Entry<'a, Q::Owned, V> {
        let (key, value) = table.entry_of_ref((self.0)(record), first);
        Entry { key, value }
    }
}

impl<T> Grouping<T> for Unkeyed {
    type Key = ();
    type Table<V> = Single<V>;

    #[inline]
    fn entry<'a, V>(
        &mut self,
        table: &'a mut Single<V>,
        _record: &T,
        _first: impl FnOnce() -> V,
    ) -> Entry<'a, (), V> {
        Entry {
            key: &(),
            value: table.value(),
        }
    }
}

/// The value of the one group.
#[derive(Debug)]
pub struct Single<V> {
    /// There once the table is prepared.
    value: Option<V>,
    /// Whether a record came.
    used: bool,
}

impl<V> Single<V> {
    #[inline]
    fn value(&mut self) -> &mut V {
        self.used = true;
        self.value
            .as_mut()
            .expect("every table is prepared before its first record")
    }
}

impl<V> Default for Single<V> {
    fn default() -> Self {
        Self {
            value: None,
            used: false,
        }
    }
}

impl<V> GroupTable<(), V> for Single<V> {
    fn prepare(&mut self, zero: impl FnOnce() -> V) {
        self.value.get_or_insert_with(zero);
    }

    fn in_order<'a>(&'a self) -> impl ExactSizeIterator<Item = (&'a (), &'a V)>
    where
        V: 'a,
    {
        let value = self.value.as_ref().filter(|_| self.used);
        value.into_iter().map(|value| (&(), value))
    }

    fn drain_in_order(&mut self, mut take: impl FnMut((), V)) {
        let used = std::mem::take(&mut self.used);
        if let Some(value) = self.value.take().filter(|_| used) {
            take((), value);
        }
    }

    fn insert(&mut self, _key: (), value: V) {
        *self = Self {
            value: Some(value),
            used: true,
        };
    }
}

impl<K: Hash + Eq, V> GroupTable<K, V> for KeyTable<K, V> {
    fn in_order<'a>(&'a self) -> impl ExactSizeIterator<Item = (&'a K, &'a V)>
    where
        K: 'a,
        V: 'a,
    {
        KeyTable::in_order(self).iter().map(|(key, value)| (key, value))
    }

    fn drain_in_order(&mut self, take: impl FnMut(K, V)) {
        KeyTable::drain_in_order(self, take);
    }

    fn insert(&mut self, key: K, value: V) {
        self.entry_of(key, || value);
    }
}

/// Writes a table, each entry by `write`.
pub(super) fn save_table<K, V>(
    table: &impl GroupTable<K, V>,
    to: &mut Encoder,
    mut write: impl FnMut(&K, &V, &mut Encoder) -> Result<(), StateError>,
) -> Result<(), StateError> {
    let mut entries = table.in_order();
    to.plain(&(entries.len() as u64))?;
    entries.try_for_each(|(key, value)| write(key, value, to))
}

/// Reads a table that `save_table` wrote, each entry by `read`.
pub(super) fn restore_table<K, V, Table: GroupTable<K, V>>(
    zero: impl FnOnce() -> V,
    from: &mut Decoder<'_>,
    mut read: impl FnMut(&mut Decoder<'_>) -> Result<(K, V), StateError>,
) -> Result<Table, StateError> {
    let mut table = Table::default();
    for _ in 0..from.plain::<u64>()? {
        let (key, value) = read(from)?;
        table.insert(key, value);
    }
    table.prepare(zero);
    Ok(table)
}
