//! A process without its outputs: it runs the handlers.

use std::cell::Cell;
use std::collections::VecDeque;
use std::marker::PhantomData;
use std::mem;
use std::rc::Rc;

use super::births::Births;
use super::bits::Bits;
use super::expirations::Expirations;
use crate::assembly::{Context, Failure};
use crate::error::Error;
use crate::operator::keyed_state::KeyedState;
use crate::process::{
    Due, Emitted, KeyedProcess, ProcessContext, ProcessMetrics, Queued, ReadClock, Sides, StateSpec, States,
    StoredStates, Stretches, TimeDomain, Timers, Times,
};
use crate::record::Record;
use crate::state::{Grouping, LookUp, Shape, Table, name_of};
use crate::time::Timestamp;

/// The table of the states of all keys.
pub(super) type TableOf<T, G, P> = <G as Grouping<T>>::Table<<P as KeyedProcess<KeyOf<T, G>, T>>::States>;
/// A key.
pub(super) type KeyOf<T, G> = <G as Grouping<T>>::Key;
/// Where a key's states are.
pub(super) type SlotOf<T, G, P> = <TableOf<T, G, P> as Table>::Slot;
/// What is known of a record's key before its slot is found.
pub(super) type Found<H> = Option<(H, LookUp)>;

/// A process without its outputs: it runs the handlers, and what they emit is left in it.
pub(super) struct Core<T, C, G: Grouping<T>, P: KeyedProcess<G::Key, T>> {
    pub(super) grouping: G,
    pub(super) process: P,
    pub(super) state: KeyedState<C, TableOf<T, G, P>>,
    /// The stretches of long lists and maps; `None` if no state is one.
    pub(super) stretches: Option<Stretches>,
    /// There are checkpoints.
    is_saved: bool,
    pub(super) specs: Vec<StateSpec>,
    pub(super) now: Now,
    pub(super) clock: ReadClock,
    pub(super) metrics: ProcessMetrics,
    pub(super) timers: Timers,
    pub(super) expirations: Expirations,
    /// Keys whose states are first values again, and which are there because of a timer alone.
    pub(super) absent: Bits,
    pub(super) births: Births,
    /// Timers whose turn has come; empty between two calls.
    pub(super) due: Vec<Due>,
    pub(super) due_buffer: Vec<(Timestamp, Queued)>,
    /// What was emitted after the first.
    pub(super) more: VecDeque<(u32, P::Out)>,
    pub(super) sides: P::Sides,
    pub(super) order: Rc<Cell<u32>>,
    pub(super) failure: Failure,
    records: PhantomData<fn(T)>,
}

/// How far time has come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Now {
    pub(super) watermark: Timestamp,
    /// The last watermark before the end of the input: the end is no passing of time.
    pub(super) before_end: Timestamp,
    /// How far the watermark may be above that in the middle of a row.
    pub(super) limit: Timestamp,
    /// The greatest timestamp of all records.
    pub(super) greatest: Timestamp,
    pub(super) has_event_time: bool,
    /// Some states expire by the clock.
    pub(super) looks_at_clock: bool,
}

/// What is handled.
#[derive(Clone, Copy)]
pub(super) struct Moment {
    pub(super) timestamp: Timestamp,
    pub(super) watermark: Timestamp,
    pub(super) domain: TimeDomain,
}

impl<T, C, G, P> Core<T, C, G, P>
where
    G: Grouping<T>,
    P: KeyedProcess<G::Key, T>,
    P::States: StoredStates<C>,
{
    pub(super) fn new(cx: &Context<C>, grouping: G, mut process: P) -> Self {
        let specs = process.specs();
        if let Err(error) = check::<P::States>(&specs) {
            cx.failure().set(error);
        }
        let shape = Shape::new("process").with("key", name_of::<G::Key>());
        let shape = states_shape::<P::States>(shape, &specs);
        let order = Rc::new(Cell::new(0));
        let mut core = Self {
            state: KeyedState::new(cx, shape, || process.first()),
            stretches: P::States::MAY_BE_LONG.then(Stretches::default),
            is_saved: cx.has_checkpoints(),
            grouping,
            process,
            specs,
            now: Now {
                watermark: Timestamp::MIN,
                before_end: Timestamp::MIN,
                limit: Timestamp::MIN,
                greatest: Timestamp::MIN,
                has_event_time: false,
                looks_at_clock: false,
            },
            clock: ReadClock::new(cx.clock()),
            metrics: cx.metrics(),
            timers: Timers::new(P::HAS_TIMERS && cx.has_checkpoints()),
            expirations: Expirations::default(),
            absent: Bits::default(),
            births: Births::default(),
            due: Vec::new(),
            due_buffer: Vec::new(),
            more: VecDeque::new(),
            sides: P::Sides::new(&order),
            order,
            failure: cx.failure().clone(),
            records: PhantomData,
        };
        core.resolve_ttls();
        core
    }

    /// Works out by what time the states expire.
    pub(super) fn resolve_ttls(&mut self) {
        let resolved = self.specs.iter();
        let ttls: Vec<_> = resolved
            .map(|spec| spec.resolve(self.now.has_event_time))
            .collect();
        self.now.looks_at_clock =
            P::States::EXPIRES && ttls.iter().any(|ttl| ttl.domain == TimeDomain::Processing);
        self.expirations.reset(ttls);
    }

    #[inline]
    pub(super) fn place(slot: SlotOf<T, G, P>) -> u32 {
        <TableOf<T, G, P> as Table>::place_of(slot)
    }

    #[inline]
    pub(super) fn slot(place: u32) -> SlotOf<T, G, P> {
        <TableOf<T, G, P> as Table>::slot_at(place)
    }

    /// Lets the process handle a record; returns what it emits. `TOUCHED`: the states of its key were touched before, as
    /// those of a row are at once.
    #[expect(
        clippy::inline_always,
        reason = "apart, it would pass a record through memory: 60 % of a small work"
    )]
    #[inline(always)]
    pub(super) fn record<const TOUCHED: bool>(
        &mut self,
        record: Record<T>,
        found: Found<G::Held>,
    ) -> Emitted<P::Out> {
        let Record {
            value,
            timestamp,
            partition_watermark,
        } = record;
        let Self {
            state,
            grouping,
            process,
            ..
        } = self;
        let mut is_new = false;
        let first = || {
            is_new = true;
            process.first()
        };
        let slot = match found {
            None => state.slot_of(grouping, &value, first),
            Some((held, look_up)) => state.slot_of_found(grouping, look_up, held, &value, first),
        };
        if !TOUCHED {
            state.touch(slot);
        }
        if P::HAS_END && is_new {
            self.births.note(Self::place(slot));
        }
        if P::HAS_TIMERS && !self.absent.none() {
            self.appear(Self::place(slot));
        }
        let watermark = self.now.of_record(partition_watermark);
        let moment = Moment {
            timestamp,
            watermark,
            domain: TimeDomain::Event,
        };
        self.handle(slot, moment, is_new, |process, states, sides, ctx| {
            process.on_record(value, states, sides, ctx);
        })
    }

    /// There is more of a key again than timers, if there was not.
    #[cold]
    fn appear(&mut self, place: u32) {
        if self.absent.remove(place as usize) && P::HAS_END {
            self.births.note(place);
        }
    }

    /// Runs a handler over states that were touched; returns what it emits.
    #[expect(
        clippy::inline_always,
        reason = "apart, it would pass a record through memory: 60 % of a small work"
    )]
    #[inline(always)]
    pub(super) fn handle(
        &mut self,
        slot: SlotOf<T, G, P>,
        moment: Moment,
        is_new: bool,
        handler: impl FnOnce(&mut P, &mut P::States, &mut P::Sides, &mut ProcessContext<'_, G::Key, P::Out>),
    ) -> Emitted<P::Out> {
        let Self {
            process,
            state,
            stretches,
            is_saved,
            now,
            clock,
            metrics,
            timers,
            expirations,
            births,
            more,
            sides,
            order,
            ..
        } = self;
        let place = Self::place(slot);
        let mut emitted = Emitted::none();
        // No closure: it would be called, and take a record through memory.
        let (key, states) = state.entry_touched(slot);
        let times = if P::States::EXPIRES {
            now.times(&moment, clock)
        } else {
            Times::UNUSED
        };
        let blank = if P::States::EXPIRES {
            if states.enter(&times, &expirations.ttls) {
                states.start_again(process.first(), &times, &expirations.ttls);
            }
            let blank = states.blank();
            if P::HAS_END && P::States::ALL_EXPIRE && !is_new && blank == all::<P::States>() {
                births.note(place);
            }
            blank
        } else {
            0
        };
        let mut ctx = ProcessContext {
            key,
            place,
            timestamp: moment.timestamp,
            watermark: moment.watermark,
            clock,
            metrics,
            domain: moment.domain,
            emitted: &mut emitted,
            more,
            order: (P::Sides::OUTPUTS > 0).then_some(&**order),
            timers,
            is_cleared: false,
            times,
            ttls: &expirations.ttls,
        };
        handler(process, states, sides, &mut ctx);
        let is_cleared = ctx.is_cleared;
        if P::States::EXPIRES {
            states.refresh(&times, &expirations.ttls);
        }
        if P::States::MAY_BE_LONG {
            let stretches = stretches.as_ref().filter(|_| *is_saved);
            states.settle(place, 0, stretches);
        }
        if P::States::EXPIRES && blank & !states.blank() != 0 {
            expirations.note(place, states);
        }
        let is_gone = is_cleared || is_blank(states);
        if is_gone {
            self.vanish(slot);
        } else if P::HAS_TIMERS && !self.absent.none() {
            self.appear(place);
        }
        if P::HAS_TIMERS {
            while let Some(place) = self.timers.pop_freed() {
                self.forget(place);
            }
        }
        emitted
    }

    /// A key has nothing but first values: it goes, unless it has a timer.
    #[inline(never)]
    pub(super) fn vanish(&mut self, slot: SlotOf<T, G, P>) {
        let place = Self::place(slot);
        let left = self.process.first();
        if P::HAS_TIMERS && self.timers.may_have(place) {
            self.absent.insert(place as usize);
            self.state.update(slot, |_key, states| *states = left);
        } else {
            self.absent.remove(place as usize);
            self.state.remove(slot, left);
        }
    }

    /// A timer of a key is gone: so is the key, if it was there for that alone.
    #[cold]
    pub(super) fn forget(&mut self, place: u32) {
        if self.absent.has(place as usize) && !self.timers.may_have(place) {
            self.vanish(Self::slot(place));
        }
    }

    /// Removes what has expired by now.
    #[cold]
    pub(super) fn expire(&mut self, domain: TimeDomain, now: Timestamp) {
        let mut taken = Vec::new();
        while self.expirations.take_first(domain, now, &mut taken) {
            for (at, place) in taken.drain(..) {
                if !self.expirations.take(domain, place, at) {
                    continue;
                }
                let slot = Self::slot(place);
                let is_gone = self.expire_key(slot);
                let Self {
                    state, expirations, ..
                } = self;
                state.update(slot, |_key, states| expirations.note(place, states));
                if is_gone {
                    self.vanish(slot);
                }
            }
        }
    }

    /// Removes what has expired of a key; says whether nothing is left of it.
    pub(super) fn expire_key(&mut self, slot: SlotOf<T, G, P>) -> bool {
        let moment = Moment {
            timestamp: Timestamp::MIN,
            watermark: self.now.before_end,
            domain: TimeDomain::Event,
        };
        let Self {
            process,
            state,
            now,
            clock,
            expirations,
            ..
        } = self;
        P::States::EXPIRES
            && state.update(slot, |_key, states| {
                let times = now.times(&moment, clock);
                if states.enter(&times, &expirations.ttls) {
                    states.start_again(process.first(), &times, &expirations.ttls);
                }
                is_blank(states)
            })
    }

    /// Fails the job.
    pub(super) fn fail(&self, error: Error) {
        self.failure.set(error);
    }
}

impl Now {
    /// The watermark that a record sees, by its own in the middle of a row.
    #[inline]
    pub(super) fn of_record(&self, partition_watermark: Timestamp) -> Timestamp {
        self.watermark.max(partition_watermark.min(self.limit))
    }

    /// What time it is for the states.
    #[inline]
    pub(super) fn times(&self, moment: &Moment, clock: &ReadClock) -> Times {
        let clock = if self.looks_at_clock {
            clock.now()
        } else {
            Timestamp::MIN
        };
        let watermark = if moment.watermark == Timestamp::MAX {
            self.before_end
        } else {
            moment.watermark
        };
        Times::new(moment.timestamp, watermark, clock)
    }
}

/// A bit for each state.
#[inline]
fn all<S: States>() -> u64 {
    match S::FIELDS {
        64 => u64::MAX,
        fields => (1 << fields) - 1,
    }
}

/// Whether nothing is left of a key.
#[inline]
fn is_blank<S: States>(states: &S) -> bool {
    S::ALL_EXPIRE && S::FIELDS > 0 && states.blank() == all::<S>()
}

/// What the bytes of states depend on.
pub(super) fn states_shape<S: States>(mut shape: Shape, specs: &[StateSpec]) -> Shape {
    let mut names = specs.iter().map(StateSpec::name);
    S::describe(&mut |kind, _expires| {
        let part = format!("state `{}`", names.next().unwrap_or("?"));
        shape = mem::replace(&mut shape, Shape::new("")).with(&part, kind);
    });
    shape
}

/// Checks what a process says of its states.
pub(super) fn check<S: States>(specs: &[StateSpec]) -> Result<(), Error> {
    if specs.len() != S::FIELDS {
        return Err(Error::setting(
            format!("`specs()` with {} states", specs.len()),
            format!("the process has {} states", S::FIELDS),
            "say the name of each, in their order",
        ));
    }
    if S::FIELDS > 64 {
        return Err(Error::setting(
            format!("{} states of a key", S::FIELDS),
            "a process has at most 64",
            "put some of them together in a struct",
        ));
    }
    let mut all = specs.iter();
    let mut mistake = Ok(());
    S::describe(&mut |_kind, expires| {
        let Some(spec) = all.next() else { return };
        let name = spec.name();
        let found = match spec.lifetime() {
            Some(ttl) if ttl <= crate::time::TimeDelta::ZERO => Some(Error::setting(
                format!("a TTL of {ttl} for the state `{name}`"),
                "its values would be gone at once",
                "write a duration longer than zero",
            )),
            Some(ttl) if !expires => Some(Error::setting(
                format!("a TTL of {ttl} for the state `{name}`"),
                "its type keeps no times",
                "write `Expiring` in its type, as in `List<f64, Expiring>`",
            )),
            _ => None,
        };
        if let (Some(error), Ok(())) = (found, &mistake) {
            mistake = Err(error);
        }
    });
    mistake
}
