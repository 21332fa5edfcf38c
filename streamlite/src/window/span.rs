//! A span of event time.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::time::{TimeDelta, Timestamp};

/// A span of event time: from `start`, up to but without `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// The first millisecond that belongs to it.
    pub start: Timestamp,
    /// The first millisecond that does not.
    pub end: Timestamp,
}

impl Span {
    /// The window from `start` up to but without `end`.
    #[must_use]
    pub const fn new(start: Timestamp, end: Timestamp) -> Self {
        Self { start, end }
    }

    /// The window of a grid that contains a timestamp: `[k·size + offset, (k + 1)·size + offset)`.
    ///
    /// The division is a floor, so that it is right for timestamps before 1970, too; a window that reaches over the
    /// first or last timestamp there is ends at it.
    ///
    /// ```
    /// use streamlite::{TimeDelta, Timestamp, window::Window};
    ///
    /// let minute = Window::containing(Timestamp::from_millis(-1), TimeDelta::from_mins(1), TimeDelta::ZERO);
    /// assert_eq!(minute, Window::new(Timestamp::from_millis(-60_000), Timestamp::EPOCH));
    /// ```
    ///
    /// # Panics
    /// If `size` is not positive.
    #[must_use]
    pub fn containing(timestamp: Timestamp, size: TimeDelta, offset: TimeDelta) -> Self {
        assert!(size > TimeDelta::ZERO, "a window has a positive size");
        let (at, size) = (i128::from(timestamp.as_millis()), i128::from(size.as_millis()));
        let into = (at - i128::from(offset.as_millis())).rem_euclid(size);
        Self {
            start: clamped(at - into),
            end: clamped(at - into + size),
        }
    }

    /// Whether a timestamp belongs to it.
    #[must_use]
    #[inline]
    pub fn contains(&self, timestamp: Timestamp) -> bool {
        self.start <= timestamp && timestamp < self.end
    }

    /// How long it is.
    #[must_use]
    pub fn size(&self) -> TimeDelta {
        self.end - self.start
    }

    /// The last millisecond that belongs to it: the timestamp of its results.
    #[must_use]
    pub fn last_timestamp(&self) -> Timestamp {
        self.end - TimeDelta::from_millis(1)
    }
}

/// The nearest timestamp there is.
#[expect(clippy::cast_possible_truncation, reason = "it is clamped to what fits")]
pub(super) fn clamped(millis: i128) -> Timestamp {
    Timestamp::from_millis(millis.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64)
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}, {})", self.start, self.end)
    }
}
