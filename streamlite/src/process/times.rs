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

/// What time it is while a handler runs, in both domains. They are four fields and no lists, so that they stay in registers.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    /// By now everything has expired whose time ended at or before this.
    watermark: Timestamp,
    clock: Timestamp,
    /// What is written is written at this time.
    written: Timestamp,
    written_by_clock: Timestamp,
}

/// The latest time that something can be written at; one more is never.
const LAST: Timestamp = Timestamp::from_millis(i64::MAX - 1);

impl Times {
    /// For states that do not expire, which never look.
    pub(crate) const UNUSED: Self = Self {
        watermark: Timestamp::MIN,
        clock: Timestamp::MIN,
        written: Timestamp::MIN,
        written_by_clock: Timestamp::MIN,
    };

    /// In event time a value is written at the timestamp of the record or timer, but not before the watermark: else what
    /// is written late would be gone at once.
    #[inline]
    pub(crate) fn new(timestamp: Timestamp, watermark: Timestamp, clock: Timestamp) -> Self {
        Self {
            watermark,
            clock,
            written: timestamp.max(watermark).min(LAST),
            written_by_clock: clock.min(LAST),
        }
    }

    /// Whether something that was written at `stamp` has expired.
    #[inline]
    pub(super) fn has_expired(&self, stamp: Timestamp, ttl: &FieldTtl) -> bool {
        let now = match ttl.domain {
            TimeDomain::Event => self.watermark,
            TimeDomain::Processing => self.clock,
        };
        stamp + ttl.ttl <= now
    }

    #[inline]
    pub(super) fn written(&self, ttl: &FieldTtl) -> Timestamp {
        match ttl.domain {
            TimeDomain::Event => self.written,
            TimeDomain::Processing => self.written_by_clock,
        }
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
