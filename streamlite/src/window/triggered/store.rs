//! Where windows are kept that are known from the timestamp alone, and fire by a trigger.

use std::borrow::Borrow;
use std::fmt;
use std::mem;

use super::group::{Fired, Group};
use super::places::{Places, Stamp};
use super::timers::{Rings, Timers};
use crate::aggregate::Aggregate;
use crate::metrics::StateSize;
use crate::record::Record;
use crate::state::{
    Block, CapturedTables, Decoder, Encoder, Grouping, LiveTable, Room, StateError, Storage, Table, in_blocks,
};
use crate::time::{TimeDelta, Timestamp};
use crate::window::assigner::Settings;
use crate::window::captures::Captures;
use crate::window::firing::Firing;
use crate::window::open_windows::{Fired as FiredWindow, OpenWindows, Place};
use crate::window::pane::Pane;
use crate::window::span::Span;
use crate::window::store::{Emit, Results, WindowStore};
use crate::window::trigger::{SetTimer, Trigger, TriggerContext, Triggered};

/// What a key has in a window.
type GroupOf<T, A, R, D> = Group<<A as Aggregate<T>>::Acc, <R as Trigger<T>>::State, <D as Places>::Stamp>;

/// The table of the groups of one window.
type Groups<T, G, A, R, D> = <G as Grouping<T>>::Table<GroupOf<T, A, R, D>>;

/// The place of a group in it.
type SlotOf<T, G, A, R, D> = <Groups<T, G, A, R, D> as Table>::Slot;

/// The open windows, each with a table of its groups, and the timers of the triggers.
///
/// Time-major, as where windows fire by themselves: what fires early is found by its timer.
pub struct TriggeredStore<T, G: Grouping<T>, A: Aggregate<T>, R: Trigger<T>, D: Places> {
    windows: OpenWindows<LiveTable<Groups<T, G, A, R, D>>, D>,
    settings: Settings<G, A, Triggered<R>>,
    timers: Timers<Span>,
    captures: Captures,
    /// Timers that a trigger has set; empty between two calls.
    set: Vec<SetTimer>,
    /// Records that are looked up together, when they happened and where their windows are; empty between two calls.
    block: Block<(T, Timestamp, usize), G::Held>,
    /// The windows of a record; empty between two calls.
    places: Vec<Place>,
    /// What the clock showed last.
    now: Timestamp,
    /// Every window ending at or before this watermark has come to its end, and every timer before it has rung.
    watermark: Timestamp,
    in_gaps: u64,
}

impl<T, G: Grouping<T>, A: Aggregate<T>, R: Trigger<T>, D: Places> fmt::Debug
    for TriggeredStore<T, G, A, R, D>
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TriggeredStore").finish_non_exhaustive()
    }
}

/// How a firing is told.
fn pane<D: Places>(
    span: Span,
    firing: Firing,
    index: u32,
    stamp: D::Stamp,
    before: Timestamp,
) -> Pane<D::Window> {
    Pane {
        window: D::window(span, firing, index),
        timestamp: stamp.of(span),
        partition_watermark: before,
    }
}

impl<T, G: Grouping<T>, A: Aggregate<T>, R: Trigger<T>, D: Places> TriggeredStore<T, G, A, R, D> {
    /// No window is open yet.
    pub(in crate::window) fn new(places: D, settings: Settings<G, A, Triggered<R>>) -> Self {
        Self {
            windows: OpenWindows::new(places, settings.lateness),
            settings,
            timers: Timers::default(),
            captures: Captures::default(),
            set: Vec::new(),
            block: Block::default(),
            places: Vec::new(),
            now: Timestamp::MIN,
            watermark: Timestamp::MIN,
            in_gaps: 0,
        }
    }

    /// Rings a timer for the groups that it was set for.
    fn ring(
        &mut self,
        Rings { at, keys }: Rings<Span>,
        watermark: Timestamp,
        is_event: bool,
        results: &mut impl Results<G::Key, D::Window, A::Out>,
    ) {
        let Self {
            windows,
            settings,
            timers,
            set,
            now,
            watermark: before,
            ..
        } = self;
        let Settings {
            aggregate,
            trigger: Triggered(trigger),
            mode,
            ..
        } = settings;
        let keys = keys.into_iter();
        let keys = keys.flat_map(|(span, places)| places.into_iter().map(move |place| (span, place)));
        for (span, place) in keys {
            let firing = if span.end <= windows.watermark() {
                Firing::Late
            } else {
                Firing::Early
            };
            // It may be closed by now.
            let Some(held) = windows.slot_of(span) else {
                continue;
            };
            let (table, slot) = (windows.in_slot_mut(held), Groups::<T, G, A, R, D>::slot_at(place));
            if !table.has(slot) {
                continue;
            }
            table.update(slot, |key, group| {
                let mut cx = TriggerContext {
                    span,
                    timestamp: at,
                    watermark,
                    processing_time: *now,
                    timers: &mut *set,
                };
                let wanted = if is_event {
                    trigger.on_event_time(&mut group.state, at, &mut cx)
                } else {
                    trigger.on_processing_time(&mut group.state, at, &mut cx)
                };
                if let Some(Fired { index, stamp, result }) = group.act(wanted, aggregate, *mode) {
                    trigger.on_fire(&mut group.state);
                    results.keep(key, pane::<D>(span, firing, index, stamp, *before), result);
                }
            });
            timers.take_over(set, span, place);
        }
    }

    /// Lets windows end up to a watermark, and forgets those that close.
    fn end_windows(
        &mut self,
        until: Timestamp,
        watermark: Timestamp,
        results: &mut impl Results<G::Key, D::Window, A::Out>,
    ) {
        let Self {
            windows,
            settings,
            timers,
            captures,
            set,
            now,
            watermark: before,
            ..
        } = self;
        captures.end_until(windows, until);
        let Settings {
            aggregate,
            trigger: Triggered(trigger),
            mode,
            ..
        } = settings;
        let end = |span: Span, group: &mut GroupOf<T, A, R, D>, set: &mut Vec<SetTimer>| {
            let mut cx = TriggerContext {
                span,
                timestamp: span.end,
                watermark,
                processing_time: *now,
                timers: set,
            };
            let wanted = trigger.on_end(&mut group.state, &mut cx);
            let fired = group.act(wanted, aggregate, *mode)?;
            trigger.on_fire(&mut group.state);
            let Fired { index, stamp, result } = fired;
            Some((pane::<D>(span, Firing::OnTime, index, stamp, *before), result))
        };
        windows.fire(until, |fired| match fired {
            FiredWindow::Last(span, mut table) => {
                table.drain_in_order(|key, mut group| {
                    if let Some((pane, result)) = end(span, &mut group, set) {
                        results.last(key, pane, result);
                    }
                });
                set.clear();
                Some(table)
            }
            FiredWindow::Open(span, table) => {
                for slot in table.slots() {
                    table.update(slot, |key, group| {
                        if let Some((pane, result)) = end(span, group, set) {
                            results.keep(key, pane, result);
                        }
                    });
                    timers.take_over(set, span, Groups::<T, G, A, R, D>::place_of(slot));
                }
                None
            }
        });
    }

    /// Finds the windows of a record that are open to it; `false` if there is none.
    fn find_places(&mut self, record: &Record<T>) -> bool {
        let Self {
            windows,
            settings,
            places,
            in_gaps,
            ..
        } = self;
        let aggregate = &settings.aggregate;
        let times = (record.timestamp, record.partition_watermark);
        let prepare =
            |table: &mut LiveTable<Groups<T, G, A, R, D>>| table.prepare(|| Group::new(aggregate.zero()));
        let is_in_a_window = D::find(windows, times, prepare, places);
        if !is_in_a_window {
            // Nothing waits for a record in a gap; it is late where a window of its own millisecond would be closed.
            let end = record.timestamp + TimeDelta::from_millis(1);
            let is_late = end + settings.lateness <= record.partition_watermark;
            *in_gaps += u64::from(!is_late);
            return !is_late;
        }
        !places.is_empty()
    }

    /// Where a record belongs, if windows are side by side; `None` if it is late.
    #[inline]
    fn find_one(&mut self, times: (Timestamp, Timestamp)) -> Option<Place> {
        let aggregate = &self.settings.aggregate;
        let prepare =
            |table: &mut LiveTable<Groups<T, G, A, R, D>>| table.prepare(|| Group::new(aggregate.zero()));
        D::find_one(&mut self.windows, times, prepare)
    }

    /// Adds a record to a group of a window: `add` does that, after the trigger, which only looks at the record.
    #[inline]
    fn add_to<V>(
        &mut self,
        (held, slot): (usize, SlotOf<T, G, A, R, D>),
        (value, timestamp): (V, Timestamp),
        emit: &mut impl Emit<G::Key, D::Window, A::Out>,
        add: impl FnOnce(&A, &mut A::Acc, V),
    ) where
        V: Borrow<T>,
    {
        let Self {
            windows,
            settings,
            timers,
            captures,
            set,
            now,
            watermark,
            ..
        } = self;
        let Settings {
            aggregate,
            trigger: Triggered(trigger),
            mode,
            ..
        } = settings;
        let (window, table) = windows.window_in_slot(held);
        if captures.is_tracking() {
            table.touch(slot);
        }
        table.update_touched(slot, |key, group| {
            let mut cx = TriggerContext {
                span: window,
                timestamp,
                watermark: *watermark,
                processing_time: *now,
                timers: &mut *set,
            };
            let wanted = trigger.on_record(&mut group.state, value.borrow(), &mut cx);
            add(aggregate, &mut group.acc, value);
            group.stamp.note(timestamp);
            group.has_records = true;
            if let Some(Fired { index, stamp, result }) = group.act(wanted, aggregate, *mode) {
                trigger.on_fire(&mut group.state);
                let firing = if window.end <= *watermark {
                    Firing::Late
                } else {
                    Firing::Early
                };
                let pane = pane::<D>(window, firing, index, stamp, *watermark);
                emit.firing(|results| results.keep(key, pane, result));
            }
        });
        timers.take_over(set, window, Groups::<T, G, A, R, D>::place_of(slot));
    }

    #[inline]
    fn slot_of(&mut self, place: Place, value: &T) -> SlotOf<T, G, A, R, D> {
        let Settings {
            grouping, aggregate, ..
        } = &mut self.settings;
        let table = self.windows.at(place);
        table.slot_of(grouping, value, || Group::new(aggregate.zero()))
    }

    /// Adds the records of the block to their groups, which are on their way from memory.
    #[inline]
    fn add_block(&mut self, emit: &mut impl Emit<G::Key, D::Window, A::Out>) {
        let mut block = mem::take(&mut self.block);
        let windows = &self.windows;
        block.look_further(|(_, _, held_in), hash| windows.in_slot(*held_in).look_further(hash));
        for ((value, timestamp, held_in), held, look_up) in block.drain() {
            let Settings {
                grouping, aggregate, ..
            } = &mut self.settings;
            let table = self.windows.in_slot_mut(held_in);
            let first = || Group::new(aggregate.zero());
            let slot = table.slot_of_found(grouping, look_up, held, &value, first);
            self.add_to((held_in, slot), (value, timestamp), emit, A::add_owned);
        }
        self.block = block;
    }
}

impl<T, G: Grouping<T>, A: Aggregate<T>, R: Trigger<T>, D: Places> WindowStore<T, G, A>
    for TriggeredStore<T, G, A, R, D>
{
    type Window = D::Window;

    #[inline]
    fn add(
        &mut self,
        record: Record<T>,
        emit: &mut impl Emit<G::Key, D::Window, A::Out>,
        late: impl FnOnce(Record<T>),
    ) {
        if D::IS_ONE {
            let Some(place) = self.find_one((record.timestamp, record.partition_watermark)) else {
                return late(record);
            };
            let slot = self.slot_of(place, &record.value);
            return self.add_to(
                (place.slot, slot),
                (record.value, record.timestamp),
                emit,
                A::add_owned,
            );
        }
        if !self.find_places(&record) {
            return late(record);
        }
        let mut places = mem::take(&mut self.places);
        for place in places.drain(..) {
            let slot = self.slot_of(place, &record.value);
            self.add_to(
                (place.slot, slot),
                (&record.value, record.timestamp),
                emit,
                A::add,
            );
        }
        self.places = places;
    }

    /// What fires for a record comes before what fires for the next one, and so does a record that is late.
    #[inline]
    fn add_all(
        &mut self,
        records: impl Iterator<Item = Record<T>>,
        emit: &mut impl Emit<G::Key, D::Window, A::Out>,
        mut late: impl FnMut(Record<T>),
    ) {
        if !D::IS_ONE || !in_blocks(self.windows.recent().any(|table| table.is_large())) {
            return records.for_each(|record| self.add(record, emit, &mut late));
        }
        records.for_each(|record| {
            let Some(place) = self.find_one((record.timestamp, record.partition_watermark)) else {
                self.add_block(emit);
                return late(record);
            };
            let table = self.windows.in_slot(place.slot);
            let found = self.settings.grouping.look_up(table, &record.value);
            self.block
                .push((record.value, record.timestamp, place.slot), found);
            if self.block.is_full() {
                self.add_block(emit);
            }
        });
        self.add_block(emit);
    }

    fn next_due(&self, watermark: Timestamp) -> Timestamp {
        let Triggered(trigger) = &self.settings.trigger;
        let end = self.windows.grid().end_after(watermark);
        end.min(trigger.next_due(watermark))
    }

    #[inline(never)]
    fn advance(&mut self, watermark: Timestamp, emit: &mut impl Emit<G::Key, D::Window, A::Out>) {
        emit.firing(|results| {
            while let Some(rings) = self.timers.passed(watermark) {
                // The end of a window is its last millisecond: a timer there rings first.
                if rings.at > self.windows.watermark() {
                    self.end_windows(rings.at, watermark, results);
                }
                self.ring(rings, watermark, true, results);
            }
            self.end_windows(watermark, watermark, results);
        });
        self.watermark = watermark;
    }

    fn tick(&mut self, now: Timestamp, emit: &mut impl Emit<G::Key, D::Window, A::Out>) {
        self.now = now;
        while let Some(rings) = self.timers.reached(now) {
            emit.firing(|results| self.ring(rings, self.watermark, false, results));
        }
    }

    #[inline]
    fn is_quiet_until(&mut self, watermark: Timestamp) -> bool {
        if watermark >= self.timers.next() || !self.windows.is_quiet_until(watermark) {
            return false;
        }
        self.watermark = watermark;
        true
    }

    #[inline]
    fn watermark(&self) -> Timestamp {
        self.watermark
    }

    fn look(&self, key: Option<&G::Key>, show: &mut impl FnMut(&G::Key, D::Window, A::Out)) {
        let aggregate = &self.settings.aggregate;
        for (span, held) in self.windows.places() {
            let firing = if span.end <= self.watermark {
                Firing::Late
            } else {
                Firing::Early
            };
            self.windows.in_slot(held).look_at(key, |_slot, key, group| {
                if group.has_records {
                    let window = D::window(span, firing, group.firings);
                    show(key, window, aggregate.result(&group.acc));
                }
            });
        }
    }

    fn size(&self) -> StateSize {
        self.windows.tables().map(|table| table.size()).sum()
    }

    fn in_gaps(&self) -> u64 {
        self.in_gaps
    }

    fn save<C: Storage<G::Key> + Storage<A::Acc>>(&mut self, to: &mut Encoder) -> Result<(), StateError> {
        to.plain(&(self.watermark, self.windows.places().len() as u64))?;
        self.captures.save(&mut self.windows, to, |key, group, to| {
            <C as Storage<G::Key>>::write(key, to)?;
            group.save::<C>(to)
        })?;
        self.timers.save(to, self.windows.ranks())
    }

    fn walk(&mut self, room: &mut Room) -> Option<CapturedTables> {
        if !self.timers.go_on(room) {
            return None;
        }
        let written = self.captures.walk(&mut self.windows, room)?;
        let beside = self.timers.finish();
        Some(written.and_then(|written| written.into_iter().map(Ok).chain(beside).collect()))
    }

    fn restore<C: Storage<G::Key> + Storage<A::Acc>>(
        &mut self,
        from: &mut Decoder<'_>,
    ) -> Result<(), StateError> {
        let (watermark, windows): (Timestamp, u64) = from.plain()?;
        self.watermark = watermark;
        self.windows.reset(watermark);
        let aggregate = &self.settings.aggregate;
        for _ in 0..windows {
            let window = from.plain()?;
            let mut table = LiveTable::<Groups<T, G, A, R, D>>::default();
            table.restore::<C>(from, |from| Group::restore::<T, A, C>(aggregate, from))?;
            table.prepare(|| Group::new(aggregate.zero()));
            self.windows.insert(window, table);
        }
        self.captures = Captures::restored(&self.windows);
        self.timers = Timers::restore(from, |span, place| {
            let held = self.windows.slot_of(span);
            held.is_some_and(|held| {
                let slot = Groups::<T, G, A, R, D>::slot_at(place);
                self.windows.in_slot(held).has(slot)
            })
        })?;
        Ok(())
    }
}
