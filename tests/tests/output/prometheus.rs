//! A report in the text format of Prometheus, read by rules that are stricter than its own.

use std::collections::{BTreeMap, BTreeSet};

use streamlite::metrics::Metrics;
use streamlite::prelude::*;

pipeline!(
    fn measured(numbers: Source<(u32, i64)>, out: Sink<(u32, u64)>) {
        let timed = numbers.event_time(|n| n.1);
        let counts = timed.key_by(|n| n.0).window(tumbling(1s)).count();
        counts.map(|count| (count.key, count.value)).to(out);
    }
);

/// What a text says: the type of each family, and the value of each sample, by its name and its labels as they are written.
#[derive(Default)]
struct Read {
    types: BTreeMap<String, String>,
    samples: BTreeMap<String, f64>,
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The end of the labels of a sample, behind quotes in which anything may stand.
fn end_of_labels(text: &str) -> usize {
    let (mut is_quoted, mut is_escaped) = (false, false);
    for (place, c) in text.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            '}' if !is_quoted => return place,
            _ => {}
        }
    }
    panic!("the labels of {text} do not end");
}

fn read(text: &str) -> Read {
    let mut read = Read::default();
    let mut family = String::new();
    let mut seen = BTreeSet::new();
    assert!(text.ends_with('\n'));
    for line in text.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, help) = help.split_once(' ').expect("it has a text");
            assert!(is_name(name) && !help.is_empty(), "{line}");
            assert!(seen.insert(name.to_owned()), "{name} is in two places");
            name.clone_into(&mut family);
        } else if let Some(kind) = line.strip_prefix("# TYPE ") {
            let (name, kind) = kind.split_once(' ').expect("it has a type");
            assert_eq!(name, family);
            assert!(["counter", "gauge", "summary"].contains(&kind), "{line}");
            assert_eq!(kind == "counter", name.ends_with("_total"), "{line}");
            read.types.insert(name.to_owned(), kind.to_owned());
        } else {
            let (name, rest) = line.split_once('{').expect("it has labels");
            let suffix = name
                .strip_prefix(&family)
                .unwrap_or_else(|| panic!("{line} is in {family}"));
            let is_summary = read.types[&family] == "summary";
            assert!(
                suffix.is_empty() || (is_summary && ["_sum", "_count"].contains(&suffix)),
                "{line}"
            );
            let (labels, value) = rest.split_at(end_of_labels(rest));
            let value = value.strip_prefix("} ").expect("it has a value");
            let value = value.parse().unwrap_or_else(|_| panic!("{value} is a number"));
            let sample = format!("{name}{{{labels}}}");
            assert!(
                read.samples.insert(sample, value).is_none(),
                "{line} is there twice"
            );
        }
    }
    read
}

#[test]
fn a_report_is_what_prometheus_reads() {
    let metrics = Metrics::new();
    metrics.counter("bytes read").add(7);
    metrics.gauge("bytes_read").set(f64::INFINITY);
    metrics.histogram("sizes \"é\\").record(2.5);
    let _without_values = metrics.histogram("none yet");
    metrics.meter("sent").mark_many(3);
    let numbers = [(1, 100), (2, 200), (1, 1_300), (1, 50)];
    let report = measured(from(numbers), NullSink)
        .metrics(&metrics)
        .run()
        .expect("it runs");
    let Read { types, samples } = read(&report.to_prometheus());
    let sample = |name: &str, labels: &str| {
        let sample = format!("{name}{{pipeline=\"measured\"{labels}}}");
        *samples
            .get(&sample)
            .unwrap_or_else(|| panic!("{sample} of {:?}", samples.keys()))
    };
    assert_eq!(
        sample("streamlite_source_records_total", ",source=\"numbers\""),
        4.0
    );
    assert_eq!(sample("streamlite_sink_records_total", ",sink=\"out\""), 3.0);
    assert_eq!(
        sample("streamlite_statement_late_total", ",statement=\"counts\""),
        1.0
    );
    assert_eq!(sample("streamlite_busy_ratio", ""), report.busy);
    assert_eq!(
        sample("streamlite_user_bytes_read_total", ",name=\"bytes read\""),
        7.0
    );
    assert_eq!(
        sample("streamlite_user_bytes_read", ",name=\"bytes_read\""),
        f64::INFINITY
    );
    let sizes = ",name=\"sizes \\\"é\\\\\"";
    assert_eq!(sample("streamlite_user_sizes_____count", sizes), 1.0);
    assert_eq!(sample("streamlite_user_sizes_____sum", sizes), 2.5);
    assert_eq!(sample("streamlite_user_sent_total", ",name=\"sent\""), 3.0);
    assert_eq!(types["streamlite_user_sizes____"], "summary");
    assert!(!types.contains_key("streamlite_user_none_yet"));
    // The end of the input is no time.
    assert!(!types.contains_key("streamlite_statement_watermark_seconds"));
    assert!(!types.contains_key("streamlite_checkpoints_stored_total"));
}

#[test]
fn times_are_in_seconds() {
    let (out, _counts) = CollectionSink::new();
    let job = measured(from([(1, 1_500), (1, 4_000)]), out).batch_size(1);
    let mut job = job
        .clock(streamlite::time::ManualClock::at(Timestamp::from_millis(6_250)))
        .start()
        .expect("it starts");
    job.step().expect("nothing fails");
    job.step().expect("nothing fails");
    let Read { samples, .. } = read(&job.report().to_prometheus());
    let labels = "{pipeline=\"measured\",statement=\"counts\"}";
    assert_eq!(
        samples[&format!("streamlite_statement_watermark_seconds{labels}")],
        4.0
    );
    assert_eq!(
        samples[&format!("streamlite_statement_watermark_lag_seconds{labels}")],
        2.25
    );
    assert_eq!(
        samples[&format!("streamlite_statement_state_entries{labels}")],
        1.0
    );
}
