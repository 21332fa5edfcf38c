//! The first timestamps of a job, to see whether they are what they should be.

use crate::time::{TimeUnit, Timestamp};

/// So many timestamps are looked at.
const FIRST: u16 = 1000;

/// Looks at the first timestamps.
#[derive(Debug)]
pub(super) struct FirstTimes {
    left: u16,
    /// What all so far look like.
    unit: Option<TimeUnit>,
}

impl Default for FirstTimes {
    fn default() -> Self {
        Self {
            left: FIRST,
            unit: None,
        }
    }
}

impl FirstTimes {
    /// Whether more are to be looked at.
    #[inline]
    pub(super) fn wants_more(&self) -> bool {
        self.left > 0
    }

    #[cold]
    pub(super) fn note(&mut self, timestamp: Timestamp) {
        let unit = TimeUnit::of(timestamp);
        if self.left == FIRST {
            self.unit = unit;
        }
        self.left -= 1;
        if unit.is_none() || unit != self.unit {
            // One that looks right, or otherwise, is enough.
            (self.left, self.unit) = (0, None);
        }
    }

    /// Of a row the first timestamp was noted; the others are behind the watermark that they bring.
    #[cold]
    pub(super) fn note_row(&mut self, watermark: Timestamp) {
        if TimeUnit::of(watermark) != self.unit {
            (self.left, self.unit) = (0, None);
        }
    }

    /// What unit the first ones are in, if all of them look so.
    pub(super) fn look_like(&self) -> Option<TimeUnit> {
        self.unit
    }
}
