//! What unit timestamps look like that are taken as milliseconds.

use serde::Serialize;

use super::Timestamp;

/// A unit that numbers seem to be in, where milliseconds were meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub enum TimeUnit {
    /// As milliseconds they lie in January 1970.
    Seconds,
    /// As milliseconds they lie ten thousands of years ahead.
    Microseconds,
    /// The same, and further.
    Nanoseconds,
}

const DAY: i64 = 86_400_000;
/// 1971-01-01.
const SECONDS_BEFORE: i64 = 365 * DAY;
/// 2200-01-01.
const MICROSECONDS_FROM: i64 = 84_006 * DAY;
/// Microseconds up to the year 5138.
const NANOSECONDS_FROM: i64 = 100_000_000_000_000_000;

/// [`Timestamp::MAX`] is no number of anything.
const LAST: i64 = i64::MAX - 1;

impl TimeUnit {
    /// What unit a timestamp looks like, if it is not milliseconds: seconds of the last fifty years are a month of 1970, and
    /// the numbers of an example are smaller than a day.
    pub(crate) fn of(timestamp: Timestamp) -> Option<Self> {
        match timestamp.as_millis() {
            DAY..SECONDS_BEFORE => Some(TimeUnit::Seconds),
            MICROSECONDS_FROM..NANOSECONDS_FROM => Some(TimeUnit::Microseconds),
            NANOSECONDS_FROM..LAST => Some(TimeUnit::Nanoseconds),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_seen_by_its_numbers() {
        let unit = |millis| TimeUnit::of(Timestamp::from_millis(millis));
        for (millis, expected) in [
            (0, None),
            (-1, None),
            (DAY - 1, None),
            (DAY, Some(TimeUnit::Seconds)),
            (1_700_000_000, Some(TimeUnit::Seconds)),
            (SECONDS_BEFORE - 1, Some(TimeUnit::Seconds)),
            (SECONDS_BEFORE, None),
            (1_700_000_000_000, None),
            (MICROSECONDS_FROM - 1, None),
            (MICROSECONDS_FROM, Some(TimeUnit::Microseconds)),
            (1_700_000_000_000_000, Some(TimeUnit::Microseconds)),
            (NANOSECONDS_FROM - 1, Some(TimeUnit::Microseconds)),
            (1_700_000_000_000_000_000, Some(TimeUnit::Nanoseconds)),
            (i64::MAX, None),
            (i64::MIN, None),
        ] {
            assert_eq!(unit(millis), expected, "{millis}");
        }
        assert_eq!(
            Timestamp::from_millis(SECONDS_BEFORE).to_string(),
            "1971-01-01T00:00:00Z"
        );
        assert_eq!(
            Timestamp::from_millis(MICROSECONDS_FROM).to_string(),
            "2200-01-01T00:00:00Z"
        );
    }
}
