//! How state is partitioned: one value per key, or one in all.

use std::fmt;
use std::hash::Hash;
use std::marker::PhantomData;

use super::arrival_table::ArrivalTable;
use super::single::Single;
use super::slot_table::{Slot, SlotTable, Slots};
use super::table::Table;

/// A key and its value.
#[derive(Debug)]
pub struct Entry<'a, K, V> {
    /// The key.
    pub key: &'a K,
    /// Its value.
    pub value: &'a mut V,
}

/// How state is partitioned: one value per key, or one in all.
pub trait Grouping<T> {
    /// What names a group.
    type Key;
    /// One value per group, emptied as a whole: what a window holds.
    type Arrivals<V>: Table<Key = Self::Key, Value = V>;
    /// One value per group, in slots that never move: what an operator keeps per key.
    type Slots<V>: Slots<Key = Self::Key, Value = V>;

    /// The record's group in a table that was prepared; created by `first` if it is new.
    fn entry<'a, V>(
        &mut self,
        table: &'a mut Self::Arrivals<V>,
        record: &T,
        first: impl FnOnce() -> V,
    ) -> Entry<'a, Self::Key, V>;

    /// The slot of the record's group in a table that was prepared; created by `first` if it is new.
    fn slot<V>(
        &mut self,
        slots: &mut Self::Slots<V>,
        record: &T,
        first: impl FnOnce() -> V,
    ) -> <Self::Slots<V> as Slots>::Slot;
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
    type Arrivals<V> = ArrivalTable<K, V>;
    type Slots<V> = SlotTable<K, V>;

    #[inline]
    fn entry<'a, V>(
        &mut self,
        table: &'a mut ArrivalTable<K, V>,
        record: &T,
        first: impl FnOnce() -> V,
    ) -> Entry<'a, K, V> {
        let (key, value) = table.entry_of((self.0)(record), first);
        Entry { key, value }
    }

    #[inline]
    fn slot<V>(&mut self, slots: &mut SlotTable<K, V>, record: &T, first: impl FnOnce() -> V) -> Slot {
        slots.slot_of((self.0)(record), first)
    }
}

impl<T, Q, F> Grouping<T> for ByRef<F, Q>
where
    Q: ToOwned + Hash + Eq + ?Sized,
    Q::Owned: Hash + Eq,
    F: FnMut(&T) -> &Q,
{
    type Key = Q::Owned;
    type Arrivals<V> = ArrivalTable<Q::Owned, V>;
    type Slots<V> = SlotTable<Q::Owned, V>;

    #[inline]
    fn entry<'a, V>(
        &mut self,
        table: &'a mut ArrivalTable<Q::Owned, V>,
        record: &T,
        first: impl FnOnce() -> V,
    ) -> Entry<'a, Q::Owned, V> {
        let (key, value) = table.entry_of_ref((self.0)(record), first);
        Entry { key, value }
    }

    #[inline]
    fn slot<V>(&mut self, slots: &mut SlotTable<Q::Owned, V>, record: &T, first: impl FnOnce() -> V) -> Slot {
        slots.slot_of_ref((self.0)(record), first)
    }
}

impl<T> Grouping<T> for Unkeyed {
    type Key = ();
    type Arrivals<V> = Single<V>;
    type Slots<V> = Single<V>;

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

    #[inline]
    fn slot<V>(&mut self, _slots: &mut Single<V>, _record: &T, _first: impl FnOnce() -> V) {}
}
