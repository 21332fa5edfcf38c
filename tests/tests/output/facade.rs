//! What a job counts, for the recorder of the `metrics` crate.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use streamlite::prelude::*;
use streamlite::time::ManualClock;

/// Keeps numbers by their names and labels, as Prometheus writes them.
#[derive(Default)]
struct Numbers {
    counters: Mutex<BTreeMap<String, Arc<AtomicU64>>>,
    gauges: Mutex<BTreeMap<String, Arc<AtomicU64>>>,
    described: Mutex<BTreeMap<String, usize>>,
}

fn name_of(key: &Key) -> String {
    let labels = key
        .labels()
        .map(|label| format!("{}=\"{}\"", label.key(), label.value()));
    format!("{}{{{}}}", key.name(), labels.collect::<Vec<_>>().join(","))
}

impl Numbers {
    fn describe(&self, name: &KeyName) {
        let mut described = self.described.lock().expect("it is whole");
        *described.entry(name.as_str().to_owned()).or_default() += 1;
    }

    /// All numbers, as lines of Prometheus' format.
    fn lines(&self) -> Vec<String> {
        let counters = self.counters.lock().expect("it is whole");
        let gauges = self.gauges.lock().expect("it is whole");
        let counters = counters
            .iter()
            .map(|(name, value)| format!("{name} {}", value.load(Ordering::Relaxed)));
        let gauges = gauges
            .iter()
            .map(|(name, value)| format!("{name} {}", f64::from_bits(value.load(Ordering::Relaxed))));
        let mut lines: Vec<_> = counters.chain(gauges).collect();
        lines.sort();
        lines
    }
}

impl Recorder for Numbers {
    fn describe_counter(&self, key: KeyName, _unit: Option<Unit>, _description: SharedString) {
        self.describe(&key);
    }

    fn describe_gauge(&self, key: KeyName, _unit: Option<Unit>, _description: SharedString) {
        self.describe(&key);
    }

    fn describe_histogram(&self, _key: KeyName, _unit: Option<Unit>, _description: SharedString) {}

    fn register_counter(&self, key: &Key, _metadata: &Metadata<'_>) -> Counter {
        let mut counters = self.counters.lock().expect("it is whole");
        Counter::from_arc(Arc::clone(counters.entry(name_of(key)).or_default()))
    }

    fn register_gauge(&self, key: &Key, _metadata: &Metadata<'_>) -> Gauge {
        let mut gauges = self.gauges.lock().expect("it is whole");
        Gauge::from_arc(Arc::clone(gauges.entry(name_of(key)).or_default()))
    }

    fn register_histogram(&self, _key: &Key, _metadata: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

pipeline!(
    fn summed(numbers: Source<i64>, out: Sink<(i64, i128)>) {
        let sums = numbers.event_time(|n| *n).key_by(|n| n % 3).running().sum(|n| *n);
        sums.to(out);
    }
);

/// They are those of the endpoint, in names, labels and values.
#[test]
fn a_recorder_is_given_what_prometheus_would_be() {
    let numbers = Numbers::default();
    let clock = ManualClock::at(Timestamp::from_secs(100));
    let job = summed(CollectionSource::new(0..100), NullSink)
        .clock(clock)
        .publish_metrics();
    let report = metrics::with_local_recorder(&numbers, || job.run()).expect("nothing fails");
    let is_sample = |line: &&str| !line.starts_with('#') && !line.contains("_sum{") && !line.contains("busy");
    let prometheus = report.to_prometheus();
    let mut expected: Vec<&str> = prometheus.lines().filter(is_sample).collect();
    expected.sort_unstable();
    let lines = numbers.lines();
    let lines: Vec<&str> = lines.iter().map(String::as_str).filter(is_sample).collect();
    assert_eq!(lines, expected);
    assert!(lines.len() > 10);
    // Each name is described once.
    assert!(
        numbers
            .described
            .lock()
            .expect("it is whole")
            .values()
            .all(|times| *times == 1)
    );
}

#[test]
fn they_are_handed_on_once_a_second() {
    let numbers = Numbers::default();
    let clock = ManualClock::at(Timestamp::from_secs(100));
    let read = || {
        let lines = numbers.lines();
        let mut lines = lines.into_iter();
        let line = lines.find(|line| line.starts_with("streamlite_source_records_total"));
        line.and_then(|line| line.rsplit(' ').next().map(str::to_owned))
    };
    metrics::with_local_recorder(&numbers, || {
        let source = CollectionSource::new(0..100);
        let job = summed(source, NullSink)
            .clock(clock.clone())
            .batch_size(10)
            .publish_metrics();
        let mut job = job.start().expect("it starts");
        // At its start, and then when a second has passed.
        for (millis, expected) in [(0, "0"), (900, "0"), (100, "20"), (900, "20"), (100, "40")] {
            clock.advance(TimeDelta::from_millis(millis));
            job.step().expect("nothing fails");
            assert_eq!(read().as_deref(), Some(expected), "{millis}");
        }
        job.finish().expect("nothing fails");
        assert_eq!(read().as_deref(), Some("50"));
    });
}
