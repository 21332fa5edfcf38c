//! What a handler of a process works with.

use std::cell::Cell;
use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use super::metrics::{ProcessMetrics, metric_methods};
use super::timers::Timers;
use super::times::{FieldTtl, TimeDomain, Times};
use crate::time::{Clock, TimeDelta, Timestamp};

/// What a handler of a process works with: the key, what time it is, where results go, and timers.
pub struct ProcessContext<'a, K, U> {
    pub(crate) key: &'a K,
    /// Where the key is, among its like.
    pub(crate) place: u32,
    pub(crate) timestamp: Timestamp,
    pub(crate) watermark: Timestamp,
    pub(crate) clock: &'a ReadClock,
    pub(crate) metrics: &'a ProcessMetrics,
    pub(crate) domain: TimeDomain,
    pub(crate) emitted: &'a mut Emitted<U>,
    pub(crate) more: &'a mut VecDeque<(u32, U)>,
    /// Numbers what is emitted, where there are several outputs.
    pub(crate) order: Option<&'a Cell<u32>>,
    pub(crate) timers: &'a mut Timers,
    pub(crate) is_cleared: bool,
    /// When what is written now counts as written, and by what time each state expires.
    pub(crate) times: Times,
    pub(crate) ttls: &'a [FieldTtl],
}

impl<K, U> ProcessContext<'_, K, U> {
    /// The key that the record or timer belongs to.
    #[must_use]
    #[inline]
    pub fn key(&self) -> &K {
        self.key
    }

    /// The timestamp of the record; in `on_timer` the time that the timer was set for, or the watermark if it was set by the clock of
    /// a stream with event time; in `on_end` the greatest timestamp of all records.
    #[must_use]
    #[inline]
    pub fn timestamp(&self) -> Timestamp {
        self.timestamp
    }

    /// The watermark: no record is expected below it. [`Timestamp::MIN`] before the first, [`Timestamp::MAX`] at the end of
    /// the input.
    #[must_use]
    #[inline]
    pub fn watermark(&self) -> Timestamp {
        self.watermark
    }

    /// What the clock shows. It is read once for several records.
    #[must_use]
    #[inline]
    pub fn processing_time(&self) -> Timestamp {
        self.clock.now()
    }

    /// Which kind of timer fires; in `on_record` event time.
    #[must_use]
    #[inline]
    pub fn time_domain(&self) -> TimeDomain {
        self.domain
    }

    /// Emits a result. It has the timestamp of the record, or the time of the timer.
    #[inline]
    pub fn emit(&mut self, value: U) {
        self.emitted.emit(value, self.more, self.order);
    }

    /// Sets a timer of the key: `on_timer` runs once the watermark is above `at`. A timer that is set already is one
    /// timer. One that is set for a time that the watermark has passed fires when the watermark next rises.
    #[inline]
    pub fn timer_at(&mut self, at: impl Into<Timestamp>) {
        self.timers.set(self.place, TimeDomain::Event, at.into());
    }

    /// Sets a timer of the key for some time after [`timestamp`](Self::timestamp); returns the time, by which it can be
    /// deleted.
    #[inline]
    pub fn timer_after(&mut self, delay: TimeDelta) -> Timestamp {
        let at = self.timestamp + delay;
        self.timer_at(at);
        at
    }

    /// Deletes a timer of the key, if it is set.
    #[inline]
    pub fn delete_timer(&mut self, at: impl Into<Timestamp>) {
        self.timers.delete(self.place, TimeDomain::Event, at.into());
    }

    /// Sets a timer of the key by the clock: `on_timer` runs once the clock shows a time that much later than now; returns
    /// that time. Such a timer does not wait for the end of the input, and is not kept from it: a bounded input may end
    /// before.
    pub fn processing_timer_after(&mut self, delay: TimeDelta) -> Timestamp {
        let at = self.clock.now() + delay;
        self.timers.set(self.place, TimeDomain::Processing, at);
        at
    }

    /// Deletes a timer by the clock, if it is set.
    pub fn delete_processing_timer(&mut self, at: impl Into<Timestamp>) {
        self.timers.delete(self.place, TimeDomain::Processing, at.into());
    }

    metric_methods!();

    /// When a state of this number counts as written.
    #[cfg_attr(doc, doc(hidden))]
    #[must_use]
    #[inline]
    pub fn written(&self, state: usize) -> Timestamp {
        self.ttls
            .get(state)
            .map_or(Timestamp::MIN, |ttl| self.times.written(ttl))
    }

    /// Removes the states of the key when the handler returns: the next record begins with first values. Timers stay.
    #[inline]
    pub fn clear(&mut self) {
        self.is_cleared = true;
    }
}

impl<K: fmt::Debug, U> fmt::Debug for ProcessContext<'_, K, U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProcessContext")
            .field("key", self.key)
            .field("timestamp", &self.timestamp)
            .field("watermark", &self.watermark)
            .finish_non_exhaustive()
    }
}

/// What the handler of a broadcast record works with: what time it is, and where results go. It belongs to no key, so there
/// is none, and no timer.
pub struct BroadcastContext<'a, U> {
    pub(crate) timestamp: Timestamp,
    pub(crate) watermark: Timestamp,
    pub(crate) clock: &'a ReadClock,
    pub(crate) metrics: &'a ProcessMetrics,
    pub(crate) emitted: &'a mut Emitted<U>,
    pub(crate) more: &'a mut VecDeque<(u32, U)>,
    /// Numbers what is emitted, where there are several outputs.
    pub(crate) order: Option<&'a Cell<u32>>,
}

impl<U> BroadcastContext<'_, U> {
    /// The timestamp of the record.
    #[must_use]
    #[inline]
    pub fn timestamp(&self) -> Timestamp {
        self.timestamp
    }

    /// The watermark, as [`ProcessContext::watermark`].
    #[must_use]
    #[inline]
    pub fn watermark(&self) -> Timestamp {
        self.watermark
    }

    /// What the clock shows. It is read once for several records.
    #[must_use]
    #[inline]
    pub fn processing_time(&self) -> Timestamp {
        self.clock.now()
    }

    metric_methods!();

    /// Emits a result. It has the timestamp of the record.
    #[inline]
    pub fn emit(&mut self, value: U) {
        self.emitted.emit(value, self.more, self.order);
    }
}

impl<U> fmt::Debug for BroadcastContext<'_, U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BroadcastContext")
            .field("timestamp", &self.timestamp)
            .field("watermark", &self.watermark)
            .finish_non_exhaustive()
    }
}

/// What a handler has emitted: the first record has a place of its own, as most handlers emit once, and never touches memory.
pub(crate) struct Emitted<U> {
    pub(crate) first: Option<(u32, U)>,
    /// There are others, after it.
    pub(crate) has_more: bool,
}

impl<U> Emitted<U> {
    /// Nothing yet.
    #[inline]
    pub(crate) fn none() -> Self {
        Self {
            first: None,
            has_more: false,
        }
    }

    /// One more; `order` numbers it.
    #[inline]
    fn emit(&mut self, value: U, more: &mut VecDeque<(u32, U)>, order: Option<&Cell<u32>>) {
        let number = order.map_or(0, |order| {
            let number = order.get();
            order.set(number + 1);
            number
        });
        if self.first.is_none() {
            self.first = Some((number, value));
        } else {
            self.has_more = true;
            more.push_back((number, value));
        }
    }
}

/// The clock, read at most once for several records.
pub(crate) struct ReadClock {
    clock: Arc<dyn Clock>,
    read: Cell<Option<Timestamp>>,
}

impl ReadClock {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            read: Cell::new(None),
        }
    }

    /// What it showed when it was read.
    #[inline]
    pub(crate) fn now(&self) -> Timestamp {
        self.read.get().unwrap_or_else(|| self.look())
    }

    #[cold]
    fn look(&self) -> Timestamp {
        let now = self.clock.now();
        self.read.set(Some(now));
        now
    }

    /// Other records come: it is read anew.
    #[inline]
    pub(crate) fn forget(&self) {
        self.read.set(None);
    }

    /// It shows this.
    pub(crate) fn set(&self, now: Timestamp) {
        self.read.set(Some(now));
    }
}
