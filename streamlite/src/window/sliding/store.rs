//! Where the windows of a sliding grid are kept.

use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use super::grid::{Slice, SlidingGrid};
use super::group::{Due, Group};
use crate::aggregate::Aggregate;
use crate::metrics::StateSize;
use crate::record::Record;
use crate::state::{
    Block, CapturedTables, Decoder, Encoder, Grouping, LiveTable, Room, StateError, Storage, Table, in_blocks,
};
use crate::time::{TimeDelta, Timestamp};
use crate::window::assigner::Settings;
use crate::window::event_window::Window;
use crate::window::firing::{Firing, LateFirings};
use crate::window::pane::{AccumulationMode, Pane};
use crate::window::span::Span;
use crate::window::store::{Emit, Results, WindowStore};
use crate::window::trigger::OnWatermark;

/// How many keys ahead of the one that fires memory is fetched.
const AHEAD: usize = 12;

/// The table of what each key has in the windows.
type Groups<T, G, A> = <G as Grouping<T>>::Table<Group<<A as Aggregate<T>>::Acc>>;

/// The place of a key in it.
type SlotOf<T, G, A> = <Groups<T, G, A> as Table>::Slot;

/// The open windows of a sliding grid: by key, and of each key what it has in the slices that windows share.
///
/// Key-major, other than where windows share nothing: a record is looked up once, and the slices of a key are side by
/// side, to be merged. A window that fires looks at the keys that are in it and at no other, as each is in a queue
/// until the first of its windows fires.
pub struct SlidingStore<T, G: Grouping<T>, A: Aggregate<T>> {
    grid: SlidingGrid,
    settings: Settings<G, A, OnWatermark>,
    groups: LiveTable<Groups<T, G, A>>,
    /// Keys that are in a window before they are looked at, by the first of them.
    waiting: BTreeMap<Span, Vec<SlotOf<T, G, A>>>,
    /// Keys whose windows have all fired, by when the last one closes.
    closing: BTreeMap<Timestamp, Vec<SlotOf<T, G, A>>>,
    /// Keys that the next window has to look at.
    active: Vec<SlotOf<T, G, A>>,
    /// The window after the one that fired last.
    coming: Option<Span>,
    /// How many records have come.
    arrivals: u64,
    /// The next watermark at which a window fires or closes.
    next: Timestamp,
    /// Every window ending at or before this watermark has fired.
    watermark: Timestamp,
    /// Records that are looked up together, and their slices; empty between two calls.
    block: Block<(T, Slice, u64), G::Held>,
    /// What a window emits, to be put in order; empty between two calls.
    results: Vec<(u64, SlotOf<T, G, A>, A::Out)>,
    /// Records between two windows.
    in_gaps: u64,
    late_firings: LateFirings,
}

impl<T, G: Grouping<T>, A: Aggregate<T>> fmt::Debug for SlidingStore<T, G, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SlidingStore").finish_non_exhaustive()
    }
}

impl<T, G: Grouping<T>, A: Aggregate<T>> SlidingStore<T, G, A> {
    /// Whether windows share slices. The order of slices in time is not the order of arrival.
    const SHARES: bool = A::MERGING.is_exact_in_any_order();

    pub(super) fn new(grid: SlidingGrid, settings: Settings<G, A, OnWatermark>) -> Self {
        let mut store = Self {
            grid,
            settings,
            groups: LiveTable::default(),
            waiting: BTreeMap::new(),
            closing: BTreeMap::new(),
            active: Vec::new(),
            coming: None,
            arrivals: 0,
            next: Timestamp::MAX,
            watermark: Timestamp::MIN,
            block: Block::default(),
            results: Vec::new(),
            in_gaps: 0,
            late_firings: LateFirings::default(),
        };
        store.groups.prepare(Group::default);
        store
    }

    /// How long what has fired is kept for late records, or to know that it has fired.
    fn kept_for(&self) -> Option<TimeDelta> {
        Some(self.settings.lateness).filter(|lateness| *lateness > TimeDelta::ZERO)
    }

    /// The slice of a record that belongs to all windows of its slice, none of which has fired.
    #[inline]
    fn shared_slice(&self, record: &Record<T>) -> Option<Slice> {
        if !Self::SHARES {
            return None;
        }
        let slice = self.grid.slice_of(record.timestamp)?;
        let first_end = slice.first.end;
        let is_open =
            first_end > self.watermark && first_end + self.settings.lateness > record.partition_watermark;
        is_open.then_some(slice)
    }

    #[inline]
    fn arrival(&mut self) -> u64 {
        self.arrivals += 1;
        self.arrivals
    }

    /// Adds a record to its slice, of a key that was touched.
    #[inline]
    fn add_shared(&mut self, slot: SlotOf<T, G, A>, slice: Slice, order: u64, value: T) {
        let aggregate = &self.settings.aggregate;
        let due = self.groups.update_touched(slot, |_key, group| {
            aggregate.add_owned(group.slice(slice.start, order, || aggregate.zero()), value);
            group.due
        });
        match due {
            Due::Next => {}
            Due::Window(window) if window <= slice.first => {}
            _ => self.wait_for(slot, slice.first),
        }
    }

    /// Adds a record. `touches`: its key was not touched before, as those of a row are at once.
    #[inline]
    fn add_one(
        &mut self,
        record: Record<T>,
        emit: &mut impl Emit<G::Key, Window, A::Out>,
        late: impl FnOnce(Record<T>),
        touches: bool,
    ) {
        let Some(slice) = self.shared_slice(&record) else {
            return self.add_to_windows(record, emit, late);
        };
        let order = self.arrival();
        let grouping = &mut self.settings.grouping;
        let slot = self.groups.slot_of(grouping, &record.value, Group::default);
        if touches {
            self.groups.touch(slot);
        }
        self.add_shared(slot, slice, order, record.value);
    }

    /// Has a key looked at when a window fires; that is not saved.
    #[inline(never)]
    fn wait_for(&mut self, slot: SlotOf<T, G, A>, window: Span) {
        self.groups
            .update_touched(slot, |_key, group| group.due = Due::Window(window));
        self.waiting.entry(window).or_default().push(slot);
        self.next = self.next.min(window.end);
    }

    /// Has a key looked at when its last window closes; that is not saved.
    fn close_at(&mut self, slot: SlotOf<T, G, A>, watermark: Timestamp) {
        self.groups
            .update_touched(slot, |_key, group| group.due = Due::Close(watermark));
        self.closing.entry(watermark).or_default().push(slot);
        self.next = self.next.min(watermark);
    }

    /// Adds a record to each of its windows that is open to it, and fires those again that have fired.
    #[inline(never)]
    fn add_to_windows(
        &mut self,
        record: Record<T>,
        emit: &mut impl Emit<G::Key, Window, A::Out>,
        late: impl FnOnce(Record<T>),
    ) {
        let lateness = self.settings.lateness;
        let Some(slice) = self.grid.slice_of(record.timestamp) else {
            // Nothing waits for a record in a gap; it is late where a window of its own millisecond would be closed.
            let end = record.timestamp + TimeDelta::from_millis(1);
            if end + lateness <= record.partition_watermark {
                late(record);
            } else {
                self.in_gaps += 1;
            }
            return;
        };
        if slice.last_end + lateness <= record.partition_watermark {
            return late(record);
        }
        let order = self.arrival();
        let Self {
            grid,
            settings,
            groups,
            watermark,
            late_firings,
            ..
        } = self;
        let Settings {
            grouping,
            aggregate,
            mode,
            ..
        } = settings;
        let slot = groups.slot_of(grouping, &record.value, Group::default);
        let place = Groups::<T, G, A>::place_of(slot);
        let (mut unfired, mut fired) = (None, false);
        for window in grid.windows_of(slice) {
            if window.end + lateness <= record.partition_watermark {
                continue;
            }
            if window.end > *watermark {
                unfired = unfired.or(Some(window));
                groups.update(slot, |_key, group| {
                    aggregate.add(group.window(window, order, || aggregate.zero()), &record.value);
                });
                continue;
            }
            fired = true;
            groups.update(slot, |key, group| {
                let index = late_firings.next(window, place, group.is_in(window, grid));
                let pane = Pane::of(window, Firing::Late, index, *watermark);
                let result = match mode {
                    AccumulationMode::Accumulating => {
                        aggregate.add(group.window(window, order, || aggregate.zero()), &record.value);
                        group.result(window, grid, aggregate)
                    }
                    AccumulationMode::Discarding => {
                        let mut alone = aggregate.zero();
                        aggregate.add(&mut alone, &record.value);
                        Some(aggregate.last_result(alone))
                    }
                };
                if let Some(result) = result {
                    emit.firing(|results| results.keep(key, pane, result));
                }
            });
        }
        let due = self.groups.update(slot, |_key, group| group.due);
        match (due, unfired) {
            (Due::Next, _) => {}
            (Due::Window(window), Some(first)) if window <= first => {}
            (_, Some(first)) => self.wait_for(slot, first),
            (Due::Never, None) if fired => self.close_at(slot, slice.last_end + lateness),
            (Due::Close(at), None) if fired && at < slice.last_end + lateness => {
                self.close_at(slot, slice.last_end + lateness);
            }
            (_, None) => {}
        }
    }

    /// Adds the records of the block to their slices, which are on their way from memory.
    #[inline]
    fn add_block(&mut self) {
        let mut block = std::mem::take(&mut self.block);
        let groups = &self.groups;
        block.look_further(|_, hash| groups.look_further(hash));
        self.groups
            .touch_block(&mut self.settings.grouping, &block, |(value, ..)| value);
        for ((value, slice, order), held, look_up) in block.drain() {
            let grouping = &mut self.settings.grouping;
            let slot = self
                .groups
                .slot_of_found(grouping, look_up, held, &value, Group::default);
            self.add_shared(slot, slice, order, value);
        }
        self.block = block;
    }

    /// The next window that a key is in.
    fn first_due(&self) -> Option<Span> {
        let waiting = self.waiting.keys().next().copied();
        let coming = self.coming.filter(|_| !self.active.is_empty());
        waiting.into_iter().chain(coming).min()
    }

    /// Fires a window, for all keys that are in it.
    fn fire(&mut self, window: Span, results: &mut impl Results<G::Key, Window, A::Out>) {
        while let Some(entry) = self.waiting.first_entry()
            && *entry.key() <= window
        {
            let (waited_for, slots) = entry.remove_entry();
            for slot in slots {
                // When a key is due is not saved.
                let is_due = self.groups.update_touched(slot, |_key, group| {
                    let is_due = group.due == Due::Window(waited_for);
                    if is_due {
                        group.due = Due::Next;
                    }
                    is_due
                });
                if is_due {
                    self.active.push(slot);
                }
            }
        }
        let next = self.grid.after(window);
        self.coming = next;
        let lateness = self.kept_for();
        let active = std::mem::take(&mut self.active);
        self.groups.touch_all(active.iter().copied());
        for (place, &slot) in active.iter().enumerate() {
            if let Some(&ahead) = active.get(place + 2 * AHEAD) {
                self.groups.prefetch(ahead);
            }
            if let Some(&ahead) = active.get(place + AHEAD) {
                self.groups.update_touched(ahead, |_key, group| group.prefetch());
            }
            let Self {
                grid,
                settings,
                groups,
                results,
                ..
            } = self;
            let aggregate = &settings.aggregate;
            let due = groups.update_touched(slot, |_key, group| {
                let result = group.fire(window, grid, aggregate, lateness.is_some());
                results.extend(result.map(|(order, result)| (order, slot, result)));
                group.due = group.look_ahead(window, next, grid, aggregate, lateness);
                group.due
            });
            match due {
                Due::Next => self.active.push(slot),
                Due::Window(window) => self.wait_for(slot, window),
                Due::Close(watermark) => self.close_at(slot, watermark),
                Due::Never => {}
            }
        }
        let pane = Pane::on_time(window, self.watermark);
        self.results.sort_unstable_by_key(|(order, ..)| *order);
        for place in 0..self.results.len().min(AHEAD) {
            self.groups.prefetch(self.results[place].1);
        }
        let ahead: Vec<_> = self
            .results
            .iter()
            .skip(AHEAD)
            .map(|(_, slot, _)| *slot)
            .collect();
        for (place, (_, slot, result)) in self.results.drain(..).enumerate() {
            if let Some(&ahead) = ahead.get(place) {
                self.groups.prefetch(ahead);
            }
            let is_done = self.groups.update_touched(slot, |key, group| {
                results.keep(key, pane, result);
                group.due == Due::Never
            });
            if is_done {
                self.groups.remove(slot, Group::default());
            }
        }
    }

    /// Forgets what closes up to a watermark, by which all windows have fired.
    fn close(&mut self, watermark: Timestamp) {
        let lateness = self.settings.lateness;
        let fired = Span::new(watermark, Timestamp::MAX);
        self.late_firings.forget(|end| end + lateness <= watermark);
        while let Some(entry) = self.closing.first_entry()
            && *entry.key() <= watermark
        {
            let (at, slots) = entry.remove_entry();
            for slot in slots {
                let grid = &self.grid;
                let due = self.groups.update(slot, |_key, group| {
                    if group.due != Due::Close(at) {
                        return Due::Next;
                    }
                    group.close(fired, watermark, grid, Some(lateness));
                    group.due = group.closes(grid, lateness);
                    group.due
                });
                match due {
                    Due::Close(later) => self.close_at(slot, later),
                    Due::Never => {
                        self.groups.remove(slot, Group::default());
                    }
                    Due::Next | Due::Window(_) => {}
                }
            }
        }
    }

    fn find_next(&self) -> Timestamp {
        let fires = self.first_due().map(|window| window.end);
        let closes = self.closing.keys().next().copied();
        fires.into_iter().chain(closes).min().unwrap_or(Timestamp::MAX)
    }
}

impl<T, G: Grouping<T>, A: Aggregate<T>> WindowStore<T, G, A> for SlidingStore<T, G, A> {
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

    /// A record that makes a window fire at once, because it is late, is added by itself: none of those in the block is in
    /// a window that has fired.
    #[inline]
    fn add_all(
        &mut self,
        records: impl Iterator<Item = Record<T>>,
        emit: &mut impl Emit<G::Key, Window, A::Out>,
        mut late: impl FnMut(Record<T>),
    ) {
        if !Self::SHARES {
            return records.for_each(|record| self.add_to_windows(record, emit, &mut late));
        }
        if !in_blocks(self.groups.is_large() || self.groups.is_tracked()) {
            self.groups.touch_everything();
            return records.for_each(|record| self.add_one(record, emit, &mut late, false));
        }
        records.for_each(|record| {
            let Some(slice) = self.shared_slice(&record) else {
                return self.add_to_windows(record, emit, &mut late);
            };
            let order = self.arrival();
            let found = self.settings.grouping.look_up(&*self.groups, &record.value);
            self.block.push((record.value, slice, order), found);
            if self.block.is_full() {
                self.add_block();
            }
        });
        self.add_block();
    }

    fn next_due(&self, watermark: Timestamp) -> Timestamp {
        self.grid.end_after(watermark)
    }

    #[inline(never)]
    fn advance(&mut self, watermark: Timestamp, emit: &mut impl Emit<G::Key, Window, A::Out>) {
        emit.firing(|results| {
            while let Some(window) = self.first_due().filter(|window| window.end <= watermark) {
                self.fire(window, results);
            }
        });
        self.close(watermark);
        self.watermark = watermark;
        self.next = self.find_next();
    }

    #[inline]
    fn is_quiet_until(&mut self, watermark: Timestamp) -> bool {
        if watermark < self.next {
            self.watermark = watermark;
            return true;
        }
        false
    }

    #[inline]
    fn watermark(&self) -> Timestamp {
        self.watermark
    }

    fn look(&self, key: Option<&G::Key>, show: &mut impl FnMut(&G::Key, Window, A::Out)) {
        let Self {
            grid,
            settings,
            groups,
            watermark,
            late_firings,
            ..
        } = self;
        groups.look_at(key, |slot, key, group| {
            let place = Groups::<T, G, A>::place_of(slot);
            for span in group.windows_after(grid, *watermark, settings.lateness) {
                let has_fired = span.end <= *watermark;
                if has_fired && settings.mode == AccumulationMode::Discarding {
                    continue;
                }
                let window = if has_fired {
                    Window::fired(span, Firing::Late, late_firings.count(span, place))
                } else {
                    Window::fired(span, Firing::Early, 0)
                };
                if let Some(result) = group.result(span, grid, &settings.aggregate) {
                    show(key, window, result);
                }
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
        to.plain(&(self.watermark, self.arrivals))?;
        self.groups.save(to, |key, group, to| {
            <C as Storage<G::Key>>::write(key, to)?;
            group.save::<C>(to)
        })?;
        let ranks = Rc::new(self.groups.ranks());
        let windows = self.late_firings.windows().into_iter();
        self.late_firings
            .save(to, windows.map(|window| (window, Rc::clone(&ranks))))
    }

    fn walk(&mut self, room: &mut Room) -> Option<CapturedTables> {
        if !(self.groups.go_on(room) && self.late_firings.go_on(room)) {
            return None;
        }
        let written = [self.groups.finish(), self.late_firings.finish()];
        Some(written.into_iter().flatten().collect())
    }

    fn restore<C: Storage<G::Key> + Storage<A::Acc>>(
        &mut self,
        from: &mut Decoder<'_>,
    ) -> Result<(), StateError> {
        (self.watermark, self.arrivals) = from.plain()?;
        self.groups = LiveTable::default();
        let aggregate = &self.settings.aggregate;
        self.groups
            .restore::<C>(from, |from| Group::restore::<T, A, C>(aggregate, from))?;
        self.groups.prepare(Group::default);
        (self.waiting, self.closing) = (BTreeMap::new(), BTreeMap::new());
        self.active.clear();
        let (watermark, lateness) = (self.watermark, self.settings.lateness);
        self.late_firings = LateFirings::restore(from)?;
        // What fired for a late record alone is in no slice: its key keeps its place as long as the window is open.
        let last_ends = self.late_firings.last_ends();
        for slot in self.groups.slots() {
            let last_end = last_ends.get(&Groups::<T, G, A>::place_of(slot)).copied();
            let open = last_end.map(|end| end + lateness).filter(|at| *at > watermark);
            let grid = &self.grid;
            let due = self
                .groups
                .update_unsaved(slot, |_key, group| group.resume(watermark, grid, lateness));
            match due {
                Due::Window(window) => self.wait_for(slot, window),
                Due::Close(at) => self.close_at(slot, open.map_or(at, |open| open.max(at))),
                Due::Never => {
                    if let Some(open) = open {
                        self.close_at(slot, open);
                    }
                }
                Due::Next => {}
            }
        }
        self.next = self.find_next();
        Ok(())
    }
}
