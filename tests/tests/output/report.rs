//! What a report says to people and to machines.

use streamlite::prelude::*;

pipeline!(
    fn reported(at: Source<i64>, evens: Sink<i64>, counts: Sink<u64>) {
        let timed = at.event_time(|at| *at);
        let (even, odd) = timed.split(|at| at % 2 == 0);
        even.to(evens);
        let windows = odd.window(tumbling(10ms)).count();
        windows.map(|window| window.value).to(counts);
    }
);

fn report() -> Report {
    let mut t = reported::test();
    t.at.push_all(0..1_500);
    t.at.push_all([1, 3]);
    t.clock.advance(TimeDelta::from_millis(2_500));
    t.report()
}

#[test]
fn a_report_is_worth_reading() {
    insta::assert_snapshot!("report", report().to_string());
}

#[test]
fn a_report_is_worth_parsing() {
    let report = report();
    insta::assert_snapshot!(
        "report_json",
        serde_json::to_string_pretty(&report).expect("it serializes")
    );
    assert_eq!(
        (report.records_read(), report.records_written()),
        (1_502, 750 + 149)
    );
    assert_eq!((report.late(), report.skipped()), (2, 0));
    assert!((report.records_per_second() - 600.8).abs() < 1e-9);
    let windows = report.operator("windows").expect("it is in the pipeline");
    assert_eq!((windows.records_in, windows.records_out), (752, 149));
}

#[test]
fn a_report_at_the_end_and_at_the_beginning() {
    let mut t = reported::test();
    let begun = t.report();
    assert_eq!(
        begun.operator("windows").and_then(|windows| windows.watermark),
        Some(Timestamp::MIN)
    );
    assert!(begun.to_string().contains("none yet"), "{begun}");
    // No time has passed.
    assert_eq!(bars(&begun.svg().to_string()), [0.0; 7]);
    let ended = t.finish();
    assert!(
        ended
            .operators
            .iter()
            .all(|operator| operator.watermark.is_none_or(|at| at == Timestamp::MAX))
    );
    assert!(
        !ended.to_string().contains("none yet") && ended.to_string().contains("end"),
        "{ended}"
    );
}

#[test]
fn a_picture_shows_what_has_come_through_each_box() {
    insta::assert_snapshot!("report_svg", report().svg().to_string());
}

/// The bars at the feet of the boxes, in the order of the picture: how long each is.
fn bars(picture: &str) -> Vec<f64> {
    let bars = picture.lines().filter(|line| line.contains("class=\"flow\""));
    let width = |line: &str| line.split("width=\"").nth(1)?.split('"').next()?.parse().ok();
    bars.filter_map(width).collect()
}

#[test]
fn a_picture_since_an_earlier_report_has_the_rates_of_that_time() {
    let mut t = reported::test();
    t.at.push_all(0..1_000);
    t.clock.advance(TimeDelta::from_secs(10));
    let earlier = t.report();
    assert!(bars(&earlier.svg().to_string()).iter().all(|bar| *bar > 0.0));
    // Only even ones: nothing comes to the windows.
    t.at.push_all((1_000..2_000).step_by(2));
    t.clock.advance(TimeDelta::from_secs(5));
    let now = t.report();
    let (whole, since) = (now.svg().to_string(), now.svg_since(&earlier).to_string());
    for (picture, read) in [(&whole, "1,500, 100/s"), (&since, "1,500, 100/s")] {
        assert!(picture.contains(read), "{picture}");
    }
    assert!(whole.contains("in 500, out 100, 33/s"), "{whole}");
    assert!(since.contains(">in 500, out 100<"), "{since}");
    assert!(bars(&whole).iter().all(|bar| *bar > 0.0), "{whole}");
    assert_eq!(
        bars(&since).iter().filter(|bar| **bar == 0.0).count(),
        1,
        "{since}"
    );
}

#[test]
fn every_operator_counts_what_it_gives() {
    pipeline!(
        fn counted(numbers: Source<i64>, out: Sink<i64>) {
            let mapped = numbers.map(|n| n + 1).inspect(|_| ());
            let filtered = mapped.filter(|n| n % 2 == 0);
            let halved = filtered.filter_map(|n| (n % 4 == 0).then_some(n / 4));
            let copied = halved.flat_map(|n| [n, n, n]);
            let (fine, failed) = copied.try_map(|n| if *n == 1 { Err("one") } else { Ok(*n) });
            let running = fine.running().sum(|n| *n);
            let at_end = running.count();
            at_end.map(|_| 0).to(out);
            failed.map(|failed| failed.record).for_each(|_| ());
        }
    );
    let (sink, _collected) = CollectionSink::new();
    let report = counted(CollectionSource::new(0..10), sink)
        .run()
        .expect("it is all in memory");
    let given = report
        .operators
        .iter()
        .map(|operator| (operator.name, operator.records_in, operator.records_out));
    assert_eq!(
        given.collect::<Vec<_>>(),
        [
            ("mapped", 10, 10),
            ("filtered", 10, 5),
            ("halved", 5, 2),
            ("copied", 2, 6),
            ("fine, failed", 6, 6),
            ("running", 3, 3),
            ("at_end", 3, 1),
            ("out", 1, 1),
            ("for_each", 3, 3),
        ],
        "{report}"
    );
}
