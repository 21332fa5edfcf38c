//! Where the time of day comes from: nothing else calls `now()`.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use super::{TimeDelta, Timestamp};

/// The clock of a job: the time of day, and the passing of time.
///
/// A job has [`SystemClock`]; a test has [`ManualClock`], which moves only when it is told to.
pub trait Clock: Send + Sync + fmt::Debug {
    /// The time of day. It never goes back, even where the computer's clock is set back.
    fn now(&self) -> Timestamp;

    /// Lets at most `span` pass; returns at once where time only moves by hand.
    fn wait(&self, span: TimeDelta);

    /// How much time has passed since some moment that stays the same: for spans that are shorter than a millisecond. It is the
    /// time of day unless the clock knows better.
    fn elapsed(&self) -> Duration {
        Duration::from_millis(self.now().as_millis().max(0).unsigned_abs())
    }

    /// Whether time moves by hand, so that waiting does not let it pass.
    fn is_manual(&self) -> bool {
        false
    }
}

/// The computer's clock.
///
/// It is read once, and time passes from there by the monotonic clock, so that a clock that is set back neither
/// fires a timer twice nor holds one back.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    started: Timestamp,
    since: Instant,
}

impl SystemClock {
    /// The clock, read now.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place where time is read")]
    pub fn new() -> Self {
        Self {
            started: SystemTime::now().into(),
            since: Instant::now(),
        }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        self.started + self.since.elapsed().into()
    }

    fn elapsed(&self) -> Duration {
        self.since.elapsed()
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that sleeps")]
    fn wait(&self, span: TimeDelta) {
        if let Ok(span) = Duration::try_from(span) {
            std::thread::sleep(span);
        }
    }
}

/// A clock that moves by hand; its clones are the same clock.
///
/// ```
/// use streamlite::time::{Clock, ManualClock};
/// use streamlite::TimeDelta;
///
/// let clock = ManualClock::default();
/// let before = clock.now();
/// clock.advance(TimeDelta::from_secs(30));
/// assert_eq!(clock.now() - before, TimeDelta::from_secs(30));
/// ```
#[derive(Clone, Debug, Default)]
pub struct ManualClock {
    millis: Arc<AtomicI64>,
}

impl ManualClock {
    /// A clock that shows `now`.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self {
            millis: Arc::new(AtomicI64::new(now.as_millis())),
        }
    }

    /// Lets `span` pass; a negative span is no time.
    pub fn advance(&self, span: TimeDelta) {
        self.millis.fetch_add(span.as_millis().max(0), Ordering::Relaxed);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.millis.load(Ordering::Relaxed))
    }

    fn wait(&self, _span: TimeDelta) {}

    fn is_manual(&self) -> bool {
        true
    }
}
