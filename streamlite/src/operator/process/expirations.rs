//! When states expire.

use super::bits::Bits;
use crate::process::{FieldTtl, TimeDomain};
use crate::state::TimeQueue;
use crate::time::Timestamp;

/// When the states of keys have something that expires next, so that it is found in the order of time. Each state of a key
/// is there once: one that is written again is not moved, but put back when its turn comes.
#[derive(Debug, Default)]
pub(super) struct Expirations {
    /// By domain: the place of the key, and which of its states.
    queues: [TimeQueue<(u32, u32)>; 2],
    /// Which are there.
    queued: Bits,
    /// By what time the states expire, and how long their values live.
    pub(super) ttls: Vec<FieldTtl>,
}

impl Expirations {
    /// Puts the states of a key in that are marked by a bit, unless they are there. `due` says for when.
    #[inline]
    pub(super) fn add(&mut self, place: u32, written: u64, due: impl Fn(usize, &[FieldTtl]) -> Timestamp) {
        let mut left = written;
        while left != 0 {
            let field = left.trailing_zeros() as usize;
            left &= left - 1;
            let due = due(field, &self.ttls);
            self.add_one(place, field, due);
        }
    }

    fn add_one(&mut self, place: u32, field: usize, due: Timestamp) {
        if due != Timestamp::MAX && self.queued.insert(place as usize * self.ttls.len() + field) {
            let domain = self.ttls[field].domain as usize;
            #[expect(clippy::cast_possible_truncation, reason = "at most 64 states of a key")]
            self.queues[domain].put(due, (place, field as u32));
        }
    }

    /// Whether something may have expired.
    #[inline]
    pub(super) fn may_have(&self, domain: TimeDomain, now: Timestamp) -> bool {
        self.queues[domain as usize].may_have(now)
    }

    /// Takes what is due first, up to now: places and states.
    pub(super) fn take_first(&mut self, domain: TimeDomain, now: Timestamp) -> Option<Vec<(u32, usize)>> {
        let (_, taken) = self.queues[domain as usize].take_first(now)?;
        let states = taken.into_iter().map(|(_, (place, field))| {
            let field = field as usize;
            self.queued.remove(place as usize * self.ttls.len() + field);
            (place, field)
        });
        Some(states.collect())
    }

    /// Nothing is there; states expire by these.
    pub(super) fn reset(&mut self, ttls: Vec<FieldTtl>) {
        *self = Self {
            ttls,
            ..Self::default()
        };
    }
}
