//! A point in time.

use std::fmt;
use std::ops::{Add, AddAssign, Sub, SubAssign};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::TimeDelta;

/// A point in time: milliseconds since 1970-01-01T00:00:00Z, negative before.
///
/// Arithmetic saturates at [`MIN`](Self::MIN) and [`MAX`](Self::MAX), so that no timestamp of a record can make a
/// window wrap around. It is printed as RFC 3339 where a calendar knows the year, else in milliseconds.
///
/// ```
/// use streamlite::{TimeDelta, Timestamp};
///
/// let start = Timestamp::from_millis(1_700_000_000_000);
/// assert_eq!((start + TimeDelta::from_secs(5)).to_string(), "2023-11-14T22:13:25Z");
/// assert_eq!(Timestamp::MAX + TimeDelta::from_secs(5), Timestamp::MAX);
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The earliest point in time; as a watermark: nothing is known yet.
    pub const MIN: Self = Self(i64::MIN);
    /// The latest point in time; as a watermark: nothing more will come.
    pub const MAX: Self = Self(i64::MAX);
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self(0);

    /// The point `millis` milliseconds after 1970-01-01T00:00:00Z.
    #[must_use]
    #[inline]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    #[inline]
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// The span from `earlier` to `self`, negative if `earlier` is later.
    #[must_use]
    #[inline]
    pub const fn since(self, earlier: Self) -> TimeDelta {
        TimeDelta::from_millis(self.0.saturating_sub(earlier.0))
    }
}

impl Add<TimeDelta> for Timestamp {
    type Output = Self;

    #[inline]
    fn add(self, delta: TimeDelta) -> Self {
        Self(self.0.saturating_add(delta.as_millis()))
    }
}

impl Sub<TimeDelta> for Timestamp {
    type Output = Self;

    #[inline]
    fn sub(self, delta: TimeDelta) -> Self {
        Self(self.0.saturating_sub(delta.as_millis()))
    }
}

impl Sub for Timestamp {
    type Output = TimeDelta;

    #[inline]
    fn sub(self, earlier: Self) -> TimeDelta {
        self.since(earlier)
    }
}

impl AddAssign<TimeDelta> for Timestamp {
    fn add_assign(&mut self, delta: TimeDelta) {
        *self = *self + delta;
    }
}

impl SubAssign<TimeDelta> for Timestamp {
    fn sub_assign(&mut self, delta: TimeDelta) {
        *self = *self - delta;
    }
}

impl From<i64> for Timestamp {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[inline]
    fn from(millis: i64) -> Self {
        Self(millis)
    }
}

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        match time.duration_since(UNIX_EPOCH) {
            Ok(after) => Self(i64::try_from(after.as_millis()).unwrap_or(i64::MAX)),
            Err(before) => {
                let before = before.duration();
                let millis = before.as_millis() + u128::from(before.subsec_nanos() % 1_000_000 != 0);
                Self(i64::try_from(millis).map_or(i64::MIN, |millis| -millis))
            }
        }
    }
}

impl From<Timestamp> for SystemTime {
    fn from(timestamp: Timestamp) -> Self {
        let span = Duration::from_millis(timestamp.0.unsigned_abs());
        let time = if timestamp.0 < 0 {
            UNIX_EPOCH.checked_sub(span)
        } else {
            UNIX_EPOCH.checked_add(span)
        };
        time.unwrap_or(UNIX_EPOCH)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (*self, jiff::Timestamp::from_millisecond(self.0)) {
            (Self::MIN, _) => f.pad("MIN"),
            (Self::MAX, _) => f.pad("MAX"),
            (_, Ok(calendar)) => f.pad(&calendar.to_string()),
            (_, Err(_)) => f.pad(&format!("{} ms", self.0)),
        }
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Timestamp({})", self.0)
    }
}
