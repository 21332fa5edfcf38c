//! What a report counts, one number at a time, for systems that collect numbers.

use super::instruments::Summary;
use super::metric_report::MetricValue;
use super::report::Report;
use crate::time::Timestamp;

/// The labels of a number.
pub(super) type Labels<'a> = &'a [(&'a str, &'a str)];

/// Takes numbers.
pub(super) trait Samples {
    /// What only grows.
    fn counter(&mut self, name: &str, help: &'static str, labels: Labels<'_>, value: u64);

    /// What goes up and down.
    fn gauge(&mut self, name: &str, help: &'static str, labels: Labels<'_>, value: f64);

    /// A summary, whose values are so many times those of the unit of its name.
    fn summary(&mut self, name: &str, help: &'static str, labels: Labels<'_>, of: &Summary, unit: f64);
}

/// A name that Prometheus takes.
fn plain(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    name.chars().map(plain).collect()
}

#[expect(clippy::cast_precision_loss, reason = "a gauge is for showing")]
fn as_f64(value: u64) -> f64 {
    value as f64
}

impl Report {
    /// Shows all that it counts.
    pub(super) fn show_samples(&self, to: &mut impl Samples) {
        self.add_job(to);
        self.add_sources(to);
        self.add_operators(to);
        self.add_sinks(to);
        self.add_user(to);
    }

    fn add_job(&self, to: &mut impl Samples) {
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

    fn add_sources(&self, to: &mut impl Samples) {
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

    fn add_operators(&self, to: &mut impl Samples) {
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

    fn add_sinks(&self, to: &mut impl Samples) {
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

    fn add_user(&self, to: &mut impl Samples) {
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
    fn names_have_no_other_signs() {
        assert_eq!(plain("bytes read/s"), "bytes_read_s");
    }
}
