//! How far apart in time two rows may be that match.

use std::ops::{Range, RangeInclusive};

use crate::error::Error;
use crate::time::{TimeDelta, Timestamp};

/// How much later than the left row the right row of a pair may be, both bounds included; Flink's `between`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// At least so much; less than zero is earlier.
    pub(crate) lower: TimeDelta,
    /// At most so much.
    pub(crate) upper: TimeDelta,
}

/// What [`within`](crate::flow::Join::within) takes: `-5min..=10min`, or `0s..10min`, whose end is excluded.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say how far apart two rows may be",
    label = "no range of durations with two ends",
    note = "write a range of durations, `within(-5min..=10min)`: how much later than its left row a right row may be"
)]
pub trait IntoBounds {
    /// Both bounds included.
    fn into_bounds(self) -> Bounds;
}

impl IntoBounds for RangeInclusive<TimeDelta> {
    fn into_bounds(self) -> Bounds {
        let (lower, upper) = self.into_inner();
        Bounds { lower, upper }
    }
}

impl IntoBounds for Range<TimeDelta> {
    fn into_bounds(self) -> Bounds {
        Bounds {
            lower: self.start,
            upper: self.end - MILLISECOND,
        }
    }
}

/// The smallest step of time.
const MILLISECOND: TimeDelta = TimeDelta::from_millis(1);

impl Bounds {
    /// # Errors
    /// If no two rows can be so far apart.
    pub(crate) fn check(self) -> Result<Self, Error> {
        // So that the same bounds can be seen from the other side.
        let lower = self.lower.max(-TimeDelta::MAX);
        if lower <= self.upper {
            return Ok(Self { lower, ..self });
        }
        Err(Error::setting(
            format!("a join within {}..={}", self.lower, self.upper),
            "the range is empty: no two rows match",
            "write the lower bound first, such as `within(-5min..=10min)`",
        ))
    }

    /// The same, seen from the right row.
    pub(crate) fn reversed(self) -> Self {
        Self {
            lower: -self.upper,
            upper: -self.lower,
        }
    }

    /// The first and the last timestamp of the rows that match one of this time; `None` if there are none.
    #[inline]
    pub(crate) fn around(self, at: Timestamp) -> Option<(Timestamp, Timestamp)> {
        match (plus(at, self.lower), plus(at, self.upper)) {
            (Sum::After, _) | (_, Sum::Before) => None,
            (first, last) => Some((first.clamped(), last.clamped())),
        }
    }

    /// The first watermark at which no further row can match one of this time.
    #[inline]
    pub(crate) fn over_at(self, at: Timestamp) -> Timestamp {
        match plus(at, self.upper) {
            Sum::Before => Timestamp::MIN,
            Sum::At(last) => last + MILLISECOND,
            Sum::After => Timestamp::MAX,
        }
    }

    /// The time of the earliest rows that can match further ones at a watermark; `None` if no row can.
    pub(crate) fn still_at(self, watermark: Timestamp) -> Option<Timestamp> {
        match plus(watermark, -self.upper) {
            // The last watermark: nothing comes.
            _ if watermark == Timestamp::MAX => None,
            Sum::Before => Some(Timestamp::MIN),
            Sum::At(first) => Some(first),
            Sum::After => None,
        }
    }

    /// By how much what is emitted alone may be behind the watermark.
    pub(crate) fn delay(self) -> TimeDelta {
        self.upper.max(TimeDelta::ZERO)
    }
}

/// A sum that may lie beyond the ends of time.
#[derive(Clone, Copy)]
enum Sum {
    Before,
    At(Timestamp),
    After,
}

#[inline]
fn plus(at: Timestamp, delta: TimeDelta) -> Sum {
    match at.as_millis().checked_add(delta.as_millis()) {
        Some(sum) => Sum::At(Timestamp::from_millis(sum)),
        None if delta < TimeDelta::ZERO => Sum::Before,
        None => Sum::After,
    }
}

impl Sum {
    #[inline]
    fn clamped(self) -> Timestamp {
        match self {
            Sum::Before => Timestamp::MIN,
            Sum::At(sum) => sum,
            Sum::After => Timestamp::MAX,
        }
    }
}
