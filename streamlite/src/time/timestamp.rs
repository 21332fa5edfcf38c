//! A point in time.

use std::fmt;
use std::ops::{Add, AddAssign, Sub, SubAssign};
use std::str::FromStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::TimeDelta;

/// A point in time: milliseconds since 1970-01-01T00:00:00Z, negative before.
///
/// Arithmetic saturates at [`MIN`](Self::MIN) and [`MAX`](Self::MAX), so that no timestamp of a record can make a
/// window wrap around. It is printed as RFC 3339 where a calendar knows the year, else in milliseconds.
///
/// In CSV and JSON a field of this type is a whole number of milliseconds, or a text as RFC 3339 has it, with an offset:
/// `2023-11-14T22:13:20Z`, `2023-11-14T23:13:20.5+01:00`. What is smaller than a millisecond is cut off, towards the past. It is
/// written as a number. Seconds are no milliseconds: read them as numbers, and make timestamps of them by
/// [`from_secs`](Self::from_secs).
///
/// ```
/// use streamlite::{TimeDelta, Timestamp};
///
/// let start = Timestamp::from_millis(1_700_000_000_000);
/// assert_eq!((start + TimeDelta::from_secs(5)).to_string(), "2023-11-14T22:13:25Z");
/// assert_eq!(Timestamp::MAX + TimeDelta::from_secs(5), Timestamp::MAX);
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
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

    /// The point so many seconds after 1970-01-01T00:00:00Z, or the last one there is.
    ///
    /// ```
    /// # use streamlite::Timestamp;
    /// assert_eq!(Timestamp::from_secs(1_700_000_000).to_string(), "2023-11-14T22:13:20Z");
    /// ```
    #[must_use]
    #[inline]
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(1000))
    }

    /// The point so many microseconds after 1970-01-01T00:00:00Z, to the millisecond before it.
    #[must_use]
    #[inline]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros.div_euclid(1000))
    }

    /// The point so many nanoseconds after 1970-01-01T00:00:00Z, to the millisecond before it.
    #[must_use]
    #[inline]
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos.div_euclid(1_000_000))
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

/// A text that is no point in time in the notation that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no time: a time is written {how}")]
pub struct ParseTimestampError {
    text: String,
    how: String,
}

impl ParseTimestampError {
    pub(super) fn new(text: &str, how: impl fmt::Display) -> Self {
        Self {
            text: text.escape_debug().take(LONGEST_SHOWN).collect(),
            how: how.to_string(),
        }
    }
}

/// A point of the calendar, to the millisecond before it.
pub(super) fn of_calendar(read: jiff::Timestamp) -> Timestamp {
    // What the calendar knows is less than ten thousand years.
    let millis = read.as_nanosecond().div_euclid(1_000_000);
    Timestamp::from_millis(i64::try_from(millis).unwrap_or(i64::MAX))
}

/// So much of a text is shown in an error.
const LONGEST_SHOWN: usize = 60;

/// Reads what RFC 3339 calls a date-time.
///
/// ```
/// # use streamlite::Timestamp;
/// let time: Timestamp = "2023-11-14T23:13:20.5+01:00".parse()?;
/// assert_eq!(time.as_millis(), 1_700_000_000_500);
/// assert!("2023-11-14 at noon".parse::<Timestamp>().is_err());
/// # Ok::<(), streamlite::time::ParseTimestampError>(())
/// ```
impl FromStr for Timestamp {
    type Err = ParseTimestampError;

    fn from_str(text: &str) -> Result<Self, ParseTimestampError> {
        let read = text.parse::<jiff::Timestamp>();
        let how = "as RFC 3339 has it, with an offset, such as `2023-11-14T22:13:20Z`";
        read.map(of_calendar)
            .map_err(|_| ParseTimestampError::new(text, how))
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        if from.is_human_readable() {
            from.deserialize_any(ReadTimestamp)
        } else {
            i64::deserialize(from).map(Self)
        }
    }
}

/// Takes a number or a text.
struct ReadTimestamp;

impl Visitor<'_> for ReadTimestamp {
    type Value = Timestamp;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a time: milliseconds since 1970, or a text as RFC 3339 has it, such as `2023-11-14T22:13:20Z`",
        )
    }

    fn visit_i64<E: Error>(self, millis: i64) -> Result<Timestamp, E> {
        Ok(Timestamp(millis))
    }

    fn visit_u64<E: Error>(self, millis: u64) -> Result<Timestamp, E> {
        let millis = i64::try_from(millis);
        millis
            .map(Timestamp)
            .map_err(|_| E::invalid_value(Unexpected::Other("a greater number"), &self))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Timestamp, E> {
        text.parse().map_err(E::custom)
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
