//! What metrics show, as values and as text.

use std::fmt;

use serde::Serialize;

use super::instruments::Summary;

/// A metric as it is now.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MetricReport {
    /// Its name.
    pub name: String,
    /// What it shows.
    pub value: MetricValue,
}

/// What a metric shows.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub enum MetricValue {
    /// Of a counter.
    Count(u64),
    /// Of a gauge.
    Gauge(f64),
    /// Of a histogram; `None` before there is a value.
    Histogram(Option<Summary>),
    /// Of a meter.
    Meter {
        /// How often it happened.
        count: u64,
        /// How often it happens a second.
        per_second: f64,
    },
}

impl fmt::Display for MetricValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MetricValue::Count(count) => write!(f, "{count}"),
            MetricValue::Gauge(value) => write!(f, "{value}"),
            MetricValue::Histogram(None) => f.write_str("no value"),
            MetricValue::Histogram(Some(summary)) => {
                let Summary {
                    count,
                    min,
                    mean,
                    p50,
                    p90,
                    p99,
                    max,
                } = summary;
                write!(
                    f,
                    "{count} values: min {min:.3}, mean {mean:.3}, p50 {p50:.3}, p90 {p90:.3}, p99 {p99:.3}, max {max:.3}"
                )
            }
            MetricValue::Meter { count, per_second } => write!(f, "{count}, {per_second:.1}/s"),
        }
    }
}

/// A line for each, their values below each other.
pub(super) fn lines(metrics: &[MetricReport]) -> String {
    let width = metrics.iter().map(|metric| metric.name.chars().count()).max();
    let width = width.unwrap_or(0);
    let lines = metrics
        .iter()
        .map(|metric| format!("{:width$}  {}\n", metric.name, metric.value));
    lines.collect()
}
