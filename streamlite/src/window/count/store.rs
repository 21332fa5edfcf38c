//! Where windows of so many records are kept.

use std::fmt;
use std::marker::PhantomData;

use super::every::{Added, Every};
use super::group::{Arrived, Fired, Group};
use crate::aggregate::Aggregate;
use crate::metrics::StateSize;
use crate::record::Record;
use crate::state::{
    Block, CapturedTables, Decoder, Encoder, Grouping, LiveTable, Room, StateError, Storage, Table, in_blocks,
};
use crate::time::Timestamp;
use crate::window::assigner::Settings;
use crate::window::pane::Pane;
use crate::window::store::{Emit, Results, WindowStore};
use crate::window::trigger::OnWatermark;

/// A window that is known by the numbers of its records.
pub trait Numbered: Copy + fmt::Debug + 'static {
    /// The window of the records from `start` up to but without `end`.
    fn of_records(start: u64, end: u64) -> Self;
}

/// The table of what each key has in its windows.
type Groups<T, G, A> = <G as Grouping<T>>::Table<Group<<A as Aggregate<T>>::Acc>>;

/// The place of a key in it.
type SlotOf<T, G, A> = <Groups<T, G, A> as Table>::Slot;

/// The windows of each key by number. They do not look at event time: a result is judged by the watermark of the record
/// that made it fire, so that no watermark needs its place between records.
pub struct CountStore<T, G: Grouping<T>, A: Aggregate<T>, W> {
    every: Every,
    settings: Settings<G, A, OnWatermark>,
    groups: LiveTable<Groups<T, G, A>>,
    watermark: Timestamp,
    /// Records that are looked up together, and the watermarks of their partitions; empty between two calls.
    block: Block<(Arrived<T>, Timestamp), G::Held>,
    in_gaps: u64,
    window: PhantomData<fn() -> W>,
}

impl<T, G: Grouping<T>, A: Aggregate<T>, W> fmt::Debug for CountStore<T, G, A, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CountStore").finish_non_exhaustive()
    }
}

#[inline]
fn arrived<T>(record: Record<T>) -> (Arrived<T>, Timestamp) {
    let Record {
        value,
        timestamp,
        partition_watermark,
    } = record;
    (Arrived { value, timestamp }, partition_watermark)
}

fn pane<W: Numbered, V>(fired: &Fired<V>, partition_watermark: Timestamp) -> Pane<W> {
    Pane {
        window: W::of_records(fired.start, fired.end),
        timestamp: fired.timestamp,
        partition_watermark,
    }
}

impl<T, G: Grouping<T>, A: Aggregate<T>, W: Numbered> CountStore<T, G, A, W> {
    pub(in crate::window) fn new(every: Every, settings: Settings<G, A, OnWatermark>) -> Self {
        let mut groups = LiveTable::<Groups<T, G, A>>::default();
        groups.prepare(|| Group::new(&every, &settings.aggregate));
        Self {
            every,
            settings,
            groups,
            watermark: Timestamp::MIN,
            block: Block::default(),
            in_gaps: 0,
            window: PhantomData,
        }
    }

    /// Adds a record. `touches`: its key was not touched before, as those of a row are at once.
    #[inline]
    fn add_one(&mut self, record: Record<T>, emit: &mut impl Emit<G::Key, W, A::Out>, touches: bool) {
        let arrival = arrived(record);
        let (
            every,
            Settings {
                grouping, aggregate, ..
            },
        ) = (&self.every, &mut self.settings);
        let first = || Group::new(every, aggregate);
        let slot = self.groups.slot_of(grouping, &arrival.0.value, first);
        if touches {
            self.groups.touch(slot);
        }
        self.add_to(slot, arrival, emit);
    }

    /// Adds a record to a key that was touched.
    #[inline]
    fn add_to(
        &mut self,
        slot: SlotOf<T, G, A>,
        (arrived, partition_watermark): (Arrived<T>, Timestamp),
        emit: &mut impl Emit<G::Key, W, A::Out>,
    ) {
        let (every, aggregate) = (self.every, &self.settings.aggregate);
        let added = self
            .groups
            .update_touched(slot, |_key, group| group.add(&every, aggregate, arrived));
        match added {
            Added::Quietly => {}
            Added::InGap => self.in_gaps += 1,
            Added::Last => self.fire(slot, partition_watermark, emit),
        }
    }

    #[inline(never)]
    fn fire(
        &mut self,
        slot: SlotOf<T, G, A>,
        partition_watermark: Timestamp,
        emit: &mut impl Emit<G::Key, W, A::Out>,
    ) {
        let (every, aggregate) = (&self.every, &self.settings.aggregate);
        self.groups.update(slot, |key, group| {
            if let Some(fired) = group.fire(every, aggregate) {
                let pane = pane(&fired, partition_watermark);
                emit.firing(|results| results.keep(key, pane, fired.result));
            }
        });
    }

    /// Adds the records of the block to their keys, which are on their way from memory.
    #[inline]
    fn add_block(&mut self, emit: &mut impl Emit<G::Key, W, A::Out>) {
        let mut block = std::mem::take(&mut self.block);
        let groups = &self.groups;
        block.look_further(|_, hash| groups.look_further(hash));
        self.groups
            .touch_block(&mut self.settings.grouping, &block, |(arrived, _)| &arrived.value);
        for (arrival, held, look_up) in block.drain() {
            let (
                every,
                Settings {
                    grouping, aggregate, ..
                },
            ) = (&self.every, &mut self.settings);
            let first = || Group::new(every, aggregate);
            let slot = self
                .groups
                .slot_of_found(grouping, look_up, held, &arrival.0.value, first);
            self.add_to(slot, arrival, emit);
        }
        self.block = block;
    }
}

impl<T, G: Grouping<T>, A: Aggregate<T>, W: Numbered> WindowStore<T, G, A> for CountStore<T, G, A, W> {
    type Window = W;

    #[inline]
    fn add(
        &mut self,
        record: Record<T>,
        emit: &mut impl Emit<G::Key, W, A::Out>,
        _late: impl FnOnce(Record<T>),
    ) {
        self.add_one(record, emit, true);
    }

    #[inline]
    fn add_all(
        &mut self,
        records: impl Iterator<Item = Record<T>>,
        emit: &mut impl Emit<G::Key, W, A::Out>,
        _late: impl FnMut(Record<T>),
    ) {
        if !in_blocks(self.groups.is_large() || self.groups.is_tracked()) {
            self.groups.touch_everything();
            return records.for_each(|record| self.add_one(record, emit, false));
        }
        records.for_each(|record| {
            let arrival = arrived(record);
            let found = self.settings.grouping.look_up(&*self.groups, &arrival.0.value);
            self.block.push(arrival, found);
            if self.block.is_full() {
                self.add_block(emit);
            }
        });
        self.add_block(emit);
    }

    fn next_due(&self, _watermark: Timestamp) -> Timestamp {
        Timestamp::MAX
    }

    fn advance(&mut self, watermark: Timestamp, emit: &mut impl Emit<G::Key, W, A::Out>) {
        let before = self.watermark;
        self.watermark = watermark;
        let Self {
            every,
            settings,
            groups,
            ..
        } = self;
        if watermark < Timestamp::MAX || !every.partial {
            return;
        }
        emit.firing(|results| {
            groups.drain_in_order(|key, group| {
                if let Some(fired) = group.rest(every, &settings.aggregate) {
                    results.last(key, pane(&fired, before), fired.result);
                }
            });
        });
    }

    #[inline]
    fn is_quiet_until(&mut self, watermark: Timestamp) -> bool {
        if watermark < Timestamp::MAX {
            self.watermark = watermark;
            return true;
        }
        false
    }

    #[inline]
    fn watermark(&self) -> Timestamp {
        self.watermark
    }

    fn look(&self, key: Option<&G::Key>, show: &mut impl FnMut(&G::Key, W, A::Out)) {
        let (every, aggregate) = (&self.every, &self.settings.aggregate);
        self.groups.look_at(key, |_slot, key, group| {
            if let Some(open) = group.open(every, aggregate) {
                show(key, W::of_records(open.start, open.end), open.result);
            }
        });
    }

    fn size(&self) -> StateSize {
        self.groups.size()
    }

    fn in_gaps(&self) -> u64 {
        self.in_gaps
    }

    fn save<C: Storage<G::Key> + Storage<A::Acc>>(&mut self, to: &mut Encoder) -> Result<(), StateError> {
        to.plain(&self.watermark)?;
        self.groups.save(to, |key, group, to| {
            <C as Storage<G::Key>>::write(key, to)?;
            group.save::<C>(to)
        })
    }

    fn walk(&mut self, room: &mut Room) -> Option<CapturedTables> {
        self.groups.walk(room)
    }

    fn restore<C: Storage<G::Key> + Storage<A::Acc>>(
        &mut self,
        from: &mut Decoder<'_>,
    ) -> Result<(), StateError> {
        self.watermark = from.plain()?;
        self.groups = LiveTable::default();
        let (every, aggregate) = (&self.every, &self.settings.aggregate);
        self.groups
            .restore::<C>(from, |from| Group::restore::<T, A, C>(every, aggregate, from))?;
        self.groups.prepare(|| Group::new(every, aggregate));
        Ok(())
    }
}
