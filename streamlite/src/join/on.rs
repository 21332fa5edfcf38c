//! What the rows of two streams have in common.

use std::hash::Hash;

use super::either::Either;
use crate::state::{By, Grouping, KeyTable, LookUp, Slot};

/// A key of each of two streams, of one type.
#[derive(Clone, Copy, Debug)]
pub struct On<A, B> {
    left: A,
    right: B,
}

impl<A, B> On<A, B> {
    pub(crate) fn new(left: A, right: B) -> Self {
        Self { left, right }
    }
}

impl<L, R, K, F, H> Grouping<Either<L, R>> for On<By<F, K>, By<H, K>>
where
    K: Hash + Eq,
    F: FnMut(&L) -> K,
    H: FnMut(&R) -> K,
{
    type Key = K;
    type Table<V> = KeyTable<K, V>;
    type Held = K;

    #[inline]
    fn slot<V>(
        &mut self,
        table: &mut KeyTable<K, V>,
        record: &Either<L, R>,
        first: impl FnOnce() -> V,
    ) -> Slot {
        match record {
            Either::Left(record) => self.left.slot(table, record, first),
            Either::Right(record) => self.right.slot(table, record, first),
        }
    }

    #[inline]
    fn look_up<V>(&mut self, table: &KeyTable<K, V>, record: &Either<L, R>) -> (u64, K) {
        match record {
            Either::Left(record) => self.left.look_up(table, record),
            Either::Right(record) => self.right.look_up(table, record),
        }
    }

    #[inline]
    fn slot_of_found<V>(
        &mut self,
        table: &mut KeyTable<K, V>,
        look_up: LookUp,
        held: K,
        record: &Either<L, R>,
        first: impl FnOnce() -> V,
    ) -> Slot {
        match record {
            Either::Left(record) => self.left.slot_of_found(table, look_up, held, record, first),
            Either::Right(record) => self.right.slot_of_found(table, look_up, held, record, first),
        }
    }

    #[inline]
    fn find<V>(
        &mut self,
        table: &KeyTable<K, V>,
        look_up: LookUp,
        held: &K,
        record: &Either<L, R>,
    ) -> Option<Slot> {
        match record {
            Either::Left(record) => self.left.find(table, look_up, held, record),
            Either::Right(record) => self.right.find(table, look_up, held, record),
        }
    }
}
