//! What is saved of a process.

use std::marker::PhantomData;
use std::rc::Rc;

use serde::{Deserialize, Serialize};

use super::births::Births;
use super::bits::Bits;
use super::core::Core;
use crate::metrics::StateSize;
use crate::operator::keyed_state::KeyedState;
use crate::process::{FieldTtl, KeyedProcess, RestoredStretch, SavedField, States, StoredStates, TimeDomain};
use crate::state::{
    Decoder, Encoder, Grouping, RestoredRow, Slice, Snapshot, StateError, Storage, StretchOf, Table,
};
use crate::time::Timestamp;

/// What is saved of a process besides the keys.
#[derive(Serialize, Deserialize)]
struct Head {
    watermark: Timestamp,
    before_end: Timestamp,
    greatest: Timestamp,
    has_event_time: bool,
    next_number: u64,
    /// Of each state whether the times of its values are saved, and by what time it expired.
    fields: Vec<(bool, TimeDomain)>,
}

/// A process, to be saved and restored.
pub(super) struct Saved<'a, T, C, G: Grouping<T>, P: KeyedProcess<G::Key, T>> {
    pub(super) core: &'a mut Core<T, C, G, P>,
    pub(super) storage: PhantomData<C>,
}

impl<T, C, G, P> Snapshot for Saved<'_, T, C, G, P>
where
    G: Grouping<T>,
    P: KeyedProcess<G::Key, T>,
    P::States: StoredStates<C>,
    C: Storage<G::Key>,
{
    fn save(&mut self, to: &mut Encoder) -> Result<(), StateError> {
        let Core {
            state,
            stretches,
            now,
            timers,
            births,
            absent,
            expirations,
            ..
        } = &mut *self.core;
        let mut expires = Vec::new();
        P::States::describe(&mut |_kind, field| expires.push(field));
        let domains = expirations.ttls.iter().map(|ttl| ttl.domain);
        to.plain(&Head {
            watermark: now.watermark,
            before_end: now.before_end,
            greatest: now.greatest,
            has_event_time: now.has_event_time,
            next_number: timers.next_number(),
            fields: expires.into_iter().zip(domains).collect(),
        })?;
        state.save(to, |key, states, to| {
            C::write(key, to)?;
            states.write(to)
        })?;
        let ranks = Rc::new(state.ranks());
        if let Some(stretches) = stretches {
            let write = |of: StretchOf, to: &mut Encoder| write_stretch(state, of, to);
            stretches.note_barrier();
            stretches.placed().save(to, &ranks, write)?;
        }
        timers.save(to, Rc::clone(&ranks))?;
        births.save(to, &ranks)?;
        to.plain(&absent.moved(&ranks))
    }

    fn restore(&mut self, from: &mut Decoder<'_>) -> Result<(), StateError> {
        let head: Head = from.plain()?;
        let core = &mut *self.core;
        core.now.watermark = head.watermark;
        core.now.before_end = head.before_end;
        core.now.greatest = head.greatest;
        core.now.has_event_time = head.has_event_time;
        core.resolve_ttls();
        if head.fields.len() != core.expirations.ttls.len() {
            return Err(StateError::new("it has another number of states"));
        }
        let fields: Vec<_> = head
            .fields
            .iter()
            .zip(&core.expirations.ttls)
            .map(|((has_stamps, domain), ttl)| {
                let fits = *has_stamps && *domain == ttl.domain;
                SavedField {
                    has_stamps: *has_stamps,
                    written: (!fits).then(|| core.written_now(ttl)),
                }
            })
            .collect();
        let mut expires = Vec::new();
        P::States::describe(&mut |_kind, field| expires.push(field));
        let process = &mut core.process;
        core.state.restore(from, |from| {
            let mut states = process.first();
            states.read(from, &fields)?;
            Ok(states)
        })?;
        core.restore_stretches(from, &fields)?;
        let mut fits = head.fields.iter().zip(&core.expirations.ttls).zip(expires);
        if fits.any(|(((has_stamps, domain), ttl), expires)| {
            *has_stamps != expires || (expires && *domain != ttl.domain)
        }) {
            core.state.write_whole_next();
            if let Some(stretches) = &core.stretches {
                stretches.placed().write_whole_next();
            }
        }
        let (state, timers) = (&core.state, &mut core.timers);
        let has_key = |place| state.has(Core::<T, C, G, P>::slot(place));
        timers.restore(head.next_number, from, has_key)?;
        let places = core.state.slots().into_iter().map(Core::<T, C, G, P>::place);
        core.births = Births::restore(from, places)?;
        core.absent = Bits::of(from.plain()?);
        if !core.absent.places().all(has_key) {
            return Err(StateError::new("it says something of a key that is missing"));
        }
        core.find_expirations();
        Ok(())
    }
}

impl<T, C, G, P> Core<T, C, G, P>
where
    G: Grouping<T>,
    P: KeyedProcess<G::Key, T>,
    P::States: StoredStates<C>,
{
    /// Reads the stretches of long lists and maps, whose keys are there.
    fn restore_stretches(&mut self, from: &mut Decoder<'_>, fields: &[SavedField]) -> Result<(), StateError> {
        let Self { state, stretches, .. } = self;
        let Some(stretches) = stretches else { return Ok(()) };
        let rows = stretches.placed().restore(from)?;
        for RestoredRow { place, turn, row } in rows {
            let slot = Self::slot(place);
            if !state.has(slot) {
                return Err(StateError::new("a stretch is there of a key that is not"));
            }
            let (field, bytes) = stretches.placed().take_restored(row);
            let stretch = RestoredStretch {
                stretches,
                row,
                place,
                field,
                turn,
                bytes: &bytes,
            };
            let (_, states) = state.entry_unsaved(slot);
            states.read_stretch(field as usize, &stretch, fields)?;
        }
        let mut are_whole = true;
        state.for_each(|_slot, _key, states| are_whole &= states.is_restored());
        if are_whole {
            return Ok(());
        }
        Err(StateError::new("stretches are missing of a list or map"))
    }

    /// Writes a slice of what is to be written of the states for a checkpoint.
    pub(super) fn capture(&mut self, slice: &mut Slice) {
        let Self {
            state,
            stretches,
            timers,
            births,
            ..
        } = self;
        let mut stretches = stretches.as_ref().map(|stretches| stretches.placed());
        let id = state.declared().id().clone();
        slice.walk(&id, |room| {
            let is_written = state.go_on(room)
                && stretches
                    .as_mut()
                    .is_none_or(|stretches| stretches.go_on(room, |of, to| write_stretch(state, of, to)))
                && timers.go_on(room)
                && births.go_on(room);
            is_written.then(|| {
                let stretches = stretches.as_mut().and_then(|stretches| stretches.finish());
                let all = [state.finish(), stretches, timers.finish(), births.finish()];
                all.into_iter().flatten().collect()
            })
        });
    }

    /// How much memory the states take.
    pub(super) fn size(&self) -> StateSize {
        let mut size = self.state.size();
        if let Some(stretches) = &self.stretches {
            size += stretches.placed().size();
        }
        size
    }

    /// When something counts as written whose time is not known.
    fn written_now(&self, ttl: &FieldTtl) -> Timestamp {
        match ttl.domain {
            TimeDomain::Event => self.now.before_end.max(self.now.greatest),
            TimeDomain::Processing => self.clock.now(),
        }
    }

    /// Finds all that expires again.
    fn find_expirations(&mut self) {
        let Self {
            state, expirations, ..
        } = self;
        if !P::States::EXPIRES {
            return;
        }
        state.for_each(|slot, _key, states| {
            expirations.note(<G::Table<P::States> as Table>::place_of(slot), states);
        });
    }

    /// The stream has event time, or it has none: by what time states expire is known now. What was written by another
    /// time counts as written now.
    #[cold]
    pub(super) fn learn_event_time(&mut self, has_event_time: bool) {
        if !has_event_time || self.now.has_event_time {
            return;
        }
        self.now.has_event_time = true;
        let before: Vec<_> = self.expirations.ttls.iter().map(|ttl| ttl.domain).collect();
        self.resolve_ttls();
        let after = self.expirations.ttls.clone();
        let changed = before.iter().zip(&after).enumerate();
        let changed: Vec<_> = changed
            .filter(|(_, (before, after))| **before != after.domain)
            .collect();
        let mut slots = Vec::new();
        if P::States::EXPIRES && !changed.is_empty() {
            self.state.for_each(|slot, _key, _states| slots.push(slot));
        }
        for slot in slots {
            for (field, (_, ttl)) in &changed {
                let written = self.written_now(ttl);
                self.state
                    .update(slot, |_key, states| states.restamp(*field, written));
            }
        }
        self.find_expirations();
    }
}

/// Writes what is in a stretch of a state.
fn write_stretch<C, S>(
    state: &mut KeyedState<C, S>,
    of: StretchOf,
    to: &mut Encoder,
) -> Result<(), StateError>
where
    S: Table,
    S::Value: StoredStates<C>,
{
    let slot = S::slot_at(of.place);
    let (_, states) = state.entry_unsaved(slot);
    states.write_stretch(of.field as usize, of.turn, to)
}
