//! The timers of a process.

use serde::{Deserialize, Serialize};

use super::times::TimeDomain;
use crate::state::TimeQueue;
use crate::time::Timestamp;

/// One timer of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Timer {
    pub(crate) at: Timestamp,
    pub(crate) domain: TimeDomain,
    /// The number of its setting: of timers for one time the one that was set first fires first.
    pub(crate) number: u64,
}

/// The timers of one key: most often none or one.
#[derive(Clone, Debug, Default)]
pub(crate) enum KeyTimers {
    #[default]
    None,
    One(Timer),
    #[expect(
        clippy::box_collection,
        reason = "a key without timers takes no more room than one with a timer"
    )]
    Many(Box<Vec<Timer>>),
}

impl KeyTimers {
    /// All of them.
    #[inline]
    pub(crate) fn as_slice(&self) -> &[Timer] {
        match self {
            Self::None => &[],
            Self::One(timer) => std::slice::from_ref(timer),
            Self::Many(timers) => timers,
        }
    }

    #[inline]
    fn is_set(&self, domain: TimeDomain, at: Timestamp) -> bool {
        let mut timers = self.as_slice().iter();
        timers.any(|timer| (timer.domain, timer.at) == (domain, at))
    }

    #[inline]
    pub(crate) fn add(&mut self, timer: Timer) {
        match self {
            Self::None => *self = Self::One(timer),
            Self::One(one) => *self = Self::Many(Box::new(vec![*one, timer])),
            Self::Many(timers) => timers.push(timer),
        }
    }

    /// Removes the timer that a closure finds.
    #[inline]
    fn remove(&mut self, is_it: impl Fn(&Timer) -> bool) -> bool {
        match self {
            Self::None => false,
            Self::One(one) => {
                let found = is_it(one);
                if found {
                    *self = Self::None;
                }
                found
            }
            Self::Many(timers) => {
                let Some(place) = timers.iter().position(is_it) else {
                    return false;
                };
                timers.swap_remove(place);
                if timers.is_empty() {
                    *self = Self::None;
                }
                true
            }
        }
    }
}

/// All timers of a process: of each key a set, and all in the order in which they fire.
#[derive(Debug, Default)]
pub(crate) struct Timers {
    by_key: Vec<KeyTimers>,
    /// By domain: the place of the key, and the number of the setting.
    queues: [TimeQueue<(u32, u64)>; 2],
    /// How many in the queues were deleted, or fired.
    deleted: [usize; 2],
    next_number: u64,
}

impl Timers {
    /// The timers of a key.
    #[inline]
    pub(crate) fn of(&self, place: u32) -> &[Timer] {
        self.by_key.get(place as usize).map_or(&[], KeyTimers::as_slice)
    }

    /// Sets a timer, unless it is set.
    #[inline]
    pub(crate) fn set(&mut self, place: u32, domain: TimeDomain, at: Timestamp) {
        let number = self.next_number;
        let timers = self.entry(place);
        if timers.is_set(domain, at) {
            return;
        }
        timers.add(Timer { at, domain, number });
        self.next_number += 1;
        self.queues[domain as usize].put(at, (place, number));
    }

    #[inline]
    fn entry(&mut self, place: u32) -> &mut KeyTimers {
        let place = place as usize;
        if place >= self.by_key.len() {
            self.by_key.resize(place + 1, KeyTimers::None);
        }
        &mut self.by_key[place]
    }

    /// Deletes a timer, if it is set.
    pub(crate) fn delete(&mut self, place: u32, domain: TimeDomain, at: Timestamp) {
        let Some(timers) = self.by_key.get_mut(place as usize) else {
            return;
        };
        if timers.remove(|timer| (timer.domain, timer.at) == (domain, at)) {
            let deleted = &mut self.deleted[domain as usize];
            *deleted += 1;
            let queue = &mut self.queues[domain as usize];
            if *deleted > queue.count() / 2 && *deleted > 1_024 {
                *deleted = 0;
                queue.retain(|_, (place, number)| {
                    let timers = self.by_key[*place as usize].as_slice();
                    timers.iter().any(|timer| timer.number == *number)
                });
            }
        }
    }

    /// A time that no timer is before, in a domain.
    #[inline]
    pub(crate) fn may_fire(&self, domain: TimeDomain, last: Timestamp) -> bool {
        self.queues[domain as usize].may_have(last)
    }

    /// Takes the timers of the earliest time up to `last` out of the queue, in the order of their settings. Each is still
    /// to be [taken](Self::take) from its key.
    pub(crate) fn take_first(
        &mut self,
        domain: TimeDomain,
        last: Timestamp,
    ) -> Option<(Timestamp, Vec<(Timestamp, (u32, u64))>)> {
        self.queues[domain as usize].take_first(last)
    }

    /// Takes a timer from its key; `false` if it was deleted.
    #[inline]
    pub(crate) fn take(&mut self, domain: TimeDomain, place: u32, number: u64) -> bool {
        let is_set = self.by_key[place as usize].remove(|timer| timer.number == number);
        if !is_set {
            let deleted = &mut self.deleted[domain as usize];
            *deleted = deleted.saturating_sub(1);
        }
        is_set
    }

    /// The number that the next timer gets.
    pub(crate) fn next_number(&self) -> u64 {
        self.next_number
    }

    /// Begins with the timers of a savepoint.
    pub(crate) fn restore(&mut self, next_number: u64, mut timers: Vec<(u32, Timer)>) {
        *self = Self::default();
        self.next_number = next_number;
        timers.sort_unstable_by_key(|(_, timer)| timer.number);
        for (place, timer) in timers {
            self.entry(place).add(timer);
            self.queues[timer.domain as usize].put(timer.at, (place, timer.number));
        }
    }
}
