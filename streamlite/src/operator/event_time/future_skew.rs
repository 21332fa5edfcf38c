//! Timestamps that are ahead of the clock.

use std::sync::Arc;

use crate::time::{Clock, TimeDelta, Timestamp};

/// How far the timestamps of a live source may be ahead of the clock, where nothing else is said.
const BY_DEFAULT: TimeDelta = TimeDelta::from_mins(5);

/// Finds timestamps that are further ahead of the clock than is likely.
///
/// The clock is read only where a time seems to be: what was not too far ahead at an earlier reading is not now.
#[derive(Debug)]
pub(super) struct FutureSkew {
    clock: Arc<dyn Clock>,
    /// What the pipeline says.
    setting: Option<TimeDelta>,
    /// What holds for the current lane; `None` where any time is likely.
    allowed: Option<TimeDelta>,
    /// A time above this one may be too far ahead.
    far_ahead: Timestamp,
    refused: u64,
}

impl FutureSkew {
    pub(super) fn new(setting: Option<TimeDelta>, clock: Arc<dyn Clock>) -> Self {
        let mut skew = Self {
            clock,
            setting,
            allowed: None,
            far_ahead: Timestamp::MAX,
            refused: 0,
        };
        skew.switch_to(false);
        skew
    }

    /// Another lane is current; whether it is of a source that is live.
    pub(super) fn switch_to(&mut self, is_live: bool) {
        self.allowed = self.setting.or(is_live.then_some(BY_DEFAULT));
        self.far_ahead = if self.allowed.is_some() {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        };
    }

    /// A time up to this one is not too far ahead: any other must be asked about.
    #[inline]
    pub(super) fn far_ahead(&self) -> Timestamp {
        self.far_ahead
    }

    /// Whether a time is too far ahead of the clock, as it shows now; then it is counted.
    #[cold]
    #[inline(never)]
    pub(super) fn refuses(&mut self, at: Timestamp) -> bool {
        let Some(allowed) = self.allowed else {
            return false;
        };
        self.far_ahead = self.clock.now() + allowed;
        let is_refused = at > self.far_ahead;
        self.refused += u64::from(is_refused);
        is_refused
    }

    /// How many were refused.
    pub(super) fn refused(&self) -> u64 {
        self.refused
    }
}
