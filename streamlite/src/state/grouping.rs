//! How state is partitioned: one value per key, or one in all.

use std::fmt;
use std::hash::Hash;
use std::marker::PhantomData;

use super::key_table::{KeyTable, Slot};
use super::look_up::LookUp;
use super::single::Single;
use super::table::Table;

/// How state is partitioned: one value per key, or one in all.
pub trait Grouping<T> {
    /// What names a group.
    type Key;
    /// One value per group.
    type Table<V>: Table<Key = Self::Key, Value = V>;
    /// What is remembered of a record's key while its block is looked up.
    type Held;

    /// The slot of the record's group in a table that was prepared; created by `first` if it is new.
    fn slot<V>(
        &mut self,
        table: &mut Self::Table<V>,
        record: &T,
        first: impl FnOnce() -> V,
    ) -> <Self::Table<V> as Table>::Slot;

    /// The first of three passes over a [`Block`](super::Block) of records, which do together what [`slot`](Self::slot)
    /// does: the key is hashed, and the part of the table that knows its slot is fetched.
    fn look_up<V>(&mut self, table: &Self::Table<V>, record: &T) -> (u64, Self::Held);

    /// The third pass: the slot. The second is [`Table::look_further`].
    fn slot_of_found<V>(
        &mut self,
        table: &mut Self::Table<V>,
        look_up: LookUp,
        held: Self::Held,
        record: &T,
        first: impl FnOnce() -> V,
    ) -> <Self::Table<V> as Table>::Slot;

    /// The third pass, where nothing is created: the slot, if there is one.
    fn find<V>(
        &mut self,
        table: &Self::Table<V>,
        look_up: LookUp,
        held: &Self::Held,
        record: &T,
    ) -> Option<<Self::Table<V> as Table>::Slot>;
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
    type Held = K;

    #[inline]
    fn slot<V>(&mut self, table: &mut KeyTable<K, V>, record: &T, first: impl FnOnce() -> V) -> Slot {
        table.slot_of((self.0)(record), first)
    }

    #[inline]
    fn look_up<V>(&mut self, table: &KeyTable<K, V>, record: &T) -> (u64, K) {
        let key = (self.0)(record);
        (table.look_up(&key), key)
    }

    #[inline]
    fn slot_of_found<V>(
        &mut self,
        table: &mut KeyTable<K, V>,
        look_up: LookUp,
        key: K,
        _record: &T,
        first: impl FnOnce() -> V,
    ) -> Slot {
        table.slot_of_found(look_up, key, first)
    }

    #[inline]
    fn find<V>(&mut self, table: &KeyTable<K, V>, look_up: LookUp, key: &K, _record: &T) -> Option<Slot> {
        table.find_found(look_up, key)
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
    /// The key is in the record still.
    type Held = ();

    #[inline]
    fn slot<V>(&mut self, table: &mut KeyTable<Q::Owned, V>, record: &T, first: impl FnOnce() -> V) -> Slot {
        table.slot_of_ref((self.0)(record), first)
    }

    #[inline]
    fn look_up<V>(&mut self, table: &KeyTable<Q::Owned, V>, record: &T) -> (u64, ()) {
        (table.look_up((self.0)(record)), ())
    }

    #[inline]
    fn slot_of_found<V>(
        &mut self,
        table: &mut KeyTable<Q::Owned, V>,
        look_up: LookUp,
        (): (),
        record: &T,
        first: impl FnOnce() -> V,
    ) -> Slot {
        table.slot_of_found_ref(look_up, (self.0)(record), first)
    }

    #[inline]
    fn find<V>(
        &mut self,
        table: &KeyTable<Q::Owned, V>,
        look_up: LookUp,
        (): &(),
        record: &T,
    ) -> Option<Slot> {
        table.find_found(look_up, (self.0)(record))
    }
}

impl<T> Grouping<T> for Unkeyed {
    type Key = ();
    type Table<V> = Single<V>;
    type Held = ();

    #[inline]
    fn slot<V>(&mut self, _table: &mut Single<V>, _record: &T, _first: impl FnOnce() -> V) {}

    #[inline]
    fn look_up<V>(&mut self, _table: &Single<V>, _record: &T) -> (u64, ()) {
        (0, ())
    }

    #[inline]
    fn slot_of_found<V>(
        &mut self,
        _table: &mut Single<V>,
        _look_up: LookUp,
        (): (),
        _record: &T,
        _first: impl FnOnce() -> V,
    ) {
    }

    #[inline]
    fn find<V>(&mut self, table: &Single<V>, _look_up: LookUp, (): &(), _record: &T) -> Option<()> {
        table.has(()).then_some(())
    }
}
