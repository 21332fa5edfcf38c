//! Where open windows are kept: what a windowed aggregate asks of it.

use super::pane::Pane;
use crate::aggregate::Aggregate;
use crate::metrics::StateSize;
use crate::record::Record;
use crate::state::{CapturedTables, Decoder, Encoder, Grouping, Room, StateError, Storage};
use crate::time::{TimeDelta, Timestamp};

/// The open windows of one operator, and what is in them.
///
/// Laws: a record counts in exactly the windows that are open by its own `partition_watermark`, whatever this store's
/// watermark is. Windows fire in the order of time, and within one firing groups in the order in which they came.
/// A watermark costs what it fires, and nothing per group.
pub trait WindowStore<T, G: Grouping<T>, A: Aggregate<T>> {
    /// What a window is.
    type Window: Copy + 'static;

    /// Adds a record to its windows, and emits what fires for it; hands on a record that is late for all of them.
    fn add(
        &mut self,
        record: Record<T>,
        emit: &mut impl Emit<G::Key, Self::Window, A::Out>,
        late: impl FnOnce(Record<T>),
    );

    /// Adds a row of records: the same as adding them one by one, in whatever way is faster.
    #[inline]
    fn add_all(
        &mut self,
        records: impl Iterator<Item = Record<T>>,
        emit: &mut impl Emit<G::Key, Self::Window, A::Out>,
        mut late: impl FnMut(Record<T>),
    ) {
        records.for_each(|record| self.add(record, emit, &mut late));
    }

    /// The lowest watermark above this one at which a window may fire, whichever windows are open then; by default every
    /// watermark is due.
    fn next_due(&self, watermark: Timestamp) -> Timestamp {
        watermark + TimeDelta::from_millis(1)
    }

    /// Fires and closes what is due up to a watermark.
    fn advance(&mut self, watermark: Timestamp, emit: &mut impl Emit<G::Key, Self::Window, A::Out>);

    /// Fires what is due by the clock.
    fn tick(&mut self, _now: Timestamp, _emit: &mut impl Emit<G::Key, Self::Window, A::Out>) {}

    /// Whether nothing is due up to a watermark, which then counts as reached: one comparison.
    fn is_quiet_until(&mut self, watermark: Timestamp) -> bool;

    /// The watermark that was reached.
    fn watermark(&self) -> Timestamp;

    /// Shows the open windows of a key, or of all keys, and what each would emit if it fired now; those of a key in the order
    /// of time. Only what has records that were not emitted before, where results are to add up.
    fn look(&self, key: Option<&G::Key>, show: &mut impl FnMut(&G::Key, Self::Window, A::Out));

    /// How large what it keeps is.
    fn size(&self) -> StateSize;

    /// How many records were in no window.
    fn in_gaps(&self) -> u64 {
        0
    }

    /// Writes the watermark and every window; those of large tables [in slices](Self::walk), if it may.
    ///
    /// # Errors
    /// If a value's `Serialize` fails.
    fn save<C: Storage<G::Key> + Storage<A::Acc>>(&mut self, to: &mut Encoder) -> Result<(), StateError>;

    /// Writes what belongs into the gaps that saving has left for large tables, as long as there is room; returns it once all
    /// is written.
    fn walk(&mut self, room: &mut Room) -> Option<CapturedTables>;

    /// Restores what was saved, in place of what is there.
    ///
    /// # Errors
    /// If the bytes are not such a state.
    fn restore<C: Storage<G::Key> + Storage<A::Acc>>(
        &mut self,
        from: &mut Decoder<'_>,
    ) -> Result<(), StateError>;
}

/// Where windows fire.
pub trait Emit<K, W, V> {
    /// What takes the results of a firing.
    type Results: Results<K, W, V>;

    /// Lets windows fire: all results are emitted in here.
    fn firing(&mut self, fire: impl FnOnce(&mut Self::Results));
}

/// Takes the results of windows that fire.
pub trait Results<K, W, V> {
    /// The result of a group that is kept.
    fn keep(&mut self, key: &K, pane: Pane<W>, value: V);

    /// The last result of a group, which is forgotten.
    fn last(&mut self, key: K, pane: Pane<W>, value: V);
}
