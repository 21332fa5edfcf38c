//! How long records take from their source to a sink: some of them are timed.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use crate::metrics::{Histogram, Summary};
use crate::time::Clock;

/// The records that are timed: those of one read now and then. Its clones are the same.
#[derive(Clone, Debug)]
pub(crate) struct Probe {
    clock: Arc<dyn Clock>,
    shared: Rc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    /// The number of the read that is being timed; 0 where none is.
    timed: Cell<u32>,
    /// That of the last one.
    last: Cell<u32>,
    /// When it began.
    began: Cell<Duration>,
    /// The next read is to be timed.
    is_due: Cell<bool>,
}

impl Probe {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            shared: Rc::default(),
        }
    }

    /// Has the next read timed.
    pub(crate) fn set_due(&self) {
        self.shared.is_due.set(true);
    }

    /// Records are about to be read.
    #[inline]
    pub(crate) fn begin(&self) {
        if self.shared.is_due.get() {
            self.time();
        }
    }

    #[cold]
    fn time(&self) {
        let shared = &*self.shared;
        shared.is_due.set(false);
        shared.last.set(shared.last.get().wrapping_add(1).max(1));
        shared.timed.set(shared.last.get());
        shared.began.set(self.clock.elapsed());
    }

    /// What was read has gone as far as it goes.
    #[inline]
    pub(crate) fn end(&self) {
        self.shared.timed.set(0);
    }
}

/// What a sink knows of how long records took.
#[derive(Debug)]
pub(crate) struct Latency {
    probe: Probe,
    /// The number of the read of which a record was timed last.
    seen: u32,
    /// Milliseconds.
    measured: Histogram,
}

impl Latency {
    pub(crate) fn new(probe: Probe) -> Self {
        Self {
            probe,
            seen: 0,
            measured: Histogram::default(),
        }
    }

    /// A record was written: the first of a read that is timed says how long it took.
    #[inline]
    pub(crate) fn note(&mut self) {
        let timed = self.probe.shared.timed.get();
        if timed != 0 && timed != self.seen {
            self.measure(timed);
        }
    }

    #[cold]
    fn measure(&mut self, timed: u32) {
        self.seen = timed;
        let took = self
            .probe
            .clock
            .elapsed()
            .saturating_sub(self.probe.shared.began.get());
        self.measured.record(took.as_secs_f64() * 1_000.0);
    }

    pub(crate) fn summary(&self) -> Option<Summary> {
        self.measured.summary()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{ManualClock, TimeDelta, Timestamp};

    #[test]
    fn one_record_of_a_read_that_is_due_is_measured_and_none_after_it() {
        let clock = ManualClock::at(Timestamp::from_millis(0));
        let probe = Probe::new(Arc::new(clock.clone()));
        let mut latency = Latency::new(probe.clone());
        latency.note();
        assert_eq!(latency.summary(), None, "no read is timed");

        for read in 1..=2_u8 {
            probe.set_due();
            probe.begin();
            clock.advance(TimeDelta::from_millis(i64::from(read)));
            latency.note();
            clock.advance(TimeDelta::from_millis(100));
            latency.note();
            probe.end();
            latency.note();
        }
        // A read whose records are kept, and given by another one that is not timed.
        probe.set_due();
        probe.begin();
        probe.end();
        probe.begin();
        latency.note();
        probe.end();
        let summary = latency.summary().expect("two were measured");
        assert_eq!((summary.count, summary.min, summary.max), (2, 1.0, 2.0));
    }
}
