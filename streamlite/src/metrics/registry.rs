//! The metrics of a job's user: by name, to be read while the job runs.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::instruments::{Counter, Gauge, Histogram, Meter};
use super::metric_report::{MetricReport, MetricValue, lines};
use crate::time::{Clock, SystemClock};

/// Metrics by name: counters, gauges, histograms and meters, which closures count with and any thread reads. Its clones are the
/// same.
///
/// A closure takes what it counts with as a parameter of the pipeline; a handler of a process asks its context, as by
/// [`ctx.counter("lost")`](crate::process::ProcessContext::counter), and the name has that of the statement before it then.
/// What is given to [`Job::metrics`](crate::Job::metrics) is in the report of the job.
///
/// ```
/// use streamlite::metrics::{Counter, Metrics};
/// use streamlite::prelude::*;
///
/// pipeline!(
///     fn shorten(words: Source<String>, long: Counter, out: Sink<String>) {
///         words.inspect(|word| if word.len() > 4 { long.inc() }).to(out);
///     }
/// );
///
/// let metrics = Metrics::new();
/// let words = ["to", "be", "question"].map(str::to_owned);
/// let job = shorten(from(words), metrics.counter("long words"), NullSink);
/// let report = job.metrics(&metrics).run()?;
/// assert_eq!(metrics.counter("long words").get(), 1);
/// assert!(report.to_string().contains("long words  1"));
/// # Ok::<(), streamlite::Error>(())
/// ```
///
/// Metrics are not part of a checkpoint: a job that is restored begins to count anew.
#[derive(Clone)]
pub struct Metrics {
    clock: Arc<dyn Clock>,
    named: Arc<Mutex<BTreeMap<String, Metric>>>,
}

/// One of them.
#[derive(Clone, Debug)]
enum Metric {
    Counter(Counter),
    Gauge(Gauge),
    Histogram(Histogram),
    Meter(Meter),
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// No metrics yet.
    #[must_use]
    pub fn new() -> Self {
        Self::by_clock(SystemClock::new())
    }

    /// The same, with meters that go by a clock: tests move it by hand.
    #[must_use]
    pub fn by_clock(clock: impl Clock + 'static) -> Self {
        Self {
            clock: Arc::new(clock),
            named: Arc::default(),
        }
    }

    fn named(&self) -> MutexGuard<'_, BTreeMap<String, Metric>> {
        self.named.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The counter of this name, which is new if there is none.
    ///
    /// # Panics
    /// If the name is that of a metric of another kind, as in all of these methods.
    #[must_use]
    pub fn counter(&self, name: impl Into<String>) -> Counter {
        let name = name.into();
        match self.find(&name, || Metric::Counter(Counter::default())) {
            Metric::Counter(counter) => counter,
            other => other.refused(&name, "counter"),
        }
    }

    /// The gauge of this name, which is new if there is none.
    #[must_use]
    pub fn gauge(&self, name: impl Into<String>) -> Gauge {
        let name = name.into();
        match self.find(&name, || Metric::Gauge(Gauge::default())) {
            Metric::Gauge(gauge) => gauge,
            other => other.refused(&name, "gauge"),
        }
    }

    /// The histogram of this name, which is new if there is none.
    #[must_use]
    pub fn histogram(&self, name: impl Into<String>) -> Histogram {
        let name = name.into();
        match self.find(&name, || Metric::Histogram(Histogram::default())) {
            Metric::Histogram(histogram) => histogram,
            other => other.refused(&name, "histogram"),
        }
    }

    /// The meter of this name, which is new if there is none.
    #[must_use]
    pub fn meter(&self, name: impl Into<String>) -> Meter {
        let name = name.into();
        match self.find(&name, || Metric::Meter(Meter::new(Arc::clone(&self.clock)))) {
            Metric::Meter(meter) => meter,
            other => other.refused(&name, "meter"),
        }
    }

    fn find(&self, name: &str, new: impl FnOnce() -> Metric) -> Metric {
        let mut named = self.named();
        if let Some(known) = named.get(name) {
            return known.clone();
        }
        let metric = new();
        named.insert(name.to_owned(), metric.clone());
        metric
    }

    /// All of them as they are now, in the order of their names.
    #[must_use]
    pub fn report(&self) -> Vec<MetricReport> {
        let named = self.named().clone();
        let reports = named.into_iter().map(|(name, metric)| MetricReport {
            name,
            value: metric.value(),
        });
        reports.collect()
    }
}

impl Metric {
    #[cold]
    fn refused(&self, name: &str, wanted: &str) -> ! {
        let kind = match self {
            Metric::Counter(_) => "counter",
            Metric::Gauge(_) => "gauge",
            Metric::Histogram(_) => "histogram",
            Metric::Meter(_) => "meter",
        };
        panic!("the metric `{name}` is a {kind}, and no {wanted}: give each its own name");
    }

    fn value(&self) -> MetricValue {
        match self {
            Metric::Counter(counter) => MetricValue::Count(counter.get()),
            Metric::Gauge(gauge) => MetricValue::Gauge(gauge.get()),
            Metric::Histogram(histogram) => MetricValue::Histogram(histogram.summary()),
            Metric::Meter(meter) => MetricValue::Meter {
                count: meter.count(),
                per_second: meter.per_second(),
            },
        }
    }
}

/// On a line each.
impl fmt::Display for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&lines(&self.report()))
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.named().iter()).finish()
    }
}
