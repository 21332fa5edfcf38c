//! A report in the text format of Prometheus.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::instruments::Summary;
use super::metric_report::MetricValue;
use super::report::Report;
use crate::time::Timestamp;

/// Families of samples, in the order in which they were first named.
#[derive(Debug, Default)]
struct Families {
    families: Vec<Family>,
    places: BTreeMap<String, usize>,
}

/// Samples of one name, which have one type.
#[derive(Debug)]
struct Family {
    name: String,
    kind: &'static str,
    help: &'static str,
    samples: String,
}

/// The labels of a sample.
type Labels<'a> = &'a [(&'a str, &'a str)];

impl Families {
    fn of(&mut self, name: &str, kind: &'static str, help: &'static str) -> &mut Family {
        let known = self.places.get(name).copied();
        let place = match known {
            Some(place) if self.families[place].kind == kind => place,
            // Names that differ in their signs alone may be of different kinds.
            Some(_) => return self.of(&format!("{name}_{kind}"), kind, help),
            None => {
                self.places.insert(name.to_owned(), self.families.len());
                self.families.push(Family {
                    name: name.to_owned(),
                    kind,
                    help,
                    samples: String::new(),
                });
                self.families.len() - 1
            }
        };
        &mut self.families[place]
    }

    fn counter(&mut self, name: &str, help: &'static str, labels: Labels<'_>, value: u64) {
        self.of(name, "counter", help)
            .sample("", labels, &value.to_string());
    }

    fn gauge(&mut self, name: &str, help: &'static str, labels: Labels<'_>, value: f64) {
        self.of(name, "gauge", help).sample("", labels, &number(value));
    }

    /// A summary, whose values are so many times those of the unit of its name.
    fn summary(&mut self, name: &str, help: &'static str, labels: Labels<'_>, of: &Summary, unit: f64) {
        let family = self.of(name, "summary", help);
        for (quantile, value) in [("0.5", of.p50), ("0.9", of.p90), ("0.99", of.p99)] {
            let labels = [labels, &[("quantile", quantile)]].concat();
            family.sample("", &labels, &number(value * unit));
        }
        #[expect(clippy::cast_precision_loss, reason = "a sum is for showing")]
        let sum = of.mean * of.count as f64 * unit;
        family.sample("_sum", labels, &number(sum));
        family.sample("_count", labels, &of.count.to_string());
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for Family {
            name,
            kind,
            help,
            samples,
        } in &self.families
        {
            text += &format!("# HELP {name} {help}\n# TYPE {name} {kind}\n{samples}");
        }
        text
    }
}

impl Family {
    fn sample(&mut self, suffix: &str, labels: Labels<'_>, value: &str) {
        let labels = labels
            .iter()
            .map(|(name, text)| format!("{name}=\"{}\"", escaped(text)));
        let labels: Vec<String> = labels.collect();
        // Writing to a text cannot fail.
        let _ = writeln!(
            self.samples,
            "{}{suffix}{{{}}} {value}",
            self.name,
            labels.join(",")
        );
    }
}

/// The text of a label.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

/// A name that Prometheus takes.
fn plain(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    name.chars().map(plain).collect()
}

fn number(value: f64) -> String {
    if value.is_nan() {
        "NaN".to_owned()
    } else if value.is_infinite() {
        if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned()
    } else {
        value.to_string()
    }
}

#[expect(clippy::cast_precision_loss, reason = "a gauge is for showing")]
fn as_f64(value: u64) -> f64 {
    value as f64
}

impl Report {
    /// The report in the [text format of Prometheus](https://prometheus.io/docs/instrumenting/exposition_formats/): what an
    /// endpoint that it scrapes answers.
    ///
    /// The names of the engine's own metrics begin with `streamlite_`. They are labelled with the pipeline, and with the source,
    /// the statement or the sink. The user's have the names that they were given, after `streamlite_user_`, with `_` for what
    /// Prometheus does not take in a name; their label `name` has them as they are.
    ///
    /// ```
    /// use streamlite::prelude::*;
    ///
    /// pipeline!(
    ///     fn doubled(numbers: Source<u32>, out: Sink<u32>) {
    ///         numbers.map(|n| n * 2).to(out);
    ///     }
    /// );
    ///
    /// let report = doubled(CollectionSource::new([1, 2, 3]), NullSink).run()?;
    /// let text = report.to_prometheus();
    /// assert!(text.contains("streamlite_source_records_total{pipeline=\"doubled\",source=\"numbers\"} 3\n"));
    /// # Ok::<(), streamlite::Error>(())
    /// ```
    #[must_use]
    pub fn to_prometheus(&self) -> String {
        let mut families = Families::default();
        self.add_job(&mut families);
        self.add_sources(&mut families);
        self.add_operators(&mut families);
        self.add_sinks(&mut families);
        self.add_user(&mut families);
        families.text()
    }

    fn add_job(&self, to: &mut Families) {
        let labels = [("pipeline", self.name)];
        to.gauge(
            "streamlite_elapsed_seconds",
            "How long the job has run, in the runs that it goes on from, too.",
            &labels,
            self.elapsed.as_secs_f64(),
        );
        to.gauge(
            "streamlite_busy_ratio",
            "Which part of this run the job did not wait for records.",
            &labels,
            self.busy,
        );
        if let Some(checkpoints) = &self.checkpoints {
            let stored = "Checkpoints that were stored in this run.";
            to.counter(
                "streamlite_checkpoints_stored_total",
                stored,
                &labels,
                checkpoints.stored,
            );
            let failed = "Checkpoints that failed in this run.";
            to.counter(
                "streamlite_checkpoints_failed_total",
                failed,
                &labels,
                checkpoints.failed,
            );
            to.gauge(
                "streamlite_last_checkpoint_bytes",
                "How many bytes were written for the last checkpoint.",
                &labels,
                as_f64(checkpoints.last_bytes),
            );
        }
    }

    fn add_sources(&self, to: &mut Families) {
        for source in &self.sources {
            let labels = [("pipeline", self.name), ("source", source.name)];
            let records = "Records read.";
            to.counter(
                "streamlite_source_records_total",
                records,
                &labels,
                source.records,
            );
            let skipped = "Records that could not be read, and were skipped or routed to a sink.";
            to.counter(
                "streamlite_source_skipped_total",
                skipped,
                &labels,
                source.skipped,
            );
        }
    }

    fn add_operators(&self, to: &mut Families) {
        for operator in &self.operators {
            let labels = [("pipeline", self.name), ("statement", operator.name)];
            let records_in = "Records in, over all inputs.";
            to.counter(
                "streamlite_statement_records_in_total",
                records_in,
                &labels,
                operator.records_in,
            );
            let records_out = "Records out, over all outputs.";
            to.counter(
                "streamlite_statement_records_out_total",
                records_out,
                &labels,
                operator.records_out,
            );
            let late = "Records that came after their window was closed.";
            to.counter("streamlite_statement_late_total", late, &labels, operator.late);
            let dropped = "Late records that went nowhere.";
            to.counter(
                "streamlite_statement_late_dropped_total",
                dropped,
                &labels,
                operator.late_dropped,
            );
            let entries = "What is kept of keys.";
            to.gauge(
                "streamlite_statement_state_entries",
                entries,
                &labels,
                as_f64(operator.state.entries),
            );
            let bytes = "The bytes of the tables that it is in.";
            to.gauge(
                "streamlite_statement_state_bytes",
                bytes,
                &labels,
                as_f64(operator.state.bytes),
            );
            let watermark = operator
                .watermark
                .filter(|at| ![Timestamp::MIN, Timestamp::MAX].contains(at));
            if let Some(watermark) = watermark {
                to.gauge(
                    "streamlite_statement_watermark_seconds",
                    "The watermark, in seconds since 1970.",
                    &labels,
                    (watermark - Timestamp::from_millis(0)).as_secs_f64(),
                );
            }
            if let Some(lag) = operator.watermark_lag {
                to.gauge(
                    "streamlite_statement_watermark_lag_seconds",
                    "How far the watermark is behind the clock.",
                    &labels,
                    lag.as_secs_f64(),
                );
            }
        }
    }

    fn add_sinks(&self, to: &mut Families) {
        for sink in &self.sinks {
            let labels = [("pipeline", self.name), ("sink", sink.name)];
            to.counter(
                "streamlite_sink_records_total",
                "Records written.",
                &labels,
                sink.records,
            );
            if let Some(latency) = &sink.latency {
                let help = "How long it took from reading records until one that came of them was handed to the sink; samples.";
                to.summary("streamlite_sink_latency_seconds", help, &labels, latency, 0.001);
            }
        }
    }

    fn add_user(&self, to: &mut Families) {
        let help = "A metric of the job's user.";
        for metric in &self.metrics {
            let labels = [("pipeline", self.name), ("name", metric.name.as_str())];
            let name = format!("streamlite_user_{}", plain(&metric.name));
            match &metric.value {
                MetricValue::Count(count) => to.counter(&format!("{name}_total"), help, &labels, *count),
                MetricValue::Gauge(value) => to.gauge(&name, help, &labels, *value),
                MetricValue::Histogram(None) => {}
                MetricValue::Histogram(Some(summary)) => to.summary(&name, help, &labels, summary, 1.0),
                MetricValue::Meter { count, per_second } => {
                    to.counter(&format!("{name}_total"), help, &labels, *count);
                    to.gauge(&format!("{name}_per_second"), help, &labels, *per_second);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_prometheus_does_not_take_is_written_otherwise() {
        assert_eq!(escaped("a\"b\\c\nd"), "a\\\"b\\\\c\\nd");
        assert_eq!(plain("bytes read/s"), "bytes_read_s");
        let numbers = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.1, -3.0];
        assert_eq!(numbers.map(number), ["NaN", "+Inf", "-Inf", "0.1", "-3"]);
    }

    #[test]
    fn two_kinds_of_one_name_are_two_families_and_each_is_in_one_place() {
        let mut families = Families::default();
        families.gauge("a_b", "One.", &[("name", "a.b")], 1.5);
        families.counter("a_b", "Another.", &[("name", "a b")], 2);
        families.gauge("a_b", "One.", &[("name", "a_b")], 3.0);
        assert_eq!(
            families.text(),
            "# HELP a_b One.\n# TYPE a_b gauge\na_b{name=\"a.b\"} 1.5\na_b{name=\"a_b\"} 3\n\
             # HELP a_b_counter Another.\n# TYPE a_b_counter counter\na_b_counter{name=\"a b\"} 2\n"
        );
    }
}
