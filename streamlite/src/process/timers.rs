//! The timers of a process.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use serde::{Deserialize, Serialize};

use super::times::TimeDomain;
use crate::state::{Captured, Decoder, Encoder, Placed, Ranks, Restored, Room, StateError, TimeQueue};
use crate::time::Timestamp;

/// One timer of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Timer {
    pub(crate) at: Timestamp,
    pub(crate) domain: TimeDomain,
    /// The number of its setting: of timers for one time the one that was set first fires first.
    pub(crate) number: u64,
}

/// A timer whose turn has come: of the key at this place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Due {
    pub(crate) at: Timestamp,
    pub(crate) place: u32,
    pub(crate) number: u64,
}

/// A timer in the queue.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Queued {
    /// That of its key.
    place: u32,
    /// The slot in which checkpoints have it, if there are any.
    row: u32,
    number: u64,
}

/// What checkpoints have of the timers in the queue.
type Rows = Placed<(), Timer>;

/// All timers of a process: for each key and time one.
///
/// There is no list of a key's timers, which would be read for each one that is set, and be a second step through memory. A
/// timer that is set twice is in the queue twice, unless nothing was set between, and found to be the same when its time
/// comes; one that is deleted is passed over then. What is there in vain is removed when it is more than the rest.
#[derive(Debug, Default)]
pub(crate) struct Timers {
    event: OfDomain,
    processing: OfDomain,
    next_number: u64,
    has_checkpoints: bool,
    rows: Rows,
}

/// Of timers that were deleted: what was set before this number is.
type Deleted = HashMap<(u32, Timestamp), u64, foldhash::fast::RandomState>;

/// The timers of one kind of time.
#[derive(Debug)]
struct OfDomain {
    queue: TimeQueue<Queued>,
    by_place: Vec<OfKey>,
    /// Of timers that were deleted: what was set before this number is.
    deleted: Deleted,
    /// With so many in the queue it is looked through.
    tidied_at: usize,
    /// Keys that had no timers but deleted ones, and have none now.
    freed: Vec<u32>,
    /// The number of the last list of timers that was taken.
    round: u32,
}

/// What is known of the timers of one key.
#[derive(Clone, Copy, Debug)]
struct OfKey {
    /// The one that was set last, if it is set still.
    last: Timestamp,
    /// How many are in the queue, those in vain among them.
    queued: u32,
    /// The last list that one was in.
    round: u32,
}

/// Stands for no timer. One for this time is set as often as it is.
const NONE: Timestamp = Timestamp::MIN;
/// Up to so many in the queue it is not looked through.
const FEW: usize = 4_096;
/// About how many timers say whether many are in vain.
const SAMPLE: usize = 1_024;

impl Default for OfKey {
    fn default() -> Self {
        Self {
            last: NONE,
            queued: 0,
            round: 0,
        }
    }
}

impl Default for OfDomain {
    fn default() -> Self {
        Self {
            queue: TimeQueue::default(),
            by_place: Vec::new(),
            deleted: HashMap::default(),
            tidied_at: FEW,
            freed: Vec::new(),
            round: 0,
        }
    }
}

impl OfDomain {
    #[inline]
    fn of_key(&mut self, place: u32) -> &mut OfKey {
        let place = place as usize;
        if place >= self.by_place.len() {
            self.by_place.resize(place + 1, OfKey::default());
        }
        &mut self.by_place[place]
    }

    /// Notes that a timer is set; says whether it was not known to be.
    #[inline]
    fn note(&mut self, place: u32, at: Timestamp) -> bool {
        let key = self.of_key(place);
        if key.last == at && at != NONE {
            return false;
        }
        key.last = at;
        key.queued += 1;
        true
    }

    /// Sets a timer; says whether it was not known to be set.
    #[inline]
    fn set(&mut self, place: u32, timer: Timer, rows: &mut Rows) -> bool {
        let is_new = self.note(place, timer.at);
        if is_new {
            let number = timer.number;
            let row = rows.add((), place, timer);
            self.queue.put(timer.at, Queued { place, row, number });
            if self.queue.count() > self.tidied_at {
                self.tidy_if_worth(rows);
            }
        }
        is_new
    }

    #[inline]
    fn is_deleted(&self, place: u32, at: Timestamp, number: u64) -> bool {
        !self.deleted.is_empty()
            && self
                .deleted
                .get(&(place, at))
                .is_some_and(|before| number < *before)
    }

    /// Removes from the queue what is there in vain, if the timers of some keys say that it is much.
    #[cold]
    fn tidy_if_worth(&mut self, rows: &mut Rows) {
        let every = u32::try_from(self.queue.count() / SAMPLE)
            .unwrap_or(u32::MAX)
            .max(1);
        let (mut seen, mut in_vain) = (HashSet::new(), 0);
        self.queue.for_each(|at, Queued { place, .. }| {
            in_vain += usize::from(place % every == 0 && !seen.insert((*place, at)));
        });
        if in_vain * 2 > seen.len() {
            self.tidy(rows);
        }
        self.tidied_at = (2 * self.queue.count()).max(FEW);
    }

    /// Removes from the queue what is there in vain.
    fn tidy(&mut self, rows: &mut Rows) {
        let Self {
            queue,
            by_place,
            deleted,
            freed,
            ..
        } = self;
        let mut seen = HashSet::with_hasher(foldhash::fast::RandomState::default());
        queue.retain(|at, Queued { place, row, number }| {
            let is_deleted = deleted.get(&(*place, at)).is_some_and(|before| number < before);
            let is_wanted = !is_deleted && seen.insert((*place, at));
            if !is_wanted {
                rows.free(*row);
                let key = &mut by_place[*place as usize];
                key.queued -= 1;
                if key.queued == 0 {
                    freed.push(*place);
                }
            }
            is_wanted
        });
        deleted.clear();
    }

    /// Takes the timers of the earliest time up to `last`, in the order of their settings, each once; the last one stands
    /// first.
    fn take_first(
        &mut self,
        last: Timestamp,
        into: &mut Vec<Due>,
        taken: &mut Vec<(Timestamp, Queued)>,
        rows: &mut Rows,
    ) {
        if !self.queue.take_first(last, taken) {
            return;
        }
        self.round = self.round.wrapping_add(1);
        let from = into.len();
        for (at, Queued { place, row, number }) in taken.drain(..) {
            rows.free(row);
            let is_deleted = self.is_deleted(place, at, number);
            let key = &mut self.by_place[place as usize];
            if key.last == at {
                key.last = NONE;
            }
            if is_deleted {
                into.push(Due { at, place, number });
            } else if key.round == self.round {
                key.queued -= 1;
            } else {
                key.round = self.round;
                into.push(Due { at, place, number });
            }
        }
        into[from..].reverse();
    }
}

impl Timers {
    /// Those of a process: `has_checkpoints` says whether what is set is to be known to checkpoints.
    pub(crate) fn new(has_checkpoints: bool) -> Self {
        Self {
            has_checkpoints,
            rows: if has_checkpoints {
                Rows::from_the_start()
            } else {
                Rows::default()
            },
            ..Self::default()
        }
    }

    #[inline]
    fn of(&mut self, domain: TimeDomain) -> (&mut OfDomain, &mut Rows) {
        let of = match domain {
            TimeDomain::Event => &mut self.event,
            TimeDomain::Processing => &mut self.processing,
        };
        (of, &mut self.rows)
    }

    /// Whether a key may have a timer.
    #[inline]
    pub(crate) fn may_have(&self, place: u32) -> bool {
        let has = |of: &OfDomain| of.by_place.get(place as usize).is_some_and(|key| key.queued > 0);
        has(&self.event) || has(&self.processing)
    }

    /// Sets a timer, unless it is set.
    #[inline]
    pub(crate) fn set(&mut self, place: u32, domain: TimeDomain, at: Timestamp) {
        let number = self.next_number;
        let (of, rows) = self.of(domain);
        if of.set(place, Timer { at, domain, number }, rows) {
            self.next_number += 1;
        }
    }

    /// Deletes a timer, if it is set.
    pub(crate) fn delete(&mut self, place: u32, domain: TimeDomain, at: Timestamp) {
        let before = self.next_number;
        let (of, rows) = self.of(domain);
        let key = of.of_key(place);
        if key.last == at {
            key.last = NONE;
        }
        if key.queued > 0 {
            of.deleted.insert((place, at), before);
            if of.deleted.len() > FEW.max(of.queue.count()) {
                of.tidy(rows);
            }
        }
    }

    /// Whether a timer may be due.
    #[inline]
    pub(crate) fn may_fire(&self, domain: TimeDomain, last: Timestamp) -> bool {
        match domain {
            TimeDomain::Event => self.event.queue.may_have(last),
            TimeDomain::Processing => self.processing.queue.may_have(last),
        }
    }

    /// Takes the timers of the earliest time up to `last` out of the queue: they come after what is there, the one that
    /// was set first as the last. Each is still to be [taken](Self::take) from its key.
    #[inline]
    pub(crate) fn take_first(
        &mut self,
        domain: TimeDomain,
        last: Timestamp,
        into: &mut Vec<Due>,
        buffer: &mut Vec<(Timestamp, Queued)>,
    ) {
        if self.may_fire(domain, last) {
            let (of, rows) = self.of(domain);
            of.take_first(last, into, buffer, rows);
        }
    }

    /// Takes a timer from its key; `false` if it was deleted.
    #[inline]
    pub(crate) fn take(&mut self, domain: TimeDomain, due: &Due) -> bool {
        let (of, _) = self.of(domain);
        of.by_place[due.place as usize].queued -= 1;
        !of.is_deleted(due.place, due.at, due.number)
    }

    /// A key that had no timers but deleted ones, and has none now.
    #[inline]
    pub(crate) fn pop_freed(&mut self) -> Option<u32> {
        self.event.freed.pop().or_else(|| self.processing.freed.pop())
    }

    /// The number that the next timer gets.
    pub(crate) fn next_number(&self) -> u64 {
        self.next_number
    }

    /// Writes all that are set; `ranks` says where each key is after a restore.
    ///
    /// # Errors
    /// Never.
    pub(crate) fn save(&mut self, to: &mut Encoder, ranks: Rc<Ranks>) -> Result<(), StateError> {
        let Self {
            event,
            processing,
            rows,
            ..
        } = self;
        let of_domains = [
            (TimeDomain::Event, &*event),
            (TimeDomain::Processing, &*processing),
        ];
        let queued = event.queue.count() + processing.queue.count();
        // Of those that have a row beside the state some were deleted; others are left out.
        let mut deleted: Vec<(u32, Timer)> = Vec::new();
        for (domain, of) in of_domains {
            let timers = of
                .deleted
                .iter()
                .filter(|_| Rows::is_to_be_beside(to, queued))
                .map(|(&(place, at), &number)| (place, Timer { at, domain, number }));
            deleted.extend(timers);
        }
        to.plain(&deleted)?;
        rows.save(to, [((), ranks)], queued, |show| {
            for (domain, of) in of_domains {
                let mut seen = HashSet::with_hasher(foldhash::fast::RandomState::default());
                of.queue.for_each(
                    |at,
                     &Queued {
                         place,
                         number,
                         mut row,
                     }| {
                        if !of.is_deleted(place, at, number) && seen.insert((place, at)) {
                            show((), place, Timer { at, domain, number }, &mut row);
                        }
                    },
                );
            }
        })
    }

    /// Begins with the timers that were saved.
    ///
    /// # Errors
    /// If the bytes are no timers.
    pub(crate) fn restore(
        &mut self,
        next_number: u64,
        from: &mut Decoder<'_>,
        has_key: impl Fn(u32) -> bool,
    ) -> Result<(), StateError> {
        let has_checkpoints = self.has_checkpoints;
        *self = Self::new(has_checkpoints);
        self.next_number = next_number;
        let deleted: Vec<(u32, Timer)> = from.plain()?;
        let deleted: HashMap<_, u64> = deleted
            .into_iter()
            .map(|(place, timer)| ((place, timer.at, timer.domain), timer.number))
            .collect();
        let mut all = Vec::new();
        self.rows.restore(from, |restored| {
            all.push(restored);
            true
        })?;
        all.sort_unstable_by_key(|restored| restored.value.number);
        for Restored {
            place,
            was,
            value: timer,
            row,
            ..
        } in all
        {
            let before = deleted.get(&(was, timer.at, timer.domain));
            if before.is_some_and(|before| timer.number < *before) {
                self.rows.free(row);
                continue;
            }
            let place = place.filter(|place| has_key(*place));
            let place = place.ok_or_else(|| StateError::new("it has a timer for a key that is missing"))?;
            let (of, rows) = self.of(timer.domain);
            if of.note(place, timer.at) {
                let number = timer.number;
                of.queue.put(timer.at, Queued { place, row, number });
            } else {
                rows.free(row);
            }
        }
        if !has_checkpoints {
            self.rows = Rows::default();
        }
        Ok(())
    }

    /// Writes a slice of what a checkpoint has of them; says whether all is written.
    pub(crate) fn go_on(&mut self, room: &mut Room) -> bool {
        self.rows.go_on(room)
    }

    /// What was written, once all is; `None` if nothing was to be.
    pub(crate) fn finish(&mut self) -> Option<Result<Captured, StateError>> {
        self.rows.finish()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::state::{KeyTable, Table};

    /// What a program of sets, deletes and takes gives, by the timers and by a map of what is set. It sets so many timers
    /// in vain that they are tidied up, and few enough keys that most are set again.
    fn compare(seed: u64, keys: u64, times: u64, deletes: u64) {
        let mut random = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let mut next = |below: u64| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            random % below
        };
        let (mut timers, mut model) = (Timers::new(true), BTreeMap::<(Timestamp, u32), u64>::new());
        let (mut now, mut number, mut most) = (0, 0, 0);
        let domain = TimeDomain::Event;
        for step in 0..16_000 {
            let place = u32::try_from(next(keys)).expect("it is small");
            let at = Timestamp::from_millis(now + next(times).cast_signed() - 3);
            if next(10) < deletes {
                timers.delete(place, domain, at);
                model.remove(&(at, place));
            } else {
                timers.set(place, domain, at);
                number += 1;
                model.entry((at, place)).or_insert(number);
            }
            most = most.max(timers.event.queue.count());
            assert_eq!(
                timers.rows.count(),
                Some(timers.event.queue.count()),
                "what checkpoints have"
            );
            if step % 500 == 499 {
                now += times.cast_signed() / 5;
                let last = Timestamp::from_millis(now);
                let (mut due, mut buffer) = (Vec::new(), Vec::new());
                loop {
                    if due.is_empty() {
                        timers.take_first(domain, last, &mut due, &mut buffer);
                    }
                    let Some(first) = due.pop() else { break };
                    if !timers.take(domain, &first) {
                        continue;
                    }
                    let set = model.iter().filter(|((at, _), _)| *at <= last);
                    let ((at, place), _) = set
                        .min_by_key(|((at, _), number)| (*at, **number))
                        .expect("one is set");
                    let (at, place) = (*at, *place);
                    assert_eq!((first.at, first.place), (at, place));
                    model.remove(&(at, place));
                }
                assert!(model.keys().all(|(at, _)| *at > last), "something is left");
                for place in 0..u32::try_from(keys).expect("it is small") {
                    let is_set = model.keys().any(|(_, of)| *of == place);
                    assert!(timers.may_have(place) || !is_set);
                }
            }
        }
        assert!(most <= 4 * FEW, "{most} were in the queue at one time");
    }

    /// Keys come elsewhere at a restore: one to the place of another, whose timer for the same time was deleted.
    #[test]
    fn a_deleted_timer_takes_none_of_another_key_with_it() {
        let (mut table, at) = (KeyTable::<u32, u32>::default(), Timestamp::from_millis(5));
        (0..4).for_each(|key| table.insert(key, 0));
        table.remove(KeyTable::<u32, u32>::slot_at(0), 0);
        let ranks = Rc::new(Ranks::first(&table));
        for (has_checkpoints, domain) in [(false, TimeDomain::Event), (true, TimeDomain::Processing)] {
            let mut timers = Timers::new(has_checkpoints);
            (1..4).for_each(|place| timers.set(place, domain, at));
            timers.delete(2, domain, at);
            let mut encoder = Encoder::default();
            timers
                .save(&mut encoder, Rc::clone(&ranks))
                .expect("they are numbers");
            let bytes = encoder.into_bytes();
            let mut restored = Timers::new(has_checkpoints);
            restored
                .restore(timers.next_number(), &mut Decoder::new(&bytes), |place| place < 3)
                .expect("they were saved");
            let mut due = Vec::new();
            restored.take_first(domain, at, &mut due, &mut Vec::new());
            let places: Vec<u32> = due.iter().rev().map(|due| due.place).collect();
            assert_eq!(places, [0, 2]);
        }
    }

    #[test]
    fn a_timer_is_set_once_and_deleted_for_good() {
        for (seed, deletes) in (1..7).zip([0, 1, 5, 8].into_iter().cycle()) {
            compare(seed, 7, 40, deletes);
            compare(seed, 300, 20, deletes);
        }
    }
}
