//! A span of time.

use std::fmt;
use std::ops::{Add, Div, Mul, Neg, Sub};
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A span of time in milliseconds; it may be negative. Inside `pipeline!` it is written `5s`, `10min`, `200ms`.
///
/// Arithmetic saturates.
///
/// ```
/// use streamlite::TimeDelta;
///
/// assert_eq!(TimeDelta::from_mins(1) + TimeDelta::from_secs(30), TimeDelta::from_millis(90_000));
/// assert_eq!(TimeDelta::from_millis(90_000).to_string(), "1min 30s");
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TimeDelta(i64);

impl TimeDelta {
    /// No time at all.
    pub const ZERO: Self = Self(0);
    /// The longest span backwards.
    pub const MIN: Self = Self(i64::MIN);
    /// The longest span.
    pub const MAX: Self = Self(i64::MAX);

    /// A span of milliseconds.
    #[must_use]
    #[inline]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// A span of seconds.
    #[must_use]
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(1_000))
    }

    /// A span of minutes.
    #[must_use]
    pub const fn from_mins(mins: i64) -> Self {
        Self(mins.saturating_mul(60_000))
    }

    /// A span of hours.
    #[must_use]
    pub const fn from_hours(hours: i64) -> Self {
        Self(hours.saturating_mul(3_600_000))
    }

    /// A span of days of 24 hours.
    #[must_use]
    pub const fn from_days(days: i64) -> Self {
        Self(days.saturating_mul(86_400_000))
    }

    /// The span in milliseconds.
    #[must_use]
    #[inline]
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// The span in seconds.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "a float of seconds is for showing and dividing"
    )]
    pub const fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1_000.0
    }

    /// Whether the span goes backwards.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }
}

impl Add for TimeDelta {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for TimeDelta {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Neg for TimeDelta {
    type Output = Self;

    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}

impl Mul<i64> for TimeDelta {
    type Output = Self;

    fn mul(self, times: i64) -> Self {
        Self(self.0.saturating_mul(times))
    }
}

impl Div<i64> for TimeDelta {
    type Output = Self;

    /// # Panics
    /// If `parts` is zero.
    fn div(self, parts: i64) -> Self {
        Self(self.0.saturating_div(parts))
    }
}

impl From<Duration> for TimeDelta {
    /// Whole milliseconds; longer than 292 million years saturates.
    fn from(duration: Duration) -> Self {
        Self(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX))
    }
}

impl TryFrom<TimeDelta> for Duration {
    type Error = std::num::TryFromIntError;

    /// Fails for a negative span.
    fn try_from(delta: TimeDelta) -> Result<Self, Self::Error> {
        u64::try_from(delta.0).map(Duration::from_millis)
    }
}

impl fmt::Display for TimeDelta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [(u64, &str); 5] = [
            (86_400_000, "d"),
            (3_600_000, "h"),
            (60_000, "min"),
            (1_000, "s"),
            (1, "ms"),
        ];
        let mut rest = self.0.unsigned_abs();
        let mut text = String::new();
        for (size, unit) in UNITS {
            if rest >= size {
                let space = if text.is_empty() { "" } else { " " };
                text += &format!("{space}{}{unit}", rest / size);
                rest %= size;
            }
        }
        let sign = if self.0 < 0 { "-" } else { "" };
        f.pad(&if text.is_empty() {
            "0ms".to_owned()
        } else {
            format!("{sign}{text}")
        })
    }
}

impl fmt::Debug for TimeDelta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TimeDelta({self})")
    }
}
