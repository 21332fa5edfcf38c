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
