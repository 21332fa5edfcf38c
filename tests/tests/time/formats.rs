//! Points in time as texts and numbers: what is written is read as it was, whatever the notation.

use proptest::prelude::*;
use streamlite::prelude::*;
use streamlite::time::TimeFormat;
use streamlite::time_format;

time_format!(mod with_millis = "%Y-%m-%d %H:%M:%S%.3f");
time_format!(pub mod new_york = "%m/%d/%Y %I:%M:%S %p", "America/New_York");
time_format!(mod nowhere = "%Y", "Mars/Olympus");
time_format!(mod no_format = "%Y-%Q");

/// A record of all notations.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct All {
    #[serde(with = "streamlite::time::rfc3339")]
    rfc3339: Timestamp,
    #[serde(with = "streamlite::time::rfc2822")]
    rfc2822: Timestamp,
    #[serde(with = "streamlite::time::http_date")]
    http_date: Timestamp,
    #[serde(with = "streamlite::time::epoch_seconds")]
    seconds: Timestamp,
    #[serde(with = "streamlite::time::epoch_millis")]
    millis: Timestamp,
    #[serde(with = "streamlite::time::epoch_micros")]
    micros: Timestamp,
    #[serde(with = "streamlite::time::epoch_nanos")]
    nanos: Timestamp,
    #[serde(with = "with_millis")]
    own: Timestamp,
    #[serde(with = "streamlite::time::rfc2822")]
    perhaps: Option<Timestamp>,
    #[serde(with = "streamlite::time::epoch_seconds")]
    number_perhaps: Option<Timestamp>,
}

/// From 1800 to 2200: nanoseconds are no `i64` much before or after, and a text has four digits for the year.
fn timestamps() -> impl Strategy<Value = i64> {
    prop_oneof![-5_000_000_000_000..7_000_000_000_000_i64, -3_000..3_000_i64]
}

fn all(millis: i64) -> All {
    let (time, second) = (
        Timestamp::from_millis(millis),
        Timestamp::from_secs(millis.div_euclid(1_000)),
    );
    All {
        rfc3339: time,
        rfc2822: second,
        http_date: second,
        seconds: time,
        millis: time,
        micros: time,
        nanos: time,
        own: time,
        perhaps: (millis % 2 == 0).then_some(second),
        number_perhaps: (millis % 3 == 0).then_some(time),
    }
}

pipeline!(
    fn kept(all: Source<All>, out: Sink<All>) {
        all.to(out);
    }
);

proptest! {
    #[test]
    fn what_is_written_is_read_as_it_was(times in proptest::collection::vec(timestamps(), 1..20)) {
        let folder = tempfile::tempdir().expect("a folder");
        let written: Vec<All> = times.into_iter().map(all).collect();
        let (csv, json) = (folder.path().join("all.csv"), folder.path().join("all.jsonl"));
        kept(from(written.clone()), CsvSink::create(&csv).expect("there is room")).run().expect("they can be");
        kept(from(written.clone()), JsonSink::create(&json).expect("there is room")).run().expect("they can be");
        let read = pipeline!(from(CsvSource::<All>::open(&csv).expect("it is there")).map(|all| all)).collect();
        prop_assert_eq!(read.expect("it was written"), &written[..]);
        let read = pipeline!(from(JsonSource::<All>::open(&json).expect("it is there")).map(|all| all)).collect();
        prop_assert_eq!(read.expect("it was written"), &written[..]);
    }

    /// Saved bytes have the number, which is short and has no limits.
    #[test]
    fn what_is_saved_is_a_number(millis in any::<i64>()) {
        let all = All { perhaps: None, ..all(millis.clamp(-9_000_000_000_000, 9_000_000_000_000)) };
        let all = All { millis: Timestamp::from_millis(millis), rfc3339: Timestamp::from_millis(millis), ..all };
        let bytes = postcard::to_stdvec(&all).expect("it is written");
        prop_assert!(bytes.len() < 100);
        prop_assert_eq!(postcard::from_bytes::<All>(&bytes).expect("it is read"), all);
    }
}

/// One field, read out of JSON.
macro_rules! read {
    ($with:literal, $json:literal) => {{
        #[derive(Deserialize)]
        struct One {
            #[serde(with = $with)]
            at: Timestamp,
        }
        let read = serde_json::from_str::<One>(concat!("{\"at\":", $json, "}"));
        read.map(|one| one.at.as_millis())
            .map_err(|error| error.to_string())
    }};
}

#[test]
fn what_is_smaller_than_a_millisecond_goes_towards_the_past() {
    assert_eq!(read!("streamlite::time::epoch_micros", "1999"), Ok(1));
    assert_eq!(read!("streamlite::time::epoch_micros", "-1"), Ok(-1));
    assert_eq!(read!("streamlite::time::epoch_micros", "-1000"), Ok(-1));
    assert_eq!(read!("streamlite::time::epoch_nanos", "-1000001"), Ok(-2));
    assert_eq!(
        read!("streamlite::time::epoch_nanos", "9223372036854775807"),
        Ok(9_223_372_036_854)
    );
    assert_eq!(
        read!("streamlite::time::rfc3339", "\"1969-12-31T23:59:59.9999Z\""),
        Ok(-1)
    );
    assert_eq!(
        read!("streamlite::time::epoch_seconds", "1.0006"),
        Ok(1_001),
        "a fraction is rounded"
    );
    assert_eq!(
        read!("streamlite::time::epoch_seconds", "1700000000.123"),
        Ok(1_700_000_000_123)
    );
    assert_eq!(read!("streamlite::time::epoch_seconds", "-7"), Ok(-7_000));
}

#[test]
fn what_is_no_time_says_what_one_is() {
    let cases = [
        (read!("streamlite::time::rfc3339", "7"), "as a text"),
        (read!("streamlite::time::rfc3339", "\"2023-11-14\""), "RFC 3339"),
        (read!("streamlite::time::rfc2822", "\"2023-11-14\""), "RFC 2822"),
        (
            read!(
                "streamlite::time::http_date",
                "\"Tue, 14 Nov 2023 22:13:20 +0000\""
            ),
            "HTTP",
        ),
        (
            read!("streamlite::time::epoch_seconds", "\"x\""),
            "number of seconds",
        ),
        (
            read!("streamlite::time::epoch_seconds", "9300000000000000000"),
            "more than a timestamp",
        ),
        (
            read!("streamlite::time::epoch_seconds", "1e300"),
            "more than a timestamp",
        ),
        (
            read!("streamlite::time::epoch_millis", "1.5"),
            "number of milliseconds",
        ),
        (
            read!("streamlite::time::epoch_nanos", "1e3"),
            "number of nanoseconds",
        ),
        (
            read!("streamlite::time::epoch_micros", "9300000000000000000"),
            "more than a timestamp",
        ),
        (read!("with_millis", "\"14.11.2023\""), "%Y-%m-%d"),
        (read!("nowhere", "\"2023\""), "Mars/Olympus"),
        (read!("no_format", "\"2023-1\""), "%Y-%Q"),
    ];
    for (read, says) in cases {
        let error = read.expect_err(says);
        assert!(error.contains(says), "`{says}` is in: {error}");
    }
}

#[test]
fn a_zone_has_its_summer_and_the_hour_that_comes_twice_is_the_first() {
    let at = |read: Result<i64, String>| Timestamp::from_millis(read.expect("it is a time")).to_string();
    assert_eq!(
        at(read!("new_york", "\"07/04/2023 08:00:00 PM\"")),
        "2023-07-05T00:00:00Z"
    );
    assert_eq!(
        at(read!("new_york", "\"01/04/2023 08:00:00 PM\"")),
        "2023-01-05T01:00:00Z"
    );
    assert_eq!(
        at(read!("new_york", "\"11/05/2023 01:30:00 AM\"")),
        "2023-11-05T05:30:00Z"
    );
    assert_eq!(
        at(read!("new_york", "\"03/12/2023 02:30:00 AM\"")),
        "2023-03-12T07:30:00Z"
    );
}

#[test]
fn a_format_may_have_an_offset_or_only_a_day() {
    let parse = |format: &str, text: &str| {
        let format = TimeFormat::new(format).expect("it is one");
        format.parse(text).expect("it is of it").to_string()
    };
    assert_eq!(
        parse("%d/%b/%Y:%H:%M:%S %z", "14/Nov/2023:23:13:20 +0100"),
        "2023-11-14T22:13:20Z"
    );
    assert_eq!(parse("%Y%m%d", "20231114"), "2023-11-14T00:00:00Z");
    assert_eq!(parse("%s", "1700000000"), "2023-11-14T22:13:20Z");
    let far = Timestamp::from_millis(i64::MAX - 1);
    let format = TimeFormat::new("%Y").expect("it is one");
    assert!(
        format
            .write(far)
            .expect_err("no calendar knows it")
            .to_string()
            .contains("%Y")
    );
    assert!(far.to_rfc2822().is_err() && far.to_http_date().is_err());
}

/// Against a loop over all windows of a grid.
fn all_windows(at: i64, size: i64, every: i64, offset: i64) -> Vec<(i64, i64)> {
    let starts = (-500..500).map(|number| number * every + offset);
    let windows = starts.map(|start| (start, start + size));
    windows
        .filter(|(start, end)| (*start..*end).contains(&at))
        .collect()
}

proptest! {
    #[test]
    fn the_windows_that_contain_a_time_are_those_of_the_grid(
        at in -100_i64..100,
        size in 1_i64..40,
        every in 1_i64..40,
        offset in -50_i64..50,
    ) {
        let delta = TimeDelta::from_millis;
        let found = Window::all_containing(Timestamp::from_millis(at), delta(size), delta(every), delta(offset));
        let found: Vec<_> = found.map(|window| (window.start.as_millis(), window.end.as_millis())).collect();
        prop_assert_eq!(found, all_windows(at, size, every, offset));
    }
}

#[test]
fn windows_at_the_ends_of_time_end_there() {
    let delta = TimeDelta::from_millis;
    for at in [Timestamp::MIN, Timestamp::MAX] {
        let windows: Vec<_> = Window::all_containing(at, delta(20), delta(10), delta(3)).collect();
        assert!(!windows.is_empty() && windows.len() <= 2);
        for window in windows {
            assert!(window.start <= at && at <= window.end, "{window:?}");
        }
    }
    let whole = Window::all_containing(Timestamp::EPOCH, TimeDelta::MAX, delta(i64::MAX / 2), delta(0));
    assert_eq!(whole.count(), 3);
}
