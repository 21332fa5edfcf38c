//! What hands the counts of a job on to the recorder of the `metrics` crate.

use crate::metrics::{Facade, Report};
use crate::time::{TimeDelta, Timestamp};

/// Hands the counts of a job on, once a second.
#[derive(Debug, Default)]
pub(super) struct Publishing {
    facade: Facade,
    /// When that was last.
    last: Option<Timestamp>,
}

const EVERY: TimeDelta = TimeDelta::from_secs(1);

impl Publishing {
    /// Whether a second has passed.
    pub(super) fn is_due(&self, now: Timestamp) -> bool {
        self.last.is_none_or(|last| now - last >= EVERY)
    }

    /// Hands them on.
    pub(super) fn publish(&mut self, report: &Report, now: Timestamp) {
        self.facade.publish(report);
        self.last = Some(now);
    }
}
