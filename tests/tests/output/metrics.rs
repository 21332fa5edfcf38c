//! Metrics: those of the job's user, and those that the engine has of its operators.
#![expect(clippy::disallowed_methods, reason = "what is measured takes time")]

use std::panic::AssertUnwindSafe;
use std::sync::mpsc;
use std::time::Duration;

use proptest::prelude::*;
use streamlite::metrics::{Counter, Histogram, MetricValue, Metrics};
use streamlite::prelude::*;
use streamlite::time::ManualClock;

pipeline!(
    fn watched(numbers: Source<(u64, u64)>, long: Counter, sizes: Histogram, out: Sink<u64>) {
        let alerts = numbers
            .inspect(|(_, n)| {
                long.add(n % 3);
                sizes.record(*n as f64);
            })
            .key_by(|(key, _)| *key)
            .process(|ctx| {
                let seen: u64 = 0;
                on_record(|(_, n)| {
                    *seen += 1;
                    ctx.counter("records").inc();
                    ctx.gauge("last").set(n as f64);
                    ctx.histogram("values").record(n as f64);
                    ctx.meter("rate").mark();
                    if n % 10 == 0 {
                        ctx.counter("tens").add(2);
                        ctx.emit(n);
                    }
                });
            });
        alerts.to(out);
    }
);

proptest! {
    #[test]
    fn what_closures_and_handlers_count_is_in_the_report(numbers in prop::collection::vec((0..5_u64, 0..100_u64), 1..60)) {
        let metrics = Metrics::new();
        let job = watched(from(numbers.clone()), metrics.counter("long"), metrics.histogram("sizes"), NullSink);
        let report = job.metrics(&metrics).run().expect("nothing goes wrong");
        let values = numbers.iter().map(|(_, n)| *n);
        let count = |value: &str| match report.metric(value) {
            Some(MetricValue::Count(count)) => *count,
            other => panic!("{value}: {other:?}"),
        };
        prop_assert_eq!(count("long"), values.clone().map(|n| n % 3).sum::<u64>());
        prop_assert_eq!(count("alerts.records"), numbers.len() as u64);
        let tens = values.clone().filter(|n| n % 10 == 0).count() as u64;
        // What no handler has asked for is not there.
        prop_assert_eq!(report.metric("alerts.tens").is_some(), tens > 0);
        prop_assert_eq!(metrics.counter("alerts.tens").get(), 2 * tens);
        let last = values.clone().next_back().map(|n| MetricValue::Gauge(n as f64));
        prop_assert_eq!(report.metric("alerts.last"), last.as_ref());
        for name in ["sizes", "alerts.values"] {
            let Some(MetricValue::Histogram(Some(summary))) = report.metric(name) else {
                panic!("{name} is one");
            };
            let mut sorted: Vec<u64> = values.clone().collect();
            sorted.sort_unstable();
            prop_assert_eq!(summary.count, sorted.len() as u64);
            prop_assert_eq!((summary.min, summary.max), (sorted[0] as f64, sorted[sorted.len() - 1] as f64));
            let mean = sorted.iter().sum::<u64>() as f64 / sorted.len() as f64;
            prop_assert!((summary.mean - mean).abs() <= 1e-9 * mean);
            let median = sorted[(sorted.len() - 1) / 2] as f64;
            prop_assert!((summary.p50 - median).abs() <= 0.011 * median, "{} {}", summary.p50, median);
        }
        let rate = matches!(report.metric("alerts.rate"), Some(MetricValue::Meter { count, .. }) if *count == numbers.len() as u64);
        prop_assert!(rate);
        // Five keys at most, each with a state.
        let keys: std::collections::BTreeSet<_> = numbers.iter().map(|(key, _)| key).collect();
        let state = report.operator("alerts").expect("it is there").state;
        prop_assert_eq!(state.entries, keys.len() as u64);
        prop_assert!(state.bytes >= 16 * state.entries);
    }
}

#[test]
fn a_metric_of_another_kind_is_refused() {
    let metrics = Metrics::new();
    let counter = metrics.counter("x");
    counter.inc();
    assert_eq!(metrics.counter("x").get(), 1, "it is the same one");
    let other = AssertUnwindSafe(|| metrics.gauge("x"));
    let panic = std::panic::catch_unwind(other).expect_err("it is a counter");
    let message = panic.downcast_ref::<String>().expect("a text");
    assert_eq!(
        message,
        "the metric `x` is a counter, and no gauge: give each its own name"
    );
    assert_eq!(metrics.to_string(), "x  1\n");
}

#[test]
fn a_histogram_takes_every_finite_number() {
    let histogram = Metrics::new().histogram("h");
    assert_eq!(histogram.summary(), None);
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        histogram.record(value);
    }
    assert_eq!(histogram.summary(), None);
    for value in [-1e300, -1.0, 0.0, 1e-300, 1.0, 2.0, 1e300] {
        histogram.record(value);
    }
    let summary = histogram.summary().expect("it has values");
    assert_eq!((summary.count, summary.min, summary.max), (7, -1e300, 1e300));
    assert!((summary.p50 / 1e-300 - 1.0).abs() < 0.011, "{summary:?}");
    assert!((summary.p90 / 2.0 - 1.0).abs() < 0.011, "{summary:?}");
}

/// By the rule of a rate that decays: each five seconds it moves by a part towards that of the five seconds.
#[test]
fn a_meter_has_the_rate_of_the_last_minute() {
    let clock = ManualClock::default();
    let meter = Metrics::by_clock(clock.clone()).meter("m");
    let pass = |secs: i64| clock.advance(TimeDelta::from_secs(secs));
    assert_eq!((meter.count(), meter.per_second()), (0, 0.0));
    meter.mark_many(8);
    pass(4);
    assert_eq!(meter.per_second(), 2.0, "so far");
    meter.mark_many(2);
    pass(1);
    assert_eq!(meter.per_second(), 2.0, "of the first step");
    let mut rate = 2.0;
    let towards = 1.0 - (-5.0_f64 / 60.0).exp();
    for of_step in [10, 0, 3, 0] {
        meter.mark_many(5 * of_step);
        pass(5);
        rate += towards * (of_step as f64 - rate);
        assert!((meter.per_second() - rate).abs() < 1e-9);
    }
    pass(50);
    for _ in 0..10 {
        rate -= towards * rate;
    }
    assert!((meter.per_second() - rate).abs() < 1e-9);
    assert_eq!(meter.count(), 10 + 65);
}

pipeline!(
    fn counted(numbers: Source<(u64, i64)>, out: Sink<u64>) {
        let timed = numbers.event_time(|(_, at)| *at).watermark(bounded(10ms));
        let sums = timed
            .key_by(|(key, _)| *key)
            .window(tumbling(100ms))
            .count()
            .map(|counted| counted.value);
        sums.to(out);
    }
);

#[test]
fn the_engine_says_how_large_its_state_is_and_how_far_time_has_come() {
    let clock = ManualClock::at(Timestamp::from_millis(1_000));
    // Two windows are open: one of three keys, one of one.
    let records = [(1, 0), (2, 10), (3, 20), (1, 30), (1, 105)];
    let (sender, receiver) = mpsc::channel();
    for record in records {
        sender.send(record).expect("the job is there");
    }
    let source = ChannelSource::new(receiver);
    let mut job = counted(source, NullSink).clock(clock).start().expect("it starts");
    for _ in 0..2_000 {
        job.step().expect("nothing goes wrong");
        if job.report().records_read() == 5 {
            break;
        }
        std::thread::yield_now();
    }
    let report = job.report();
    let sums = report.operator("sums").expect("it is there");
    assert_eq!(sums.state.entries, 4);
    assert!(sums.state.bytes >= 4 * 16);
    assert_eq!(sums.watermark, Some(Timestamp::from_millis(95)));
    assert_eq!(sums.watermark_lag, Some(TimeDelta::from_millis(905)));
    assert_eq!(
        report.operator("timed").expect("it is there").watermark_lag,
        Some(TimeDelta::from_millis(905))
    );
    drop(sender);
}

pipeline!(
    fn slow(numbers: Source<u64>, out: Sink<u64>) {
        numbers
            .inspect(|_| std::thread::sleep(Duration::from_millis(30)))
            .to(out);
    }
);

#[test]
fn latency_and_the_busy_part_are_those_of_the_work() {
    let (sender, receiver) = mpsc::channel();
    let job = slow(ChannelSource::new(receiver), NullSink)
        .spawn()
        .expect("it starts");
    for n in 0..5 {
        std::thread::sleep(Duration::from_millis(170));
        sender.send(n).expect("the job runs");
    }
    drop(sender);
    let report = job.join().expect("it ends");
    let latency = report
        .sink("out")
        .expect("it is there")
        .latency
        .expect("some were timed");
    assert!((1..=5).contains(&latency.count));
    assert!(latency.min >= 30.0 && latency.p50 < 120.0, "{latency:?}");
    assert!(
        report.busy > 0.05 && report.busy < 0.6,
        "five times 30 ms in 1 s: {}",
        report.busy
    );
    assert_eq!(report.per_second(0), 0.0);
    let percent = (report.busy * 100.0).round();
    let text = report.to_string();
    assert!(
        text.contains(&format!(", busy {percent} % of the time\n")),
        "{text}"
    );
}
