//! Where windows are kept that share no record.

use std::fmt;

use super::assigner::Settings;
use super::captures::Captures;
use super::event_window::Window;
use super::firing::{Firing, LateFirings};
use super::grid::Grid;
use super::open_windows::{Fired, OpenWindows, Place};
use super::pane::{AccumulationMode, Pane};
use super::store::{Emit, Results, WindowStore};
use super::trigger::OnWatermark;
use crate::aggregate::{Aggregate, read_filled};
use crate::metrics::StateSize;
use crate::record::Record;
use crate::state::{
    Block, CapturedTables, Decoder, Encoder, Grouping, LiveTable, Room, StateError, Storage, Table, in_blocks,
};
use crate::time::Timestamp;

/// The table of the groups of one window.
type Groups<T, G, A> = <G as Grouping<T>>::Table<<A as Aggregate<T>>::Acc>;

/// The open windows of a grid, each with a table of its groups.
pub struct AlignedStore<T, G: Grouping<T>, A: Aggregate<T>, D> {
    windows: OpenWindows<LiveTable<Groups<T, G, A>>, D>,
    settings: Settings<G, A, OnWatermark>,
    /// Records that are looked up together, and where their windows are; empty between two calls.
    block: Block<(T, usize), G::Held>,
    late_firings: LateFirings,
    captures: Captures,
}

impl<T, G: Grouping<T>, A: Aggregate<T>, D> fmt::Debug for AlignedStore<T, G, A, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AlignedStore")
    }
}

impl<T, G: Grouping<T>, A: Aggregate<T>, D: Grid> AlignedStore<T, G, A, D> {
    /// No window is open yet.
    pub(super) fn new(grid: D, settings: Settings<G, A, OnWatermark>) -> Self {
        Self {
            windows: OpenWindows::new(grid, settings.lateness),
            settings,
            block: Block::default(),
            late_firings: LateFirings::default(),
            captures: Captures::default(),
        }
    }

    /// The groups of a block are about to be changed: what they were is written first, if a checkpoint needs it. Between the
    /// second pass and the third.
    #[cold]
    fn touch_block(&mut self) {
        let Self {
            windows,
            settings,
            block,
            captures,
            ..
        } = self;
        for ((_, window), _, look_up) in block.looked_up() {
            windows.in_slot_mut(*window).touch_guess(look_up.likely());
        }
        if !captures.is_open() {
            return;
        }
        for ((value, window), held, look_up) in block.looked_up() {
            let table = windows.in_slot_mut(*window);
            let slot = settings.grouping.find::<A::Acc>(table, look_up, held, value);
            if let Some(slot) = slot {
                table.touch(slot);
            }
        }
    }

    /// Adds the records of the block to their groups, which are on their way from memory.
    #[inline]
    fn add_block(&mut self) {
        let windows = &self.windows;
        self.block
            .look_further(|(_, slot), hash| windows.in_slot(*slot).look_further(hash));
        if self.captures.is_tracking() {
            self.touch_block();
        }
        let Self {
            windows,
            settings,
            block,
            ..
        } = self;
        let Settings {
            grouping, aggregate, ..
        } = settings;
        for ((value, slot), held, look_up) in block.drain() {
            let table = windows.in_slot_mut(slot);
            let slot = table.slot_of_found(grouping, look_up, held, &value, || aggregate.zero());
            table.update_touched(slot, |_key, acc| aggregate.add_owned(acc, value));
        }
    }

    /// Adds a record to its window. `touches`: a checkpoint may be being written.
    #[expect(
        clippy::inline_always,
        reason = "measured: a call costs 13 of 217 instructions a record"
    )]
    #[inline(always)]
    fn add_one(
        &mut self,
        record: Record<T>,
        emit: &mut impl Emit<G::Key, Window, A::Out>,
        late: impl FnOnce(Record<T>),
        touches: bool,
    ) {
        let Settings {
            grouping, aggregate, ..
        } = &mut self.settings;
        let aggregate = &*aggregate;
        let prepare = |table: &mut LiveTable<Groups<T, G, A>>| table.prepare(|| aggregate.zero());
        let Some(place) = self
            .windows
            .place(record.timestamp, record.partition_watermark, prepare)
        else {
            return late(record);
        };
        if self.windows.has_fired(place) {
            return self.add_late(place, record, emit);
        }
        let table = self.windows.at(place);
        let slot = table.slot_of(grouping, &record.value, || aggregate.zero());
        if touches && self.captures.is_tracking() {
            table.touch(slot);
        }
        table.update_touched(slot, |_key, acc| aggregate.add_owned(acc, record.value));
    }

    /// A window that has fired, and takes late records still, fires again for each: only the record's own group.
    #[cold]
    fn add_late(&mut self, place: Place, record: Record<T>, emit: &mut impl Emit<G::Key, Window, A::Out>) {
        let watermark = self.windows.watermark();
        let Settings {
            grouping,
            aggregate,
            mode,
            ..
        } = &mut self.settings;
        let (window, table) = self.windows.window_in_slot(place.slot);
        let before = table.count();
        let slot = table.slot_of(grouping, &record.value, || aggregate.zero());
        let is_new = table.count() > before;
        let index = self
            .late_firings
            .next(window, Groups::<T, G, A>::place_of(slot), !is_new);
        let pane = Pane::of(window, Firing::Late, index, watermark);
        let result = table.update(slot, |_key, acc| {
            aggregate.add_owned(acc, record.value);
            match mode {
                AccumulationMode::Accumulating => aggregate.result(acc),
                AccumulationMode::Discarding => {
                    aggregate.last_result(std::mem::replace(acc, aggregate.zero()))
                }
            }
        });
        emit.firing(|results| table.update_touched(slot, |key, _acc| results.keep(key, pane, result)));
    }
}

impl<T, G: Grouping<T>, A: Aggregate<T>, D: Grid> WindowStore<T, G, A> for AlignedStore<T, G, A, D> {
    type Window = Window;

    #[inline]
    fn add(
        &mut self,
        record: Record<T>,
        emit: &mut impl Emit<G::Key, Window, A::Out>,
        late: impl FnOnce(Record<T>),
    ) {
        self.add_one(record, emit, late, true);
    }

    /// A record that makes a window fire at once, because it is late, is added by itself; none of those in the block
    /// emits anything, nor is in a window that has fired.
    #[inline]
    fn add_all(
        &mut self,
        records: impl Iterator<Item = Record<T>>,
        emit: &mut impl Emit<G::Key, Window, A::Out>,
        mut late: impl FnMut(Record<T>),
    ) {
        let is_large = self.windows.recent().any(|table| table.is_large());
        if !in_blocks(is_large || self.captures.is_tracking()) {
            self.captures.touch_everything(&mut self.windows);
            return records.for_each(|record| self.add_one(record, emit, &mut late, false));
        }
        records.for_each(|record| {
            let aggregate = &self.settings.aggregate;
            let prepare = |table: &mut LiveTable<Groups<T, G, A>>| table.prepare(|| aggregate.zero());
            let place = self
                .windows
                .place(record.timestamp, record.partition_watermark, prepare);
            match place {
                Some(place) if !self.windows.has_fired(place) => {
                    let table = self.windows.in_slot(place.slot);
                    let found = self.settings.grouping.look_up::<A::Acc>(table, &record.value);
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
        // What fires is changed, or gone, and takes as long as writing it.
        self.captures.end_until(&mut self.windows, watermark);
        let before = self.windows.watermark();
        let Self {
            windows, settings, ..
        } = self;
        let Settings {
            aggregate,
            lateness,
            mode,
            ..
        } = settings;
        emit.firing(|results| {
            windows.fire(watermark, |fired| match fired {
                Fired::Last(window, mut table) => {
                    let pane = Pane::on_time(window, before);
                    table.drain_in_order(|key, acc| results.last(key, pane, aggregate.last_result(acc)));
                    Some(table)
                }
                Fired::Open(window, table) => {
                    let pane = Pane::on_time(window, before);
                    match mode {
                        AccumulationMode::Accumulating => {
                            for (key, acc) in table.in_order() {
                                results.keep(key, pane, aggregate.result(acc));
                            }
                        }
                        // The keys stay, so that it is known how often the window has fired for them.
                        AccumulationMode::Discarding => {
                            table.for_each_mut(|key, acc| {
                                let all = std::mem::replace(acc, aggregate.zero());
                                results.keep(key, pane, aggregate.last_result(all));
                            });
                        }
                    }
                    None
                }
            });
        });
        self.late_firings.forget(|end| end + *lateness <= watermark);
    }

    #[inline]
    fn is_quiet_until(&mut self, watermark: Timestamp) -> bool {
        self.windows.is_quiet_until(watermark)
    }

    #[inline]
    fn watermark(&self) -> Timestamp {
        self.windows.watermark()
    }

    fn look(&self, key: Option<&G::Key>, show: &mut impl FnMut(&G::Key, Window, A::Out)) {
        let Self {
            windows,
            settings,
            late_firings,
            ..
        } = self;
        for (span, held) in windows.places() {
            let has_fired = span.end <= windows.watermark();
            if has_fired && settings.mode == AccumulationMode::Discarding {
                // What it had was emitted.
                continue;
            }
            windows.in_slot(held).look_at(key, |slot, key, acc| {
                let place = Groups::<T, G, A>::place_of(slot);
                let window = if has_fired {
                    Window::fired(span, Firing::Late, late_firings.count(span, place))
                } else {
                    Window::fired(span, Firing::Early, 0)
                };
                show(key, window, settings.aggregate.result(acc));
            });
        }
    }

    fn size(&self) -> StateSize {
        self.windows.tables().map(|table| table.size()).sum()
    }

    fn save<C: Storage<G::Key> + Storage<A::Acc>>(&mut self, to: &mut Encoder) -> Result<(), StateError> {
        to.plain(&(self.windows.watermark(), self.windows.places().len() as u64))?;
        self.captures.save(&mut self.windows, to, |key, acc, to| {
            <C as Storage<G::Key>>::write(key, to)?;
            <C as Storage<A::Acc>>::write(acc, to)
        })?;
        self.late_firings.save(to, self.windows.ranks())
    }

    fn walk(&mut self, room: &mut Room) -> Option<CapturedTables> {
        if !self.late_firings.go_on(room) {
            return None;
        }
        let written = self.captures.walk(&mut self.windows, room)?;
        let beside = self.late_firings.finish();
        Some(written.and_then(|written| written.into_iter().map(Ok).chain(beside).collect()))
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
            let mut table = LiveTable::<Groups<T, G, A>>::default();
            table.prepare(|| aggregate.zero());
            table.restore::<C>(from, |from| read_filled::<T, A, C>(aggregate, from))?;
            self.windows.insert(window, table);
        }
        self.captures = Captures::restored(&self.windows);
        self.late_firings = LateFirings::restore(from)?;
        Ok(())
    }
}
