//! Where windows are kept that are known from the timestamp alone, and fire by a trigger.

use std::fmt;
use std::mem;

use super::group::{Fired, Group};
use super::places::{Places, Stamp};
use super::timers::Timers;
use crate::aggregate::Aggregate;
use crate::record::Record;
use crate::state::{Decoder, Encoder, Grouping, StateError, Storage, Table};
use crate::time::{TimeDelta, Timestamp};
use crate::window::assigner::Settings;
use crate::window::firing::Firing;
use crate::window::open_windows::{Fired as FiredWindow, OpenWindow, OpenWindows};
use crate::window::pane::Pane;
use crate::window::span::Span;
use crate::window::store::{Emit, Results, WindowStore};
use crate::window::trigger::{SetTimer, Trigger, TriggerContext, Triggered};

/// What a key has in a window.
type GroupOf<T, A, R, D> = Group<<A as Aggregate<T>>::Acc, <R as Trigger<T>>::State, <D as Places>::Stamp>;

/// The table of the groups of one window.
type Groups<T, G, A, R, D> = <G as Grouping<T>>::Table<GroupOf<T, A, R, D>>;

/// Where a group stands in it.
type SlotOf<T, G, A, R, D> = <Groups<T, G, A, R, D> as Table>::Slot;

/// The open windows, each with a table of its groups, and the timers of the triggers.
///
/// Time-major, as where windows fire by themselves: what fires early is found by its timer.
pub struct TriggeredStore<T, G: Grouping<T>, A: Aggregate<T>, R: Trigger<T>, D: Places> {
    windows: OpenWindows<Groups<T, G, A, R, D>, D>,
    settings: Settings<G, A, Triggered<R>>,
    timers: Timers<(Span, SlotOf<T, G, A, R, D>)>,
    /// Timers that a trigger has set; empty between two calls.
    set: Vec<SetTimer>,
    /// The windows of a record; empty between two calls.
    places: Vec<OpenWindow>,
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
            set: Vec::new(),
            places: Vec::new(),
            now: Timestamp::MIN,
            watermark: Timestamp::MIN,
            in_gaps: 0,
        }
    }

    /// Rings a timer for the groups that it was set for.
    fn ring(
        &mut self,
        at: Timestamp,
        keys: Vec<(Span, SlotOf<T, G, A, R, D>)>,
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
        for (span, slot) in keys {
            let firing = if span.end <= windows.watermark() {
                Firing::Late
            } else {
                Firing::Early
            };
            // It may be closed by now.
            let Some(table) = windows.get_mut(span).filter(|table| table.has(slot)) else {
                continue;
            };
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
            timers.take_over(set, (span, slot));
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
                    timers.take_over(set, (span, slot));
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
        let prepare = |table: &mut Groups<T, G, A, R, D>| table.prepare(|| Group::new(aggregate.zero()));
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

    fn add_at(
        &mut self,
        place: OpenWindow,
        record: &Record<T>,
        emit: &mut impl Emit<G::Key, D::Window, A::Out>,
    ) {
        let Self {
            windows,
            settings,
            timers,
            set,
            now,
            watermark,
            ..
        } = self;
        let Settings {
            grouping,
            aggregate,
            trigger: Triggered(trigger),
            mode,
            ..
        } = settings;
        let table = windows.at(place);
        let slot = grouping.slot(table, &record.value, || Group::new(aggregate.zero()));
        table.update(slot, |key, group| {
            aggregate.add(&mut group.acc, &record.value);
            group.stamp.note(record.timestamp);
            group.has_records = true;
            let mut cx = TriggerContext {
                span: place.window,
                timestamp: record.timestamp,
                watermark: *watermark,
                processing_time: *now,
                timers: &mut *set,
            };
            let firing = if cx.is_late() { Firing::Late } else { Firing::Early };
            let wanted = trigger.on_record(&mut group.state, &record.value, &mut cx);
            if let Some(Fired { index, stamp, result }) = group.act(wanted, aggregate, *mode) {
                trigger.on_fire(&mut group.state);
                let pane = pane::<D>(place.window, firing, index, stamp, *watermark);
                emit.firing(|results| results.keep(key, pane, result));
            }
        });
        if !set.is_empty() {
            timers.take_over(set, (place.window, slot));
        }
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
        if !self.find_places(&record) {
            return late(record);
        }
        let mut places = mem::take(&mut self.places);
        for place in places.drain(..) {
            self.add_at(place, &record, emit);
        }
        self.places = places;
    }

    fn next_due(&self, watermark: Timestamp) -> Timestamp {
        let Triggered(trigger) = &self.settings.trigger;
        let end = self.windows.grid().end_after(watermark);
        end.min(trigger.next_due(watermark))
    }

    #[inline(never)]
    fn advance(&mut self, watermark: Timestamp, emit: &mut impl Emit<G::Key, D::Window, A::Out>) {
        emit.firing(|results| {
            while let Some((at, keys)) = self.timers.passed(watermark) {
                // The end of a window is its last millisecond: a timer there rings first.
                if at > self.windows.watermark() {
                    self.end_windows(at, watermark, results);
                }
                self.ring(at, keys, watermark, true, results);
            }
            self.end_windows(watermark, watermark, results);
        });
        self.watermark = watermark;
    }

    fn tick(&mut self, now: Timestamp, emit: &mut impl Emit<G::Key, D::Window, A::Out>) {
        self.now = now;
        while let Some((at, keys)) = self.timers.reached(now) {
            emit.firing(|results| self.ring(at, keys, self.watermark, false, results));
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

    fn in_gaps(&self) -> u64 {
        self.in_gaps
    }

    fn save<C: Storage<G::Key> + Storage<A::Acc>>(&self, to: &mut Encoder) -> Result<(), StateError> {
        let windows = self.windows.iter();
        to.plain(&(self.watermark, windows.len() as u64))?;
        for (window, table) in windows {
            to.plain(&window)?;
            table.save::<C>(to, Group::save::<C>)?;
        }
        let mut slots = WindowSlots::default();
        self.timers.save(to, |(span, slot)| {
            let slots = slots.of(span, || {
                self.windows.get(span).map_or_else(Vec::new, Table::slots)
            });
            let place = slots.binary_search(&slot).ok()?;
            Some((span, place as u64))
        })
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
            let mut table = Groups::<T, G, A, R, D>::default();
            table.restore::<C>(from, Group::restore::<C>)?;
            table.prepare(|| Group::new(aggregate.zero()));
            self.windows.insert(window, table);
        }
        let mut slots = WindowSlots::default();
        self.timers = Timers::restore(from, |(span, place): (Span, u64)| {
            let slots = slots.of(span, || {
                self.windows.get(span).map_or_else(Vec::new, Table::slots)
            });
            let slot = slots.get(usize::try_from(place).ok()?)?;
            Some((span, *slot))
        })?;
        Ok(())
    }
}

/// The slots of one window after the other.
struct WindowSlots<S> {
    last: Option<(Span, Vec<S>)>,
}

impl<S> Default for WindowSlots<S> {
    fn default() -> Self {
        Self { last: None }
    }
}

impl<S> WindowSlots<S> {
    fn of(&mut self, span: Span, find: impl FnOnce() -> Vec<S>) -> &[S] {
        if self.last.as_ref().is_none_or(|(last, _)| *last != span) {
            self.last = Some((span, find()));
        }
        self.last.as_ref().map_or(&[], |(_, slots)| slots)
    }
}
