//! Where sessions are kept that fire by a trigger.

use std::fmt;
use std::rc::Rc;

use super::alarms::Alarms;
use super::gap::Gap;
use super::group::{Added, Contents, Group, Session};
use crate::aggregate::Aggregate;
use crate::metrics::StateSize;
use crate::record::Record;
use crate::state::{CapturedTables, Decoder, Encoder, Grouping, LiveTable, Room, StateError, Storage, Table};
use crate::time::Timestamp;
use crate::window::assigner::Settings;
use crate::window::event_window::Window;
use crate::window::firing::Firing;
use crate::window::pane::{AccumulationMode, Pane};
use crate::window::span::Span;
use crate::window::store::{Emit, Results, WindowStore};
use crate::window::trigger::{MergeTrigger, SetTimer, Trigger, TriggerContext, TriggerResult, Triggered};
use crate::window::triggered::{Fired, Group as Held, Rings, Timers};

/// What is in a session: an accumulator, and what the trigger knows.
type HeldOf<T, A, R> = Held<<A as Aggregate<T>>::Acc, <R as Trigger<T>>::State, ()>;

/// The table of the sessions of each key.
type Groups<T, G, A, R> = <G as Grouping<T>>::Table<Group<HeldOf<T, A, R>>>;

/// The place of a key in it.
type SlotOf<T, G, A, R> = <Groups<T, G, A, R> as Table>::Slot;

/// The open sessions, by key, and the timers of their triggers.
///
/// As where sessions fire by themselves, a key is queued by the earliest time at which one of its sessions may
/// end. A timer rings for all sessions of a key: one that did not set it knows.
pub struct TriggeredSessionStore<T, G: Grouping<T>, A: Aggregate<T>, R: MergeTrigger<T>, P> {
    gap: P,
    settings: Settings<G, A, Triggered<R>>,
    groups: LiveTable<Groups<T, G, A, R>>,
    /// Keys by when they are looked at.
    alarms: Alarms<SlotOf<T, G, A, R>>,
    timers: Timers<()>,
    /// Timers that a trigger has set; empty between two calls.
    set: Vec<SetTimer>,
    /// How many records have come.
    arrivals: u64,
    /// What the clock showed last.
    now: Timestamp,
    /// Every session ending at or before this watermark has come to its end, and every timer before it has rung.
    watermark: Timestamp,
    /// Sessions that fire, to be put in order; empty between two calls.
    results: Vec<Fires<SlotOf<T, G, A, R>, A::Out>>,
    /// Keys without sessions, to be forgotten; empty between two calls.
    closed: Vec<SlotOf<T, G, A, R>>,
}

/// A session that fires.
struct Fires<S, V> {
    span: Span,
    order: u64,
    firing: Firing,
    slot: S,
    fired: Fired<V, ()>,
}

impl<T, G: Grouping<T>, A: Aggregate<T>, R: MergeTrigger<T>, P> fmt::Debug
    for TriggeredSessionStore<T, G, A, R, P>
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TriggeredSessionStore").finish_non_exhaustive()
    }
}

/// An aggregate and a trigger, and when they are asked.
struct Asked<'a, A, R> {
    aggregate: &'a A,
    trigger: &'a R,
    mode: AccumulationMode,
    /// How far event time has come, and the clock.
    times: (Timestamp, Timestamp),
}

impl<A, R> Asked<'_, A, R> {
    /// Asks the trigger about a session, and does what it wants.
    fn about<T, X>(
        &self,
        session: &mut Session<Held<A::Acc, R::State, ()>>,
        timestamp: Timestamp,
        set: &mut Vec<SetTimer>,
        ask: impl FnOnce(&R, &mut R::State, &mut TriggerContext<'_>) -> TriggerResult,
        to: impl FnOnce(Span, u64, Fired<A::Out, ()>) -> X,
    ) -> Option<X>
    where
        A: Aggregate<T>,
        R: Trigger<T>,
    {
        let (watermark, processing_time) = self.times;
        let mut cx = TriggerContext {
            span: session.span,
            timestamp,
            watermark,
            processing_time,
            timers: set,
        };
        let held = session.acc.as_mut()?;
        let wanted = ask(self.trigger, &mut held.state, &mut cx);
        let fired = held.act(wanted, self.aggregate, self.mode)?;
        self.trigger.on_fire(&mut held.state);
        Some(to(session.span, session.order, fired))
    }
}

impl<T, A: Aggregate<T>, R: MergeTrigger<T>> Contents<HeldOf<T, A, R>>
    for (&A, &R, std::marker::PhantomData<fn(T)>)
{
    fn empty(&self) -> HeldOf<T, A, R> {
        Held::new(self.0.zero())
    }

    fn merge(&self, into: &mut HeldOf<T, A, R>, later: HeldOf<T, A, R>) {
        self.0.merge_owned(&mut into.acc, later.acc);
        self.1.merge(&mut into.state, later.state);
        into.firings = into.firings.max(later.firings);
        into.has_records |= later.has_records;
    }
}

impl<T, G: Grouping<T>, A: Aggregate<T>, R: MergeTrigger<T>, P: Gap<T>> TriggeredSessionStore<T, G, A, R, P> {
    pub(super) fn new(gap: P, settings: Settings<G, A, Triggered<R>>) -> Self {
        let mut groups = LiveTable::<Groups<T, G, A, R>>::default();
        groups.prepare(Group::default);
        Self {
            alarms: Alarms::new(gap.least()),
            gap,
            settings,
            groups,
            timers: Timers::default(),
            set: Vec::new(),
            arrivals: 0,
            now: Timestamp::MIN,
            watermark: Timestamp::MIN,
            results: Vec::new(),
            closed: Vec::new(),
        }
    }

    /// Has a key looked at when a session of its is due, if it is not looked at before.
    fn wake(&mut self, slot: SlotOf<T, G, A, R>, due: Option<Timestamp>) {
        let Some(due) = due else {
            return;
        };
        let is_earlier = self.groups.update_unsaved(slot, |_key, group| group.wake_at(due));
        if is_earlier {
            self.alarms.set(due, slot);
        }
    }

    /// Lets sessions end up to a watermark, and forgets those that close.
    fn end_sessions(&mut self, until: Timestamp, watermark: Timestamp) {
        let lateness = self.settings.lateness;
        loop {
            let Self { alarms, groups, .. } = self;
            // A key that has moved on, or is another by now, is asked for what it is due.
            let due_of = |at, slot| groups.update_unsaved(slot, |_key, group| group.move_alarm(at, lateness));
            let Some((at, slots)) = alarms.take(until, due_of) else {
                break;
            };
            for slot in slots {
                let Self {
                    settings,
                    groups,
                    results,
                    set,
                    ..
                } = self;
                if !groups.update(slot, |_key, group| group.waits_for(at)) {
                    continue;
                }
                let asked = Asked {
                    aggregate: &settings.aggregate,
                    trigger: &settings.trigger.0,
                    mode: settings.mode,
                    times: (watermark, self.now),
                };
                let due = groups.update(slot, |_key, group| {
                    group.set_alarm(None);
                    group.take_due(until, lateness, |mut session| {
                        if !session.has_fired {
                            let end = session.span.end;
                            results.extend(asked.about(
                                &mut session,
                                end,
                                set,
                                R::on_end,
                                |span, order, fired| Fires {
                                    span,
                                    order,
                                    firing: Firing::OnTime,
                                    slot,
                                    fired,
                                },
                            ));
                            session.has_fired = true;
                        }
                        (session.span.end + lateness > until).then_some(session)
                    })
                });
                self.timers
                    .take_over(&mut self.set, (), Groups::<T, G, A, R>::place_of(slot));
                if due.is_none() {
                    self.closed.push(slot);
                }
                self.wake(slot, due);
            }
        }
    }

    /// Rings a timer for all sessions of its keys.
    fn ring(
        &mut self,
        Rings { at, keys }: Rings<()>,
        watermark: Timestamp,
        ask: impl Fn(&R, &mut R::State, Timestamp, &mut TriggerContext<'_>) -> TriggerResult,
    ) {
        let Self {
            settings,
            groups,
            results,
            timers,
            set,
            now,
            ..
        } = self;
        let asked = Asked {
            aggregate: &settings.aggregate,
            trigger: &settings.trigger.0,
            mode: settings.mode,
            times: (watermark, *now),
        };
        for place in keys.into_iter().flat_map(|((), places)| places) {
            let slot = Groups::<T, G, A, R>::slot_at(place);
            if !groups.has(slot) {
                continue;
            }
            groups.update(slot, |_key, group| {
                for session in group.sessions_mut() {
                    let firing = if session.has_fired {
                        Firing::Late
                    } else {
                        Firing::Early
                    };
                    results.extend(asked.about(
                        session,
                        at,
                        set,
                        |trigger, state, cx| ask(trigger, state, at, cx),
                        |span, order, fired| Fires {
                            span,
                            order,
                            firing,
                            slot,
                            fired,
                        },
                    ));
                }
            });
            timers.take_over(set, (), place);
        }
    }

    /// Emits what has fired, in order, and forgets the keys that have no sessions.
    fn emit(&mut self, results: &mut impl Results<G::Key, Window, A::Out>) {
        self.results
            .sort_unstable_by_key(|fires| (fires.span.end, fires.span.start, fires.order));
        for fires in self.results.drain(..) {
            let Fires {
                span,
                firing,
                slot,
                fired: Fired { index, result, .. },
                ..
            } = fires;
            let pane = Pane::of(span, firing, index, self.watermark);
            self.groups
                .update(slot, |key, _group| results.keep(key, pane, result));
        }
        for slot in self.closed.drain(..) {
            self.groups.remove(slot, Group::default());
        }
    }
}

impl<T, G: Grouping<T>, A: Aggregate<T>, R: MergeTrigger<T>, P: Gap<T>> WindowStore<T, G, A>
    for TriggeredSessionStore<T, G, A, R, P>
{
    type Window = Window;

    fn add(
        &mut self,
        record: Record<T>,
        emit: &mut impl Emit<G::Key, Window, A::Out>,
        late: impl FnOnce(Record<T>),
    ) {
        self.arrivals += 1;
        let end = record.timestamp + self.gap.after(&record.value);
        let span = Span::new(record.timestamp, end);
        let Self {
            settings,
            groups,
            set,
            arrivals,
            now,
            watermark,
            ..
        } = self;
        let Settings {
            grouping,
            aggregate,
            trigger: Triggered(trigger),
            lateness,
            mode,
        } = settings;
        let (lateness, watermark) = (*lateness, *watermark);
        let slot = groups.slot_of(grouping, &record.value, Group::default);
        let is_late = |whole: Span| whole.end + lateness <= record.partition_watermark;
        let contents = (&*aggregate, &*trigger, std::marker::PhantomData);
        let asked = Asked {
            aggregate: &*aggregate,
            trigger: &*trigger,
            mode: *mode,
            times: (watermark, *now),
        };
        let is_added = groups.update(slot, |key, group| {
            let add = |held: &mut HeldOf<T, A, R>| {
                aggregate.add(&mut held.acc, &record.value);
                held.has_records = true;
            };
            let is_ahead = span.end > watermark.max(record.partition_watermark);
            let session = match is_ahead.then(|| group.extend(span)).flatten() {
                Some(session) => {
                    session.acc.iter_mut().for_each(add);
                    session
                }
                None => match group.add(span, *arrivals, &contents, is_late, add) {
                    Added::Late => return false,
                    Added::To(session) => session,
                },
            };
            let firing = if session.span.end <= watermark {
                // Its end has passed: nobody asks about it again.
                session.has_fired = true;
                Firing::Late
            } else {
                Firing::Early
            };
            let fires = asked.about(
                session,
                record.timestamp,
                set,
                |trigger, state, cx| trigger.on_record(state, &record.value, cx),
                |span, _order, fired| (Pane::of(span, firing, fired.index, watermark), fired.result),
            );
            if let Some((pane, result)) = fires {
                emit.firing(|results| results.keep(key, pane, result));
            }
            true
        });
        self.timers
            .take_over(&mut self.set, (), Groups::<T, G, A, R>::place_of(slot));
        let due = self.groups.update(slot, |_key, group| group.due(lateness));
        if !is_added {
            late(record);
            if due.is_none() {
                self.groups.remove(slot, Group::default());
            }
        }
        self.wake(slot, due);
    }

    /// A record that is not behind its watermark makes no session that ends earlier than one gap after it.
    fn next_due(&self, watermark: Timestamp) -> Timestamp {
        let timer = self.settings.trigger.0.next_due(watermark);
        self.alarms.next().min(watermark + self.gap.least()).min(timer)
    }

    #[inline(never)]
    fn advance(&mut self, watermark: Timestamp, emit: &mut impl Emit<G::Key, Window, A::Out>) {
        emit.firing(|results| {
            while let Some(rings) = self.timers.passed(watermark) {
                // The end of a session is its last millisecond: a timer there rings first.
                self.end_sessions(rings.at, watermark);
                self.emit(results);
                self.ring(rings, watermark, R::on_event_time);
                self.emit(results);
            }
            self.end_sessions(watermark, watermark);
            self.emit(results);
        });
        self.watermark = watermark;
    }

    fn tick(&mut self, now: Timestamp, emit: &mut impl Emit<G::Key, Window, A::Out>) {
        self.now = now;
        while let Some(due) = self.timers.reached(now) {
            self.ring(due, self.watermark, R::on_processing_time);
            emit.firing(|results| self.emit(results));
        }
    }

    #[inline]
    fn is_quiet_until(&mut self, watermark: Timestamp) -> bool {
        if watermark < self.alarms.next().min(self.timers.next()) {
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
        let aggregate = &self.settings.aggregate;
        self.groups.look_at(key, |_slot, key, group| {
            for session in group.in_order() {
                if let Some(held) = session.acc.as_ref().filter(|held| held.has_records) {
                    let window = Window {
                        index: held.firings,
                        ..session.window_now(self.watermark)
                    };
                    show(key, window, aggregate.result(&held.acc));
                }
            }
        });
    }

    fn size(&self) -> StateSize {
        self.groups.size()
    }

    fn save<C: Storage<G::Key> + Storage<A::Acc>>(&mut self, to: &mut Encoder) -> Result<(), StateError> {
        to.plain(&(self.watermark, self.arrivals))?;
        self.groups.save(to, |key, group, to| {
            <C as Storage<G::Key>>::write(key, to)?;
            group.save(to, Held::save::<C>)
        })?;
        let ranks = Rc::new(self.groups.ranks());
        self.timers.save(to, [((), ranks)])
    }

    fn walk(&mut self, room: &mut Room) -> Option<CapturedTables> {
        if !(self.groups.go_on(room) && self.timers.go_on(room)) {
            return None;
        }
        let written = [self.groups.finish(), self.timers.finish()];
        Some(written.into_iter().flatten().collect())
    }

    fn restore<C: Storage<G::Key> + Storage<A::Acc>>(
        &mut self,
        from: &mut Decoder<'_>,
    ) -> Result<(), StateError> {
        (self.watermark, self.arrivals) = from.plain()?;
        self.groups = LiveTable::default();
        let aggregate = &self.settings.aggregate;
        self.groups.restore::<C>(from, |from| {
            Group::restore(from, |from| Held::restore::<T, A, C>(aggregate, from))
        })?;
        self.groups.prepare(Group::default);
        self.alarms = Alarms::new(self.gap.least());
        let groups = &self.groups;
        self.timers = Timers::restore(from, |(), place| groups.has(Groups::<T, G, A, R>::slot_at(place)))?;
        let lateness = self.settings.lateness;
        let mut due = Vec::new();
        self.groups
            .for_each_slot(|slot, _key, group| due.push((slot, group.due(lateness))));
        for (slot, due) in due {
            self.wake(slot, due);
        }
        Ok(())
    }
}
