//! What counts and measures: counters, gauges, histograms and meters.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use sketches_ddsketch::{Config, DDSketch};

use crate::time::{Clock, TimeDelta, Timestamp};

/// Counts what happens; its clones are the same counter.
#[derive(Clone, Default)]
pub struct Counter(Arc<AtomicU64>);

impl Counter {
    /// Counts one.
    #[inline]
    pub fn inc(&self) {
        self.add(1);
    }

    /// Counts so many.
    #[inline]
    pub fn add(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    /// What was counted.
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A number that goes up and down; its clones are the same gauge. 0 before it is set.
#[derive(Clone, Default)]
pub struct Gauge(Arc<AtomicU64>);

impl Gauge {
    /// Sets it.
    #[inline]
    pub fn set(&self, value: f64) {
        self.0.store(value.to_bits(), Ordering::Relaxed);
    }

    /// What it was set to last.
    #[must_use]
    pub fn get(&self) -> f64 {
        f64::from_bits(self.0.load(Ordering::Relaxed))
    }
}

/// How values are distributed: how many there were, the least and the greatest, and quantiles, each within 1 % of a value that
/// was there. Its clones are the same histogram. Its size depends on the range of the values, not on their number.
#[derive(Clone)]
pub struct Histogram(Arc<Mutex<DDSketch>>);

impl Default for Histogram {
    fn default() -> Self {
        // Enough buckets for every finite number; there are only as many as the values ask for.
        let config = Config::new(0.01, 1 << 17, f64::MIN_POSITIVE);
        Self(Arc::new(Mutex::new(DDSketch::new(config))))
    }
}

impl Histogram {
    fn sketch(&self) -> MutexGuard<'_, DDSketch> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a value; NaN and the infinite are none, and left out.
    pub fn record(&self, value: f64) {
        if value.is_finite() {
            self.sketch().add(value);
        }
    }

    /// What it has now; `None` before there is a value.
    #[must_use]
    pub fn summary(&self) -> Option<Summary> {
        let sketch = self.sketch();
        let quantile = |q| sketch.quantile(q).ok().flatten();
        let sum = sketch.sum()?;
        let count = sketch.count();
        #[expect(clippy::cast_precision_loss, reason = "a mean is for showing")]
        let mean = sum / count as f64;
        Some(Summary {
            count: count as u64,
            min: sketch.min()?,
            mean,
            p50: quantile(0.5)?,
            p90: quantile(0.9)?,
            p99: quantile(0.99)?,
            max: sketch.max()?,
        })
    }
}

/// What a [`Histogram`] has.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Summary {
    /// How many values there were.
    pub count: u64,
    /// The least.
    pub min: f64,
    /// Their mean.
    pub mean: f64,
    /// The one in the middle of them in their order; of two in the middle the lesser.
    pub p50: f64,
    /// The one at nine tenths of the way from the least to the greatest in their order, or the last one before it.
    pub p90: f64,
    /// The one at 99 hundredths of the way, likewise.
    pub p99: f64,
    /// The greatest.
    pub max: f64,
}

/// How often something happens: the number, and the rate of the last minute or so. Its clones are the same meter.
///
/// Reading the clock costs some 25 ns: where that counts, mark many at once, or use a [`Counter`].
#[derive(Clone)]
pub struct Meter {
    clock: Arc<dyn Clock>,
    state: Arc<Mutex<MeterState>>,
}

/// After so long a rate is brought up to date.
const STEP: TimeDelta = TimeDelta::from_secs(5);
/// By what a rate moves towards that of one step, so that a minute counts most: 1 − e^(−5 s / 60 s).
const WEIGHT: f64 = 0.079_955_585_370_677_25;

struct MeterState {
    count: u64,
    started: Timestamp,
    /// When the present step began, and what was counted since.
    step: Timestamp,
    in_step: u64,
    /// The rate up to that step.
    rate: Option<f64>,
}

impl Meter {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        let now = clock.now();
        let state = MeterState {
            count: 0,
            started: now,
            step: now,
            in_step: 0,
            rate: None,
        };
        Self {
            clock,
            state: Arc::new(Mutex::new(state)),
        }
    }

    fn up_to_date(&self) -> (MutexGuard<'_, MeterState>, Timestamp) {
        let now = self.clock.now();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.move_to(now);
        (state, now)
    }

    /// It happened once.
    pub fn mark(&self) {
        self.mark_many(1);
    }

    /// It happened so often.
    pub fn mark_many(&self, count: u64) {
        let (mut state, _) = self.up_to_date();
        state.count += count;
        state.in_step += count;
    }

    /// How often it happened.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.up_to_date().0.count
    }

    /// How often it happens a second: in the last minute, of which the last seconds count most; in the first five seconds so far.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a rate is for showing")]
    pub fn per_second(&self) -> f64 {
        let (state, now) = self.up_to_date();
        let so_far = (now - state.started).as_secs_f64();
        state.rate.unwrap_or(if so_far > 0.0 {
            state.count as f64 / so_far
        } else {
            0.0
        })
    }
}

impl MeterState {
    #[expect(clippy::cast_precision_loss, reason = "a rate is for showing")]
    fn move_to(&mut self, now: Timestamp) {
        let steps = (now - self.step).as_millis() / STEP.as_millis();
        if steps <= 0 {
            return;
        }
        let of_step = self.in_step as f64 / STEP.as_secs_f64();
        let rate = self.rate.map_or(of_step, |rate| rate + WEIGHT * (of_step - rate));
        // In the steps after it nothing happened.
        let quiet = i32::try_from(steps - 1).unwrap_or(i32::MAX);
        self.rate = Some(rate * (1.0 - WEIGHT).powi(quiet));
        self.step += TimeDelta::from_millis(steps.saturating_mul(STEP.as_millis()));
        self.in_step = 0;
    }
}

macro_rules! shown {
    ($($instrument:ident: $value:expr;)*) => {$(
        impl fmt::Debug for $instrument {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let value = $value;
                f.debug_tuple(stringify!($instrument)).field(&value(self)).finish()
            }
        }
    )*};
}

shown! {
    Counter: Counter::get;
    Gauge: Gauge::get;
    Histogram: Histogram::summary;
    Meter: Meter::count;
}
