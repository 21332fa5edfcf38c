//! The one value of an operator that does not partition its state.

use super::table::Table;
use crate::metrics::StateSize;

/// One value in all: the table of a stream without keys.
#[derive(Debug)]
pub struct Single<V> {
    /// There once the table is prepared.
    value: Option<V>,
    /// Whether a record came.
    used: bool,
}

impl<V> Single<V> {
    /// The value, which a record is added to.
    #[inline]
    pub(crate) fn value(&mut self) -> &mut V {
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

impl<V> Table for Single<V> {
    type Key = ();
    type Value = V;
    type Slot = ();

    #[inline]
    fn place_of((): ()) -> u32 {
        0
    }

    #[inline]
    fn slot_at(_place: u32) {}

    #[inline]
    fn entry(&mut self, (): ()) -> (&(), &mut V) {
        (&(), self.value())
    }

    fn remove(&mut self, (): (), left: V) -> Option<V> {
        let removed = self.value.replace(left);
        removed.filter(|_| std::mem::take(&mut self.used))
    }

    fn has(&self, (): ()) -> bool {
        self.used
    }

    fn for_each_slot(&self, mut visit: impl FnMut((), &(), &V)) {
        if let Some(value) = self.get(&()) {
            visit((), &(), value);
        }
    }

    fn prepare(&mut self, zero: impl FnOnce() -> V) {
        self.value.get_or_insert_with(zero);
    }

    fn get(&self, (): &()) -> Option<&V> {
        self.value.as_ref().filter(|_| self.used)
    }

    fn slot_of_key(&self, (): &()) -> Option<()> {
        self.used.then_some(())
    }

    fn get_mut(&mut self, (): &()) -> Option<&mut V> {
        self.value.as_mut().filter(|_| self.used)
    }

    fn in_order<'a>(&'a self) -> impl Iterator<Item = (&'a (), &'a V)>
    where
        V: 'a,
    {
        self.get(&()).into_iter().map(|value| (&(), value))
    }

    fn slot_count(&self) -> usize {
        1
    }

    fn count(&self) -> usize {
        usize::from(self.used)
    }

    fn size(&self) -> StateSize {
        StateSize::new(self.count(), size_of::<Self>())
    }

    fn drain_in_order(&mut self, mut take: impl FnMut((), V)) {
        let used = std::mem::take(&mut self.used);
        if let Some(value) = self.value.take().filter(|_| used) {
            take((), value);
        }
    }

    fn insert(&mut self, (): (), value: V) {
        *self = Self {
            value: Some(value),
            used: true,
        };
    }
}
