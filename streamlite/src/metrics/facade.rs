//! What a report counts, for the recorder of the `metrics` crate.

use std::collections::BTreeSet;

use metrics::{Label, counter, describe_counter, describe_gauge, gauge};

use super::instruments::Summary;
use super::report::Report;
use super::samples::{Labels, Samples};

/// Hands numbers on to the recorder that the program has installed, if it has one.
#[derive(Debug, Default)]
pub(crate) struct Facade {
    /// What was described.
    known: BTreeSet<String>,
}

impl Facade {
    /// Hands on what a report counts.
    pub(crate) fn publish(&mut self, report: &Report) {
        report.show_samples(self);
    }
}

fn owned(labels: Labels<'_>) -> Vec<Label> {
    let labels = labels.iter();
    labels
        .map(|(name, text)| Label::new((*name).to_owned(), (*text).to_owned()))
        .collect()
}

impl Samples for Facade {
    fn counter(&mut self, name: &str, help: &'static str, labels: Labels<'_>, value: u64) {
        if self.known.insert(name.to_owned()) {
            describe_counter!(name.to_owned(), help);
        }
        counter!(name.to_owned(), owned(labels)).absolute(value);
    }

    fn gauge(&mut self, name: &str, help: &'static str, labels: Labels<'_>, value: f64) {
        if self.known.insert(name.to_owned()) {
            describe_gauge!(name.to_owned(), help);
        }
        gauge!(name.to_owned(), owned(labels)).set(value);
    }

    fn summary(&mut self, name: &str, help: &'static str, labels: Labels<'_>, of: &Summary, unit: f64) {
        for (quantile, value) in [("0.5", of.p50), ("0.9", of.p90), ("0.99", of.p99)] {
            let labels = [labels, &[("quantile", quantile)]].concat();
            self.gauge(name, help, &labels, value * unit);
        }
        self.counter(&format!("{name}_count"), help, labels, of.count);
    }
}
