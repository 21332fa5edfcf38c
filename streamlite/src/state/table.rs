//! What all tables of keyed values have in common: they are walked, emptied, saved and restored in order.

use super::codec::{Decoder, Encoder, StateError};
use super::storage::Storage;

/// One value per key, in an order of its own that does not depend on hashes.
pub trait Table: Default {
    /// What names a value.
    type Key;
    /// What is kept for each key.
    type Value;

    /// Makes the table ready for records. The table of a single value creates it here, so that the record path has no
    /// branch on whether it is there.
    fn prepare(&mut self, _zero: impl FnOnce() -> Self::Value) {}

    /// The entries, in order.
    fn in_order<'a>(&'a self) -> impl Iterator<Item = (&'a Self::Key, &'a Self::Value)>
    where
        Self::Key: 'a,
        Self::Value: 'a;

    /// How many entries there are.
    fn count(&self) -> usize;

    /// Removes every entry, in order.
    fn drain_in_order(&mut self, take: impl FnMut(Self::Key, Self::Value));

    /// Inserts an entry whose key is not there yet, as the last one.
    fn insert(&mut self, key: Self::Key, value: Self::Value);

    /// Writes every entry, as `C` keeps it.
    ///
    /// # Errors
    /// If a value's `Serialize` fails.
    fn save<C>(&self, to: &mut Encoder) -> Result<(), StateError>
    where
        C: Storage<Self::Key> + Storage<Self::Value>,
    {
        to.plain(&(self.count() as u64))?;
        self.in_order().try_for_each(|(key, value)| {
            to.kept::<C, Self::Key>(key)?;
            to.kept::<C, Self::Value>(value)
        })
    }

    /// Reads the entries of a table that was saved into this one, which has none.
    ///
    /// # Errors
    /// If the bytes are not such a table.
    fn restore<C>(&mut self, from: &mut Decoder<'_>) -> Result<(), StateError>
    where
        C: Storage<Self::Key> + Storage<Self::Value>,
    {
        for _ in 0..from.plain::<u64>()? {
            let key = from.kept::<C, Self::Key>()?;
            self.insert(key, from.kept::<C, Self::Value>()?);
        }
        Ok(())
    }
}
