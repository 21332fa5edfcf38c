//! A report for people to read: a table, and what to write where records were lost.

use std::fmt;

use super::instruments::Summary;
use super::metric_report::lines;
use super::report::{CheckpointReport, Report};
use super::state_size::StateSize;
use super::text_table::{TextTable, reached};
use super::unmatched::Unmatched;
use crate::time::TimeUnit;

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.headline())?;
        write!(f, "{}", self.table())?;
        if let Some(checkpoints) = &self.checkpoints {
            writeln!(f, "{checkpoints}")?;
        }
        f.write_str(&lines(&self.metrics))?;
        for advice in self.advice() {
            writeln!(f, "{advice}")?;
        }
        Ok(())
    }
}

/// In a line or two: where the job went on, what it stored, and what went wrong.
impl fmt::Display for CheckpointReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.resumed_from {
            Some(epoch) => write!(f, "resumed from checkpoint {epoch}")?,
            None => f.write_str("started anew")?,
        }
        let count = |number: u64| match number {
            1 => "1 checkpoint".to_owned(),
            number => format!("{} checkpoints", counted(number)),
        };
        match &self.last {
            Some(last) => write!(f, ", stored {}, the last is {last}", count(self.stored))?,
            None => f.write_str(", stored no checkpoint")?,
        }
        if let Some(error) = &self.last_error {
            write!(
                f,
                "\n{} failed, whose contents came with the next one: {error}",
                count(self.failed)
            )?;
        }
        for damaged in &self.quarantined {
            write!(f, "\na damaged checkpoint was put aside: {damaged}")?;
        }
        for (sink, epoch) in &self.duplicates {
            write!(
                f,
                "\nwhat `{sink}` had committed up to {epoch} may be there twice"
            )?;
        }
        if let Some(damaged) = &self.mended {
            write!(f, "\na damaged file was written again from its copy: {damaged}")?;
        }
        Ok(())
    }
}

impl Report {
    pub(super) fn headline(&self) -> String {
        let records = counted(self.records_read());
        let seconds = self.elapsed.as_secs_f64();
        let rate = match rate(self.records_per_second(), " records/s") {
            rate if rate.is_empty() => rate,
            rate => format!(", {rate}"),
        };
        let busy = match (self.busy * 100.0).round() {
            percent if percent < 100.0 => format!(", busy {percent:.0} % of the time"),
            _ => String::new(),
        };
        format!("{}: {records} records in {seconds:.3} s{rate}{busy}", self.name)
    }

    fn table(&self) -> TextTable {
        let mut table = TextTable::new(&[
            "",
            "",
            "",
            "in",
            "out",
            "late",
            "skipped",
            "watermark",
            "state",
            "latency",
        ]);
        let none = String::new;
        for source in &self.sources {
            table.row([
                "source".to_owned(),
                source.name.to_owned(),
                source.description.clone(),
                none(),
                counted(source.records),
                none(),
                some(source.skipped),
                none(),
                none(),
                none(),
            ]);
        }
        for operator in &self.operators {
            table.row([
                "operator".to_owned(),
                operator.name.to_owned(),
                operator.operators.join(" → "),
                counted(operator.records_in),
                counted(operator.records_out),
                some(operator.late),
                none(),
                operator.watermark.map(reached).unwrap_or_default(),
                kept(operator.state),
                none(),
            ]);
        }
        for sink in &self.sinks {
            table.row([
                "sink".to_owned(),
                sink.name.to_owned(),
                sink.description.clone(),
                counted(sink.records),
                none(),
                none(),
                none(),
                none(),
                none(),
                sink.latency.as_ref().map(waited).unwrap_or_default(),
            ]);
        }
        table
    }

    /// What to write where records were lost.
    fn advice(&self) -> Vec<String> {
        let late = self.operators.iter().filter(|operator| operator.late_dropped > 0).map(|operator| {
            format!(
                "{} of `{}` {}: give more time with `.allowed_lateness(…)` or a longer `bounded(…)`, or keep what is late with \
                 `let (results, late) = ….with_late()`",
                records(operator.late_dropped),
                operator.name,
                if operator.late_dropped == 1 {
                    "came after its window was closed and is in no result"
                } else {
                    "came after their window was closed and are in no result"
                }
            )
        });
        let gaps = self.operators.iter().filter(|operator| operator.in_gaps > 0).map(|operator| {
            format!(
                "{} of `{}` came between two windows and {} in no result: a slide that is longer than the window leaves gaps",
                records(operator.in_gaps),
                operator.name,
                if operator.in_gaps == 1 { "is" } else { "are" },
            )
        });
        let ahead = self.operators.iter().filter(|operator| operator.ahead_of_clock > 0).map(|operator| {
            format!(
                "{} of `{}` {}: mend the clock that stamps them, or allow more with `.max_future_skew(…)`",
                records(operator.ahead_of_clock),
                operator.name,
                if operator.ahead_of_clock == 1 {
                    "was further ahead of the clock than is likely, and did not move the watermark"
                } else {
                    "were further ahead of the clock than is likely, and did not move the watermark"
                }
            )
        });
        let skipped = self.sources.iter().filter(|source| source.skipped > 0).map(|source| {
            let (count, name) = (records(source.skipped), source.name);
            if source.routed.is_some() {
                return format!("{count} of `{name}` could not be read, and went where `on_error` says");
            }
            let verb = if source.skipped == 1 { "was" } else { "were" };
            format!("{count} of `{name}` could not be read and {verb} left out: see which with `.on_error(Route(sink))`")
        });
        let unmatched = self
            .sources
            .iter()
            .filter_map(|source| unmatched(source.name, &source.unmatched));
        let units = self.operators.iter().filter_map(|operator| {
            let (unit, function) = match operator.times_look_like? {
                TimeUnit::Seconds => ("seconds", "from_secs"),
                TimeUnit::Microseconds => ("microseconds", "from_micros"),
                TimeUnit::Nanoseconds => ("nanoseconds", "from_nanos"),
            };
            Some(format!(
                "the timestamps of `{}` look like {unit}, and are taken as milliseconds: write `Timestamp::{function}(…)` in \
                 `.event_time(…)`",
                operator.name
            ))
        });
        late.chain(gaps)
            .chain(ahead)
            .chain(units)
            .chain(skipped)
            .chain(unmatched)
            .collect()
    }
}

/// What looks like a misspelling: a field that is never there, beside columns that nothing asks for.
fn unmatched(source: &str, names: &Unmatched) -> Option<String> {
    let quoted = |names: &[String]| format!("`{}`", names.join("`, `"));
    if names.fields.is_empty() {
        return None;
    }
    let mut text = format!("{} was in no record of `{source}`", quoted(&names.fields));
    if !names.columns.is_empty() {
        text += &format!("; {} was taken by no field", quoted(&names.columns));
    }
    Some(text)
}

/// How many entries a state has, and how large its tables are; nothing if it is empty.
pub(super) fn kept(state: StateSize) -> String {
    if state.entries == 0 {
        return String::new();
    }
    let (mut size, mut unit) = (state.bytes as f64, "B");
    for larger in ["KB", "MB", "GB"] {
        if size >= 999.5 {
            (size, unit) = (size / 1_000.0, larger);
        }
    }
    let size = grouped(&format!("{size:.0}"));
    format!("{} ({size} {unit})", counted(state.entries))
}

/// How long nearly all samples took; nothing while there are too few to say so.
fn waited(latency: &Summary) -> String {
    const ENOUGH: u64 = 10;
    if latency.count < ENOUGH {
        return String::new();
    }
    format!("p50 {:.1} ms, p99 {:.1} ms", latency.p50, latency.p99)
}

/// A count, or nothing if it is zero.
fn some(count: u64) -> String {
    if count == 0 { String::new() } else { counted(count) }
}

/// `1 record`, `2,000 records`.
fn records(count: u64) -> String {
    format!(
        "{} {}",
        counted(count),
        if count == 1 { "record" } else { "records" }
    )
}

/// So many records each second, with a unit behind it; empty if there are none.
pub(super) fn rate(per_second: f64, unit: &str) -> String {
    if per_second > 0.0 {
        format!("{}{unit}", grouped(&format!("{per_second:.0}")))
    } else {
        String::new()
    }
}

pub(super) fn counted(count: u64) -> String {
    grouped(&count.to_string())
}

/// Digits in groups of three: `1,234,567`.
fn grouped(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Histogram;

    #[test]
    fn sizes_are_in_units_that_are_read_at_a_glance() {
        let size = |entries, bytes| kept(StateSize::new(entries, bytes));
        assert_eq!(size(0, 4_096), "", "an empty table is no state");
        assert_eq!(size(1, 24), "1 (24 B)");
        assert_eq!(size(2, 999), "2 (999 B)");
        assert_eq!(size(3, 1_000), "3 (1 KB)");
        assert_eq!(size(1_000, 999_499), "1,000 (999 KB)");
        assert_eq!(size(1_000, 999_500), "1,000 (1 MB)");
        assert_eq!(size(1_000_000, 4_000_000_000_000), "1,000,000 (4,000 GB)");
    }

    #[test]
    fn latency_is_shown_where_there_are_enough_samples() {
        let taken = Histogram::default();
        for took in 1..=9 {
            taken.record(f64::from(took));
        }
        assert_eq!(waited(&taken.summary().expect("there are some")), "");
        taken.record(10.0);
        assert_eq!(
            waited(&taken.summary().expect("there are some")),
            "p50 5.0 ms, p99 8.9 ms",
            "within a hundredth"
        );
    }
}
