//! Times as people write them, and units that are none of ours.

use serde::{Deserialize, Serialize};
use streamlite::prelude::*;
use streamlite::time::TimeUnit;
use streamlite_tests::Folder;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Event {
    at: Timestamp,
    n: u32,
}

fn event(millis: i64, n: u32) -> Event {
    let at = Timestamp::from_millis(millis);
    Event { at, n }
}

const NOON: i64 = 1_714_564_800_000;

fn events() -> Vec<Event> {
    vec![
        event(NOON, 1),
        event(NOON, 2),
        event(NOON + 250, 3),
        event(-1, 4),
        event(0, 5),
    ]
}

#[test]
fn a_time_is_a_number_or_a_text_in_csv_and_json() {
    let folder = Folder::new();
    let csv = "at,n\n1714564800000,1\n2024-05-01T12:00:00Z,2\n2024-05-01T14:00:00.2509+02:00,3\n1969-12-31T23:59:59.9999Z,4\n\
               1970-01-01T00:00:00-00:00,5\n";
    let source = CsvSource::<Event>::open(folder.write("in.csv", csv)).expect("it is there");
    assert_eq!(
        pipeline!(from(source)).collect().expect("they are times"),
        events()
    );
    let json = "{\"at\":1714564800000,\"n\":1}\n{\"at\":\"2024-05-01T12:00:00Z\",\"n\":2}\n\
                {\"at\":\"2024-05-01T14:00:00.2509+02:00\",\"n\":3}\n{\"at\":-1,\"n\":4}\n{\"at\":0,\"n\":5}\n";
    let source = JsonSource::<Event>::open(folder.write("in.jsonl", json)).expect("it is there");
    assert_eq!(
        pipeline!(from(source)).collect().expect("they are times"),
        events()
    );
}

#[test]
fn what_is_no_time_is_a_bad_record() {
    let folder = Folder::new();
    let csv = "at,n\nyesterday,1\n2024-05-01,2\n2024-05-01T12:00:00,3\n1.5,4\n18446744073709551615,5\n,6\n1714564800000,7\n";
    let (bad, seen) = CollectionSink::new();
    let source = CsvSource::<Event>::open(folder.write("in.csv", csv))
        .expect("it is there")
        .on_error(Route(bad));
    assert_eq!(
        pipeline!(from(source)).collect().expect("they are routed"),
        [event(NOON, 7)]
    );
    let causes: Vec<String> = seen.take().into_iter().map(|bad| bad.cause).collect();
    assert_eq!(causes.len(), 6);
    for (cause, shown) in causes.iter().zip([
        "`yesterday` is no time",
        "`2024-05-01` is no time",
        "`2024-05-01T12:00:00` is no time",
    ]) {
        assert!(cause.starts_with(shown), "{cause}");
    }
    let json = "{\"at\":\"noon\",\"n\":1}\n{\"at\":1.5,\"n\":1}\n{\"at\":18446744073709551615,\"n\":1}\n{\"at\":null,\"n\":1}\n";
    let (bad, seen) = CollectionSink::new();
    let source = JsonSource::<Event>::open(folder.write("in.jsonl", json))
        .expect("it is there")
        .on_error(Route(bad));
    assert_eq!(pipeline!(from(source)).collect().expect("they are routed"), []);
    let causes: Vec<String> = seen.take().into_iter().map(|bad| bad.cause).collect();
    assert_eq!(causes.len(), 4);
    assert!(causes[0].starts_with("`noon` is no time"), "{}", causes[0]);
}

#[test]
fn a_time_is_written_as_a_number_and_read_again() {
    let folder = Folder::new();
    let (csv, json) = (folder.path("out.csv"), folder.path("out.jsonl"));
    let sinks = (
        CsvSink::create(&csv).expect("there is room"),
        JsonSink::create(&json).expect("there is room"),
    );
    pipeline!({
        let events = from(events());
        events.to(sinks.0);
        events.to(sinks.1);
    })
    .run()
    .expect("there is room");
    assert_eq!(folder.read("out.csv").lines().nth(3), Some("1714564800250,3"));
    for read in [
        pipeline!(from(CsvSource::<Event>::open(&csv).expect("it is there"))).collect(),
        pipeline!(from(JsonSource::<Event>::open(&json).expect("it is there"))).collect(),
    ] {
        assert_eq!(read.expect("they are times"), events());
    }
}

#[test]
fn units_have_their_milliseconds() {
    assert_eq!(Timestamp::from_secs(-2).as_millis(), -2000);
    assert_eq!(Timestamp::from_secs(i64::MAX), Timestamp::MAX);
    assert_eq!(Timestamp::from_secs(i64::MIN), Timestamp::MIN);
    for (micros, millis) in [(1999, 1), (2000, 2), (-1, -1), (-1000, -1), (-1001, -2)] {
        assert_eq!(Timestamp::from_micros(micros).as_millis(), millis);
        assert_eq!(Timestamp::from_nanos(micros * 1000).as_millis(), millis);
    }
}

/// What unit the times of a job look like, and what its report says; `rows` is whether records come in rows.
fn looks_like(times: &[i64], rows: bool) -> (Option<TimeUnit>, String) {
    let folder = Folder::new();
    let text: String = times.iter().map(|at| format!("{at}\n")).collect();
    let report = if rows {
        let source = CsvSource::<(i64,)>::open(folder.write("in.csv", "at\n".to_owned() + &text))
            .expect("it is there");
        pipeline!({
            let timed = from(source).event_time(|r| r.0).watermark(bounded(1h));
            timed.window(tumbling(1h)).count().for_each(|_| {});
        })
        .run()
    } else {
        let times = times.to_vec();
        pipeline!({
            let timed = from(times).event_time(|at| *at).watermark(bounded(1h));
            timed.window(tumbling(1h)).count().for_each(|_| {});
        })
        .run()
    };
    let report = report.expect("nothing goes wrong");
    let operator = report.operator("timed").expect("it is there");
    (operator.times_look_like, report.to_string())
}

#[test]
fn times_in_another_unit_are_in_the_report() {
    let seconds = NOON / 1000;
    for rows in [false, true] {
        let spread = |unit: i64| {
            (0..5000)
                .map(|n| NOON / 1000 * unit + n * unit)
                .collect::<Vec<_>>()
        };
        let (unit, report) = looks_like(&spread(1), rows);
        assert_eq!(unit, Some(TimeUnit::Seconds));
        let line = "the timestamps of `timed` look like seconds, and are taken as milliseconds: write \
                    `Timestamp::from_secs(…)` in `.event_time(…)`";
        assert!(report.contains(line), "{report}");
        assert_eq!(
            looks_like(&spread(1_000_000), rows).0,
            Some(TimeUnit::Microseconds)
        );
        assert_eq!(
            looks_like(&spread(1_000_000_000), rows).0,
            Some(TimeUnit::Nanoseconds)
        );
        let (unit, report) = looks_like(&spread(1000), rows);
        assert_eq!(unit, None);
        assert!(!report.contains("look like"), "{report}");
        // Numbers of an example, one that is right among the first, and a thousand wrong ones after right ones.
        assert_eq!(looks_like(&[1, 2, 3, 60_000], rows).0, None);
        assert_eq!(looks_like(&[seconds, NOON, seconds], rows).0, None);
        assert_eq!(looks_like(&[NOON, seconds, seconds], rows).0, None);
        assert_eq!(looks_like(&[], rows).0, None);
    }
}
