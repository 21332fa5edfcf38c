//! Where sessions are kept.

use std::fmt;

use super::alarms::Alarms;
use super::gap::Gap;
use super::group::{Accumulators, Added, Group, Session};
use crate::aggregate::{Aggregate, read_filled};
use crate::metrics::StateSize;
use crate::record::Record;
use crate::state::{
    Block, CapturedTables, Decoder, Encoder, Grouping, LiveTable, Room, StateError, Storage, Table, in_blocks,
};
use crate::time::Timestamp;
use crate::window::assigner::Settings;
use crate::window::event_window::Window;
use crate::window::firing::Firing;
use crate::window::pane::{AccumulationMode, Pane};
use crate::window::span::Span;
use crate::window::store::{Emit, Results, WindowStore};
use crate::window::trigger::OnWatermark;

/// The table of the sessions of each key.
type Groups<T, G, A> = <G as Grouping<T>>::Table<Group<<A as Aggregate<T>>::Acc>>;

/// The place of a key in it.
type SlotOf<T, G, A> = <Groups<T, G, A> as Table>::Slot;

/// The open sessions, by key. A key is queued by the earliest time at which one of its sessions may end; a session
/// that grows does not move in it, and the key is put back when its turn has come. So a watermark looks at no key without
/// need, and a record moves nothing.
pub struct SessionStore<T, G: Grouping<T>, A: Aggregate<T>, P> {
    gap: P,
    settings: Settings<G, A, OnWatermark>,
    groups: LiveTable<Groups<T, G, A>>,
    /// Keys by when they are looked at.
    alarms: Alarms<SlotOf<T, G, A>>,
    /// How many records have come.
    arrivals: u64,
    /// The next watermark at which a key is looked at.
    next: Timestamp,
    /// Every session ending at or before this watermark has fired.
    watermark: Timestamp,
    /// Records that are looked up together, their spans and order; empty between two calls.
    block: Block<(T, Span, u64), G::Held>,
    /// Sessions that fire, to be put in order; empty between two calls.
    results: Vec<Fires<SlotOf<T, G, A>, A::Out>>,
    /// Keys without sessions, to be forgotten; empty between two calls.
    closed: Vec<SlotOf<T, G, A>>,
}

/// A session that fires.
struct Fires<S, V> {
    span: Span,
    index: u32,
    order: u64,
    slot: S,
    result: V,
}

impl<T, G: Grouping<T>, A: Aggregate<T>, P> fmt::Debug for SessionStore<T, G, A, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionStore").finish_non_exhaustive()
    }
}

impl<T, G: Grouping<T>, A: Aggregate<T>, P: Gap<T>> SessionStore<T, G, A, P> {
    pub(super) fn new(gap: P, settings: Settings<G, A, OnWatermark>) -> Self {
        let mut groups = LiveTable::<Groups<T, G, A>>::default();
        groups.prepare(Group::default);
        Self {
            alarms: Alarms::new(gap.least()),
            gap,
            settings,
            groups,
            arrivals: 0,
            next: Timestamp::MAX,
            watermark: Timestamp::MIN,
            block: Block::default(),
            results: Vec::new(),
            closed: Vec::new(),
        }
    }

    /// The window of a record alone, and when it came.
    #[inline]
    fn arrive(&mut self, record: &Record<T>) -> (Span, u64) {
        self.arrivals += 1;
        let end = record.timestamp + self.gap.after(&record.value);
        (Span::new(record.timestamp, end), self.arrivals)
    }

    /// Adds a record that is neither late nor makes a session fire at once, to a key that was touched.
    #[inline]
    fn add_ahead(&mut self, slot: SlotOf<T, G, A>, span: Span, order: u64, value: T) {
        let aggregate = &self.settings.aggregate;
        let left = self.groups.update_touched(slot, |_key, group| {
            match group.extend(span).and_then(|session| session.acc.as_mut()) {
                Some(acc) => {
                    aggregate.add_owned(acc, value);
                    None
                }
                None => Some(value),
            }
        });
        if let Some(value) = left {
            self.add_beside(slot, span, order, value);
        }
    }

    /// The same where the key has other sessions, or none.
    #[inline(never)]
    fn add_beside(&mut self, slot: SlotOf<T, G, A>, span: Span, order: u64, value: T) {
        let aggregate = &self.settings.aggregate;
        let due = self.groups.update(slot, |_key, group| {
            group.add(
                span,
                order,
                &Accumulators::of(aggregate),
                |_| false,
                |acc| aggregate.add_owned(acc, value),
            );
            group.due(self.settings.lateness)
        });
        self.wake(slot, due);
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
        let (span, order) = self.arrive(&record);
        if !self.is_ahead(span, record.partition_watermark) {
            return self.add_before_the_last(record, (span, order), emit, late);
        }
        let grouping = &mut self.settings.grouping;
        let slot = self.groups.slot_of(grouping, &record.value, Group::default);
        if touches {
            self.groups.touch(slot);
        }
        self.add_ahead(slot, span, order, record.value);
    }

    /// Adds a record that may be late, or make a session fire at once.
    #[inline(never)]
    fn add_before_the_last(
        &mut self,
        record: Record<T>,
        (span, order): (Span, u64),
        emit: &mut impl Emit<G::Key, Window, A::Out>,
        late: impl FnOnce(Record<T>),
    ) {
        let Settings {
            grouping,
            aggregate,
            lateness,
            mode,
            ..
        } = &mut self.settings;
        let (lateness, watermark) = (*lateness, self.watermark);
        let slot = self.groups.slot_of(grouping, &record.value, Group::default);
        let is_late = |whole: Span| whole.end + lateness <= record.partition_watermark;
        let is_added = self.groups.update(slot, |key, group| {
            let add = |acc: &mut A::Acc| aggregate.add(acc, &record.value);
            let session = match group.add(span, order, &Accumulators::of(&*aggregate), is_late, add) {
                Added::Late => return false,
                Added::To(session) => session,
            };
            if session.span.end > watermark {
                return true;
            }
            let index = session.fire();
            let pane = Pane::of(session.span, Firing::Late, index, watermark);
            let result = match mode {
                AccumulationMode::Accumulating => session.acc.as_ref().map(|acc| aggregate.result(acc)),
                AccumulationMode::Discarding => session.acc.take().map(|acc| aggregate.last_result(acc)),
            };
            if let Some(result) = result {
                emit.firing(|results| results.keep(key, pane, result));
            }
            true
        });
        let due = self.groups.update(slot, |_key, group| group.due(lateness));
        if !is_added {
            late(record);
            if due.is_none() {
                self.groups.remove(slot, Group::default());
            }
        }
        self.wake(slot, due);
    }

    /// Has a key looked at when a session of its is due, if it is not looked at before.
    fn wake(&mut self, slot: SlotOf<T, G, A>, due: Option<Timestamp>) {
        let Some(due) = due else {
            return;
        };
        let is_earlier = self.groups.update_unsaved(slot, |_key, group| group.wake_at(due));
        if is_earlier {
            self.alarms.set(due, slot);
            self.next = self.alarms.next();
        }
    }

    /// Adds the records of the block to their sessions, which are on their way from memory.
    #[inline]
    fn add_block(&mut self) {
        let mut block = std::mem::take(&mut self.block);
        let groups = &self.groups;
        block.look_further(|_, hash| groups.look_further(hash));
        self.groups
            .touch_block(&mut self.settings.grouping, &block, |(value, ..)| value);
        for ((value, span, order), held, look_up) in block.drain() {
            let grouping = &mut self.settings.grouping;
            let slot = self
                .groups
                .slot_of_found(grouping, look_up, held, &value, Group::default);
            self.add_ahead(slot, span, order, value);
        }
        self.block = block;
    }

    /// Whether a record is neither late nor makes a session fire at once, whatever sessions there are.
    #[inline]
    fn is_ahead(&self, span: Span, partition_watermark: Timestamp) -> bool {
        span.end > partition_watermark.max(self.watermark)
    }

    /// Looks at the keys whose turn has come.
    fn collect_due(&mut self, watermark: Timestamp) {
        let (lateness, mode) = (self.settings.lateness, self.settings.mode);
        loop {
            let Self { alarms, groups, .. } = self;
            // A key that has moved on, or is another by now, is asked for what it is due.
            let due_of = |at, slot| groups.update_unsaved(slot, |_key, group| group.move_alarm(at, lateness));
            let Some((at, slots)) = alarms.take(watermark, due_of) else {
                break;
            };
            for slot in slots {
                let Self {
                    settings,
                    groups,
                    results,
                    ..
                } = self;
                let aggregate = &settings.aggregate;
                let is_its_turn = groups.update(slot, |_key, group| group.waits_for(at));
                if !is_its_turn {
                    continue;
                }
                let due = groups.update(slot, |_key, group| {
                    group.set_alarm(None);
                    let keep = |mut session: Session<A::Acc>| {
                        let closes = session.span.end + lateness <= watermark;
                        if !session.has_fired {
                            let acc = &mut session.acc;
                            let result = if closes || mode == AccumulationMode::Discarding {
                                acc.take().map(|acc| aggregate.last_result(acc))
                            } else {
                                acc.as_ref().map(|acc| aggregate.result(acc))
                            };
                            let index = session.fire();
                            results.extend(result.map(|result| Fires {
                                span: session.span,
                                index,
                                order: session.order,
                                slot,
                                result,
                            }));
                        }
                        (!closes).then_some(session)
                    };
                    group.take_due(watermark, lateness, keep)
                });
                if due.is_none() {
                    self.closed.push(slot);
                }
                self.wake(slot, due);
            }
        }
    }
}

impl<T, G: Grouping<T>, A: Aggregate<T>, P: Gap<T>> WindowStore<T, G, A> for SessionStore<T, G, A, P> {
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

    /// A record that may be late is added by itself, after those before it: they may have made the session that it joins.
    #[inline]
    fn add_all(
        &mut self,
        records: impl Iterator<Item = Record<T>>,
        emit: &mut impl Emit<G::Key, Window, A::Out>,
        mut late: impl FnMut(Record<T>),
    ) {
        if !in_blocks(self.groups.is_large() || self.groups.is_tracked()) {
            self.groups.touch_everything();
            return records.for_each(|record| self.add_one(record, emit, &mut late, false));
        }
        records.for_each(|record| {
            let (span, order) = self.arrive(&record);
            if !self.is_ahead(span, record.partition_watermark) {
                self.add_block();
                return self.add_before_the_last(record, (span, order), emit, &mut late);
            }
            let found = self.settings.grouping.look_up(&*self.groups, &record.value);
            self.block.push((record.value, span, order), found);
            if self.block.is_full() {
                self.add_block();
            }
        });
        self.add_block();
    }

    /// A record that is not behind its watermark makes no session that ends earlier than one gap after it.
    fn next_due(&self, watermark: Timestamp) -> Timestamp {
        self.next.min(watermark + self.gap.least())
    }

    #[inline(never)]
    fn advance(&mut self, watermark: Timestamp, emit: &mut impl Emit<G::Key, Window, A::Out>) {
        self.collect_due(watermark);
        let Self {
            groups,
            results: firings,
            ..
        } = self;
        if firings.is_empty() && self.closed.is_empty() {
            self.watermark = watermark;
            self.next = self.alarms.next();
            return;
        }
        firings.sort_unstable_by_key(|firing| (firing.span.end, firing.span.start, firing.order));
        let before = self.watermark;
        emit.firing(|results| {
            for Fires {
                span,
                index,
                slot,
                result,
                ..
            } in firings.drain(..)
            {
                groups.update(slot, |key, _group| {
                    results.keep(key, Pane::of(span, Firing::OnTime, index, before), result);
                });
            }
        });
        for slot in self.closed.drain(..) {
            self.groups.remove(slot, Group::default());
        }
        self.watermark = watermark;
        self.next = self.alarms.next();
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
        let aggregate = &self.settings.aggregate;
        self.groups.look_at(key, |_slot, key, group| {
            for session in group.in_order() {
                if let Some(acc) = &session.acc {
                    show(key, session.window_now(self.watermark), aggregate.result(acc));
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
            group.save(to, <C as Storage<A::Acc>>::write)
        })
    }

    fn walk(&mut self, room: &mut Room) -> Option<CapturedTables> {
        self.groups.walk(room)
    }

    fn restore<C: Storage<G::Key> + Storage<A::Acc>>(
        &mut self,
        from: &mut Decoder<'_>,
    ) -> Result<(), StateError> {
        (self.watermark, self.arrivals) = from.plain()?;
        self.groups = LiveTable::default();
        let aggregate = &self.settings.aggregate;
        self.groups.restore::<C>(from, |from| {
            Group::restore(from, |from| read_filled::<T, A, C>(aggregate, from))
        })?;
        self.groups.prepare(Group::default);
        self.alarms = Alarms::new(self.gap.least());
        self.next = Timestamp::MAX;
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
