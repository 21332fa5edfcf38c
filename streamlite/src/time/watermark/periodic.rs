//! Watermarks that go in steps.

use super::WatermarkStrategy;
use crate::error::{Error, Result};
use crate::time::{TimeDelta, Timestamp};

/// Watermarks go in steps; see [`periodic`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Periodic<S> {
    every: TimeDelta,
    strategy: S,
}

/// The watermark of another strategy, but only in steps: at the multiples of `every` on the floor grid (…, -1s, 0s, 1s, …)
/// once the other watermark has reached them.
///
/// What it is for: where each step costs something downstream, such as a trigger that prints. It makes results later
/// by less than `every`, and more records are in time. The steps are steps of event time, so that the same records give the same
/// watermarks however fast they are read; Flink's `setAutoWatermarkInterval` is a span of the clock.
///
/// ```
/// # use streamlite::prelude::*;
/// pipeline!(
///     fn steps(at: Source<i64>, out: Sink<i64>) {
///         at.event_time(|at| *at).watermark(periodic(10s, bounded(5s))).to(out);
///     }
/// );
///
/// let mut t = steps::test();
/// let mut watermark_after = |at: i64| {
///     t.at.push(at);
///     t.report().operator("out").and_then(|out| out.watermark)
/// };
/// assert_eq!(watermark_after(24_999), Some(Timestamp::from_millis(10_000)));
/// assert_eq!(watermark_after(25_000), Some(Timestamp::from_millis(20_000)));
/// ```
#[must_use]
pub fn periodic<S>(every: TimeDelta, strategy: S) -> Periodic<S> {
    Periodic { every, strategy }
}

/// The last multiple of a span at or before a time.
#[inline]
fn multiple_until(at: Timestamp, span: TimeDelta) -> Timestamp {
    at - TimeDelta::from_millis(at.as_millis().rem_euclid(span.as_millis()))
}

impl<T, S: WatermarkStrategy<T>> WatermarkStrategy<T> for Periodic<S> {
    type State = S::State;

    fn check(&self) -> Result<()> {
        if self.every <= TimeDelta::ZERO {
            return Err(Error::setting(
                format!("periodic({}, …)", self.every),
                "a watermark cannot go in steps of no length",
                "write a duration longer than zero, or leave `periodic` away",
            ));
        }
        self.strategy.check()
    }

    #[inline]
    fn on_record(&self, state: &mut S::State, record: &T, timestamp: Timestamp) -> Option<Timestamp> {
        let watermark = self.strategy.on_record(state, record, timestamp)?;
        Some(multiple_until(watermark, self.every))
    }
}
