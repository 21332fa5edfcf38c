//! When states expire.

use crate::process::{FieldTtl, States, TimeDomain};
use crate::state::TimeQueue;
use crate::time::Timestamp;

/// When keys have something that expires next, so that it is found in the order of time. A key whose states are written
/// again is not moved, but put back when its turn comes.
#[derive(Debug, Default)]
pub(super) struct Expirations {
    by_event_time: Due,
    by_processing_time: Due,
    /// By what time the states expire, and how long their values live.
    pub(super) ttls: Vec<FieldTtl>,
}

/// When keys have something that expires next by one kind of time.
#[derive(Debug, Default)]
struct Due {
    /// The places of the keys.
    queue: TimeQueue<u32>,
    /// For when each key is there; what is in the queue for another time is passed over.
    by_place: Vec<Timestamp>,
}

impl Due {
    fn note(&mut self, place: u32, due: Timestamp) {
        if due == Timestamp::MAX {
            return;
        }
        let at = place as usize;
        if at >= self.by_place.len() {
            self.by_place.resize(at + 1, Timestamp::MAX);
        }
        if due < self.by_place[at] {
            self.by_place[at] = due;
            self.queue.put(due, place);
        }
    }
}

impl Expirations {
    fn due(&mut self, domain: TimeDomain) -> &mut Due {
        match domain {
            TimeDomain::Event => &mut self.by_event_time,
            TimeDomain::Processing => &mut self.by_processing_time,
        }
    }

    /// Notes when states of a key expire next, if it is not there for an earlier time.
    #[inline(never)]
    pub(super) fn note<S: States>(&mut self, place: u32, states: &S) {
        let [event, processing] =
            [TimeDomain::Event, TimeDomain::Processing].map(|domain| states.due(domain, &self.ttls));
        self.by_event_time.note(place, event);
        self.by_processing_time.note(place, processing);
    }

    /// Whether something may have expired.
    #[inline]
    pub(super) fn may_have(&self, domain: TimeDomain, now: Timestamp) -> bool {
        let due = match domain {
            TimeDomain::Event => &self.by_event_time,
            TimeDomain::Processing => &self.by_processing_time,
        };
        due.queue.may_have(now)
    }

    /// Takes the keys that are due first, up to now, by their places; says whether there was one. Each is still to be
    /// [taken](Self::take).
    pub(super) fn take_first(
        &mut self,
        domain: TimeDomain,
        now: Timestamp,
        into: &mut Vec<(Timestamp, u32)>,
    ) -> bool {
        self.due(domain).queue.take_first(now, into)
    }

    /// Takes a key; `false` if it is there for another time.
    pub(super) fn take(&mut self, domain: TimeDomain, place: u32, at: Timestamp) -> bool {
        let noted = &mut self.due(domain).by_place[place as usize];
        let is_noted = *noted == at;
        if is_noted {
            *noted = Timestamp::MAX;
        }
        is_noted
    }

    /// Nothing is there; states expire by these.
    pub(super) fn reset(&mut self, ttls: Vec<FieldTtl>) {
        *self = Self {
            ttls,
            ..Self::default()
        };
    }
}
