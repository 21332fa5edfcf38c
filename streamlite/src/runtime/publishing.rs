//! A job hands its counts on to the recorder of the `metrics` crate.

use super::driver::Driver;
use crate::metrics::Facade;
use crate::time::{TimeDelta, Timestamp};

/// Hands the counts of a job on, once a second.
#[derive(Debug, Default)]
pub(super) struct Publishing {
    facade: Facade,
    /// When that was last.
    last: Option<Timestamp>,
}

const EVERY: TimeDelta = TimeDelta::from_secs(1);

impl Driver<'_> {
    /// The same job, which hands its counts on if that is wanted.
    pub(super) fn publishing(mut self, is_wanted: bool) -> Self {
        self.publishing = is_wanted.then(Publishing::default);
        self.publish(self.last_tick);
        self
    }

    /// Hands the counts on, if somebody wants them and a second has passed.
    pub(super) fn publish_if_due(&mut self, now: Timestamp) {
        let last = self.publishing.as_ref().map(|publishing| publishing.last);
        if last.is_some_and(|last| last.is_none_or(|last| now - last >= EVERY)) {
            self.publish(now);
        }
    }

    /// Hands the counts on, if somebody wants them.
    pub(super) fn publish(&mut self, now: Timestamp) {
        if let Some(mut publishing) = self.publishing.take() {
            publishing.facade.publish(&self.report());
            publishing.last = Some(now);
            self.publishing = Some(publishing);
        }
    }
}
