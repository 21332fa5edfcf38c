//! Values that are known by their slots alone.

use super::codec::{Encoder, StateError};
use super::key_table::LARGE;
use super::live_table::LiveTable;
use super::table::Table;
use super::taken::Taken;
use crate::metrics::StateSize;

/// Values that are known by their slots alone: whoever adds one remembers its slot, so that it has no key, and none finds it.
///
/// An empty slot holds its last value until it is used again.
#[derive(Debug)]
pub struct Slab<V> {
    values: Vec<V>,
    /// The slots that are empty; the one that was emptied last is used first.
    empty: Vec<u32>,
}

impl<V> Default for Slab<V> {
    fn default() -> Self {
        Self {
            values: Vec::new(),
            empty: Vec::new(),
        }
    }
}

impl<V> Slab<V> {
    /// The value of a slot, or the last one that it had.
    #[inline]
    pub fn at(&self, slot: u32) -> Option<&V> {
        self.values.get(slot as usize)
    }

    fn add(&mut self, value: V) -> u32 {
        if let Some(slot) = self.empty.pop() {
            self.values[slot as usize] = value;
            return slot;
        }
        self.values.push(value);
        u32::try_from(self.values.len() - 1).expect("four billion values do not fit in memory")
    }
}

impl<V> LiveTable<Slab<V>> {
    /// Adds a value; returns its slot.
    #[inline]
    pub fn add(&mut self, value: V) -> u32 {
        let slot = self.table_mut().add(value);
        self.touch(slot);
        slot
    }

    /// Removes the value of a slot, which is there, without a look at it.
    #[inline]
    pub fn free(&mut self, slot: u32) {
        self.touch(slot);
        self.table_mut().empty.push(slot);
    }
}

impl<V> Table for Slab<V> {
    type Key = ();
    type Value = V;
    type Slot = u32;

    const MAY_BE_LARGE: bool = true;

    #[inline]
    fn place_of(slot: u32) -> u32 {
        slot
    }

    #[inline]
    fn slot_at(place: u32) -> u32 {
        place
    }

    #[inline]
    fn entry(&mut self, slot: u32) -> (&(), &mut V) {
        (&(), &mut self.values[slot as usize])
    }

    /// Removes the value of a slot, which is there.
    fn remove(&mut self, slot: u32, left: V) -> Option<V> {
        let value = self.values.get_mut(slot as usize)?;
        self.empty.push(slot);
        Some(std::mem::replace(value, left))
    }

    fn is_large(&self) -> bool {
        size_of_val(self.values.as_slice()) > LARGE
    }

    /// Looks at all slots that are empty.
    fn has(&self, slot: u32) -> bool {
        (slot as usize) < self.values.len() && !self.empty.contains(&slot)
    }

    fn get(&self, (): &()) -> Option<&V> {
        None
    }

    fn slot_of_key(&self, (): &()) -> Option<u32> {
        None
    }

    fn get_mut(&mut self, (): &()) -> Option<&mut V> {
        None
    }

    fn for_each_empty(&self, visit: impl FnMut(u32)) {
        self.empty.iter().copied().for_each(visit);
    }

    fn for_each_slot(&self, mut visit: impl FnMut(u32, &(), &V)) {
        for place in Taken::new(self.values.len(), &self.empty) {
            visit(slot_at(place), &(), &self.values[place]);
        }
    }

    fn in_order<'a>(&'a self) -> impl Iterator<Item = (&'a (), &'a V)>
    where
        V: 'a,
    {
        Taken::new(self.values.len(), &self.empty).map(|place| (&(), &self.values[place]))
    }

    fn count(&self) -> usize {
        self.values.len() - self.empty.len()
    }

    /// They are no keys.
    fn save_count(&self, to: &mut Encoder) -> Result<(), StateError> {
        to.plain(&(self.count() as u64))
    }

    #[inline]
    fn slot_count(&self) -> usize {
        self.values.len()
    }

    fn size(&self) -> StateSize {
        let bytes = self.values.capacity() * size_of::<V>() + self.empty.capacity() * size_of::<u32>();
        StateSize::new(self.count(), bytes)
    }

    fn drain_in_order(&mut self, mut take: impl FnMut((), V)) {
        let (values, empty) = (std::mem::take(&mut self.values), std::mem::take(&mut self.empty));
        let mut taken = Taken::new(values.len(), &empty).peekable();
        for (place, value) in values.into_iter().enumerate() {
            if taken.next_if_eq(&place).is_some() {
                take((), value);
            }
        }
    }

    fn insert(&mut self, (): (), value: V) {
        self.add(value);
    }

    fn add_empty<E>(&mut self, slots: usize, mut entry: impl FnMut() -> Result<((), V), E>) -> Result<(), E> {
        while self.values.len() < slots {
            self.empty.push(slot_at(self.values.len()));
            self.values.push(entry()?.1);
        }
        Ok(())
    }

    fn append(&mut self, (): (), value: V) {
        self.values.push(value);
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "no slot is added that does not fit"
)]
fn slot_at(place: usize) -> u32 {
    place as u32
}
