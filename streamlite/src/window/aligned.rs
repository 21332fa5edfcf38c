//! Where windows are kept that share no record.

use std::fmt;

use super::assigner::Settings;
use super::grid::Grid;
use super::open_windows::{Fired, OpenWindow, OpenWindows};
use super::pane::{AccumulationMode, Pane};
use super::span::Window;
use super::store::{Emit, Results, WindowStore};
use super::trigger::Trigger;
use crate::aggregate::Aggregate;
use crate::record::Record;
use crate::state::{Block, Decoder, Encoder, Grouping, StateError, Storage, Table, in_blocks};
use crate::time::Timestamp;

/// What a group has in a window: its accumulator, and what the trigger keeps.
type Group<T, A, R> = (<A as Aggregate<T>>::Acc, <R as Trigger<Window>>::State);

/// The open windows of a grid, each with a table of its groups.
pub struct AlignedStore<T, G: Grouping<T>, A: Aggregate<T>, R: Trigger<Window>, D> {
    windows: OpenWindows<G::Table<Group<T, A, R>>, D>,
    settings: Settings<G, A, R>,
    /// Records that are looked up together, and where their windows are; empty between two calls.
    block: Block<(T, usize), G::Held>,
}

impl<T, G: Grouping<T>, A: Aggregate<T>, R: Trigger<Window>, D> fmt::Debug for AlignedStore<T, G, A, R, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AlignedStore")
    }
}

fn no_records<T, A: Aggregate<T>, R: Trigger<Window>>(aggregate: &A) -> Group<T, A, R> {
    (aggregate.zero(), R::State::default())
}

/// Emits every group of a table, and forgets it.
fn drain<T, A: Aggregate<T>, S, W: Copy, X>(
    table: &mut S,
    pane: Pane<W>,
    aggregate: &A,
    results: &mut impl Results<S::Key, W, A::Out>,
) where
    S: Table<Value = (A::Acc, X)>,
{
    table.drain_in_order(|key, (acc, _)| results.last(key, pane, aggregate.last_result(acc)));
}

impl<T, G: Grouping<T>, A: Aggregate<T>, R: Trigger<Window>, D: Grid> AlignedStore<T, G, A, R, D> {
    /// No window is open yet.
    pub(super) fn new(grid: D, settings: Settings<G, A, R>) -> Self {
        Self {
            windows: OpenWindows::new(grid, settings.lateness),
            settings,
            block: Block::default(),
        }
    }

    /// Adds the records of the block to their groups, which are on their way from memory.
    #[inline]
    fn add_block(&mut self) {
        let Self {
            windows,
            settings,
            block,
        } = self;
        let Settings {
            grouping, aggregate, ..
        } = settings;
        block.look_further(|(_, slot), hash| windows.in_slot(*slot).look_further(hash));
        for ((value, slot), held, look_up) in block.drain() {
            let table = windows.in_slot_mut(slot);
            let slot =
                grouping.slot_of_found(table, look_up, held, &value, || no_records::<T, A, R>(aggregate));
            table.update(slot, |_key, (acc, _)| aggregate.add_owned(acc, value));
        }
    }

    /// A window that has fired, and takes late records still, fires again for each: only the record's own group.
    #[cold]
    fn add_late(
        &mut self,
        place: OpenWindow,
        record: Record<T>,
        emit: &mut impl Emit<G::Key, Window, A::Out>,
    ) {
        let pane = Pane::of(place.window, self.windows.watermark());
        let Settings {
            grouping,
            aggregate,
            mode,
            ..
        } = &mut self.settings;
        let table = self.windows.at(place);
        let slot = grouping.slot(table, &record.value, || no_records::<T, A, R>(aggregate));
        table.update(slot, |_key, (acc, _)| aggregate.add_owned(acc, record.value));
        match mode {
            AccumulationMode::Accumulating => {
                emit.firing(|results| {
                    table.update(slot, |key, (acc, _)| {
                        results.keep(key, pane, aggregate.result(acc));
                    });
                });
            }
            // Nothing else is in the table: it was emptied when the window fired.
            AccumulationMode::Discarding => emit.firing(|results| {
                drain(table, pane, aggregate, results);
                table.prepare(|| no_records::<T, A, R>(aggregate));
            }),
        }
    }
}

impl<T, G: Grouping<T>, A: Aggregate<T>, R: Trigger<Window>, D: Grid> WindowStore<T, G, A>
    for AlignedStore<T, G, A, R, D>
{
    type Window = Window;

    #[inline]
    fn add(
        &mut self,
        record: Record<T>,
        emit: &mut impl Emit<G::Key, Window, A::Out>,
        late: impl FnOnce(Record<T>),
    ) {
        let Settings {
            grouping,
            aggregate,
            trigger,
            ..
        } = &mut self.settings;
        let aggregate = &*aggregate;
        let prepare =
            |table: &mut G::Table<Group<T, A, R>>| table.prepare(|| no_records::<T, A, R>(aggregate));
        let Some(place) = self
            .windows
            .place(record.timestamp, record.partition_watermark, prepare)
        else {
            return late(record);
        };
        if self.windows.has_fired(place) {
            return self.add_late(place, record, emit);
        }
        let watermark = self.windows.watermark();
        let table = self.windows.at(place);
        let slot = grouping.slot(table, &record.value, || no_records::<T, A, R>(aggregate));
        table.update(slot, |key, (acc, state)| {
            aggregate.add_owned(acc, record.value);
            if R::EARLY && trigger.on_record(state, place.window, record.timestamp) {
                let pane = Pane::of(place.window, watermark);
                emit.firing(|results| results.keep(key, pane, aggregate.result(acc)));
            }
        });
    }

    /// A record that makes a window fire at once, because it is late, is added by itself; none of those in the block
    /// emits anything, nor is in a window that has fired. An early trigger is asked record by record.
    #[inline]
    fn add_all(
        &mut self,
        records: impl Iterator<Item = Record<T>>,
        emit: &mut impl Emit<G::Key, Window, A::Out>,
        mut late: impl FnMut(Record<T>),
    ) {
        if R::EARLY || !in_blocks(self.windows.recent().any(Table::is_large)) {
            return records.for_each(|record| self.add(record, emit, &mut late));
        }
        records.for_each(|record| {
            let aggregate = &self.settings.aggregate;
            let prepare =
                |table: &mut G::Table<Group<T, A, R>>| table.prepare(|| no_records::<T, A, R>(aggregate));
            let place = self
                .windows
                .place(record.timestamp, record.partition_watermark, prepare);
            match place {
                Some(place) if !self.windows.has_fired(place) => {
                    let table = self.windows.in_slot(place.slot);
                    let found = self.settings.grouping.look_up(table, &record.value);
                    self.block.push((record.value, place.slot), found);
                    if self.block.is_full() {
                        self.add_block();
                    }
                }
                _ => self.add(record, emit, &mut late),
            }
        });
        self.add_block();
    }

    fn next_due(&self, watermark: Timestamp) -> Timestamp {
        self.windows.next_due(watermark)
    }

    #[inline(never)]
    fn advance(&mut self, watermark: Timestamp, emit: &mut impl Emit<G::Key, Window, A::Out>) {
        let before = self.windows.watermark();
        let Self {
            windows, settings, ..
        } = self;
        let Settings { aggregate, mode, .. } = settings;
        emit.firing(|results| {
            windows.fire(watermark, |fired| match fired {
                Fired::Last(window, mut table) => {
                    drain(&mut table, Pane::of(window, before), aggregate, results);
                    Some(table)
                }
                Fired::Open(window, table) => {
                    let pane = Pane::of(window, before);
                    match mode {
                        AccumulationMode::Accumulating => {
                            for (key, (acc, _)) in table.in_order() {
                                results.keep(key, pane, aggregate.result(acc));
                            }
                        }
                        AccumulationMode::Discarding => {
                            drain(table, pane, aggregate, results);
                            table.prepare(|| no_records::<T, A, R>(aggregate));
                        }
                    }
                    None
                }
            });
        });
    }

    #[inline]
    fn is_quiet_until(&mut self, watermark: Timestamp) -> bool {
        self.windows.is_quiet_until(watermark)
    }

    #[inline]
    fn watermark(&self) -> Timestamp {
        self.windows.watermark()
    }

    fn save<C: Storage<G::Key> + Storage<A::Acc>>(&self, to: &mut Encoder) -> Result<(), StateError> {
        let windows = self.windows.iter();
        to.plain(&(self.windows.watermark(), windows.len() as u64))?;
        for (window, table) in windows {
            to.plain(&window)?;
            table.save::<C>(to, |(acc, state), to| {
                <C as Storage<A::Acc>>::write(acc, to)?;
                to.plain(state)
            })?;
        }
        Ok(())
    }

    fn restore<C: Storage<G::Key> + Storage<A::Acc>>(
        &mut self,
        from: &mut Decoder<'_>,
    ) -> Result<(), StateError> {
        let (watermark, windows): (Timestamp, u64) = from.plain()?;
        self.windows.reset(watermark);
        let aggregate = &self.settings.aggregate;
        for _ in 0..windows {
            let window = from.plain()?;
            let mut table = G::Table::<Group<T, A, R>>::default();
            table.prepare(|| no_records::<T, A, R>(aggregate));
            table.restore::<C>(from, |from| {
                Ok((<C as Storage<A::Acc>>::read(from)?, from.plain()?))
            })?;
            self.windows.insert(window, table);
        }
        Ok(())
    }
}
