//! What time it is for a process.

use crate::time::{TimeDelta, Timestamp};

/// A kind of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub enum TimeDomain {
    /// The time of the records: it goes by the watermark.
    Event,
    /// The time of the clock.
    Processing,
}

/// What time it is while a handler runs, in both domains.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    /// By now everything has expired whose time ended at or before this.
    now: [Timestamp; 2],
    /// What is written is written at this time.
    written: [Timestamp; 2],
}

/// The latest time that something can be written at; one more is never.
const LAST: Timestamp = Timestamp::from_millis(i64::MAX - 1);

impl Times {
    /// In event time a value is written at the timestamp of the record or timer, but not before the watermark: else what
    /// is written late would be gone at once.
    #[inline]
    pub(crate) fn new(timestamp: Timestamp, watermark: Timestamp, clock: Timestamp) -> Self {
        Self {
            now: [watermark, clock],
            written: [timestamp.max(watermark).min(LAST), clock.min(LAST)],
        }
    }

    /// Whether something that was written at `stamp` has expired.
    #[inline]
    pub(super) fn has_expired(&self, stamp: Timestamp, ttl: &FieldTtl) -> bool {
        stamp + ttl.ttl <= self.now[ttl.domain as usize]
    }

    #[inline]
    pub(super) fn written(&self, ttl: &FieldTtl) -> Timestamp {
        self.written[ttl.domain as usize]
    }
}

/// How long the values of a state live, and by what time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldTtl {
    pub(super) ttl: TimeDelta,
    pub(crate) domain: TimeDomain,
}

impl FieldTtl {
    /// When something expires that was written at `stamp`, if that is by this kind of time.
    #[inline]
    pub(super) fn due(&self, domain: TimeDomain, stamp: Timestamp) -> Timestamp {
        if domain == self.domain {
            stamp + self.ttl
        } else {
            Timestamp::MAX
        }
    }
}
