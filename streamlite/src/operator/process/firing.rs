//! Timers fire, and the input ends.

use super::core::{Core, Moment};
use super::outputs::{Outputs, Stamped};
use crate::error::Error;
use crate::process::{Due, KeyedProcess, StoredStates, TimeDomain};
use crate::state::{Grouping, Table};
use crate::time::{TimeDelta, Timestamp};

impl<T, C, G, P> Core<T, C, G, P>
where
    G: Grouping<T>,
    P: KeyedProcess<G::Key, T>,
    P::States: StoredStates<C>,
{
    /// Lets all timers up to `last` fire: the earliest first, of those for one time the one that was set first. What they
    /// set for such a time fires, too.
    pub(super) fn fire(
        &mut self,
        domain: TimeDomain,
        last: Timestamp,
        partition_watermark: Timestamp,
        outputs: &mut impl Outputs<P::Out, P::Sides>,
    ) {
        let watermark = self.now.watermark;
        let mut endless = Endless::new(self.timers.next_number(), watermark == Timestamp::MAX);
        debug_assert!(self.due.is_empty(), "a process does not enter itself");
        loop {
            // Timers that are set meanwhile may be for an earlier time.
            let until = match self.due.last() {
                None => Some(last),
                Some(due) if due.at == Timestamp::MIN => None,
                Some(due) => Some(due.at - TimeDelta::from_millis(1)),
            };
            if let Some(until) = until {
                let Self {
                    timers,
                    due,
                    due_buffer,
                    ..
                } = self;
                timers.take_first(domain, until, due, due_buffer);
            }
            let Some(due) = self.due.pop() else { return };
            let Due { at, place, number } = due;
            if !self.timers.take(domain, &due) {
                self.forget(place);
                continue;
            }
            if endless.fires(at, number) {
                return self.fail(Error::setting(
                    "a timer that sets the next one",
                    if watermark == Timestamp::MAX {
                        "this goes on for ever after the end of the input"
                    } else {
                        "this goes on for ever, as the next one is not for a later time"
                    },
                    "set none where `ctx.watermark() == Timestamp::MAX`, and none for a time that has passed",
                ));
            }
            let timestamp = match domain {
                TimeDomain::Processing if self.now.has_event_time => watermark,
                TimeDomain::Event | TimeDomain::Processing => at,
            };
            let moment = Moment {
                timestamp,
                watermark,
                domain,
            };
            self.state.touch(Self::slot(place));
            let emitted = self.handle(Self::slot(place), moment, false, |process, states, sides, ctx| {
                process.on_timer(at, states, sides, ctx);
            });
            let at = Stamped {
                timestamp,
                partition_watermark,
            };
            outputs.flush(emitted, &mut self.more, &mut self.sides, &self.order, at);
        }
    }

    /// The input has ended: of each key what is to be done then, in the order in which they came.
    pub(super) fn end(
        &mut self,
        partition_watermark: Timestamp,
        outputs: &mut impl Outputs<P::Out, P::Sides>,
    ) {
        let mut keys = Vec::with_capacity(self.state.count());
        self.state.for_each(|slot, _key, _states| {
            let place = <G::Table<P::States> as Table>::place_of(slot);
            if !self.absent.has(place as usize) {
                keys.push((self.births.of(place), place));
            }
        });
        keys.sort_unstable();
        let moment = Moment {
            timestamp: self.now.greatest,
            watermark: self.now.watermark,
            domain: TimeDomain::Event,
        };
        for (_, place) in keys {
            if self.expire_key(Self::slot(place)) {
                continue;
            }
            self.state.touch(Self::slot(place));
            let emitted = self.handle(Self::slot(place), moment, false, |process, states, sides, ctx| {
                process.on_end(states, sides, ctx);
            });
            let at = Stamped {
                timestamp: moment.timestamp,
                partition_watermark,
            };
            outputs.flush(emitted, &mut self.more, &mut self.sides, &self.order, at);
        }
    }
}

/// Finds out that timers set the next ones for ever: after the end of the input, where time passes without an end, or for
/// times that have passed.
struct Endless {
    /// Those from this number on are set by those that fire.
    from: u64,
    is_end: bool,
    reached: Timestamp,
    before: u64,
    later: u64,
}

impl Endless {
    fn new(from: u64, is_end: bool) -> Self {
        Self {
            from,
            is_end,
            reached: Timestamp::MIN,
            before: 0,
            later: 0,
        }
    }

    /// A timer fires; says whether that has been going on for ever.
    fn fires(&mut self, at: Timestamp, number: u64) -> bool {
        if number < self.from {
            self.before += 1;
        } else if self.is_end || at <= self.reached {
            self.later += 1;
        }
        self.reached = self.reached.max(at);
        self.later > 10_000 + 100 * self.before
    }
}
