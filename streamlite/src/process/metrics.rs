//! The metrics that the handlers of a process count with.

use std::cell::RefCell;
use std::ptr;

use crate::metrics::{Counter, Gauge, Histogram, Meter, Metrics};

/// The metrics of a process: those of its job whose names begin with that of the statement.
#[derive(Debug)]
pub(crate) struct ProcessMetrics {
    statement: String,
    metrics: Metrics,
    counters: Known<Counter>,
    gauges: Known<Gauge>,
    histograms: Known<Histogram>,
    meters: Known<Meter>,
}

/// Those that were asked for, by the places of their names.
type Known<M> = RefCell<Vec<(&'static str, M)>>;

impl ProcessMetrics {
    pub(crate) fn new(statement: &str, metrics: Metrics) -> Self {
        Self {
            statement: statement.to_owned(),
            metrics,
            counters: RefCell::default(),
            gauges: RefCell::default(),
            histograms: RefCell::default(),
            meters: RefCell::default(),
        }
    }

    pub(super) fn counter(&self, name: &'static str) -> Counter {
        self.known(&self.counters, name, Metrics::counter)
    }

    pub(super) fn gauge(&self, name: &'static str) -> Gauge {
        self.known(&self.gauges, name, Metrics::gauge)
    }

    pub(super) fn histogram(&self, name: &'static str) -> Histogram {
        self.known(&self.histograms, name, Metrics::histogram)
    }

    pub(super) fn meter(&self, name: &'static str) -> Meter {
        self.known(&self.meters, name, Metrics::meter)
    }

    /// A handler asks for the same few at each record, by texts that are in the program once: a look at their places will do.
    fn known<M: Clone>(
        &self,
        known: &Known<M>,
        name: &'static str,
        find: impl FnOnce(&Metrics, String) -> M,
    ) -> M {
        let mut known = known.borrow_mut();
        if let Some((_, metric)) = known.iter().find(|(other, _)| ptr::eq(*other, name)) {
            return metric.clone();
        }
        let metric = find(&self.metrics, format!("{}.{name}", self.statement));
        known.push((name, metric.clone()));
        metric
    }
}

/// The methods of a context that has `metrics`.
macro_rules! metric_methods {
    () => {
        /// The counter of this name, to count with: `ctx.counter("lost").inc()`. In reports it is called by the name of the
        /// statement, too: `alerts.lost`.
        ///
        /// The first time it is looked up, afterwards it costs a few nanoseconds. See
        /// [`Metrics`](crate::metrics::Metrics) for the kinds there are. The name must be that of no other kind of metric.
        #[must_use]
        pub fn counter(&self, name: &'static str) -> crate::metrics::Counter {
            self.metrics.counter(name)
        }

        /// The gauge of this name, as [`counter`](Self::counter).
        #[must_use]
        pub fn gauge(&self, name: &'static str) -> crate::metrics::Gauge {
            self.metrics.gauge(name)
        }

        /// The histogram of this name, as [`counter`](Self::counter).
        #[must_use]
        pub fn histogram(&self, name: &'static str) -> crate::metrics::Histogram {
            self.metrics.histogram(name)
        }

        /// The meter of this name, as [`counter`](Self::counter).
        #[must_use]
        pub fn meter(&self, name: &'static str) -> crate::metrics::Meter {
            self.metrics.meter(name)
        }
    };
}

pub(super) use metric_methods;
