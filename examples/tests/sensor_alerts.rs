//! The alerts of `sensor_alerts` against a computation over the same file that shares no code with the library.

#[path = "../examples/sensor_alerts.rs"]
#[expect(
    dead_code,
    unreachable_pub,
    reason = "only its pipeline is tested here, not its `main`"
)]
mod example;

use std::collections::BTreeMap;

use example::{Minute, Reading, sensor_alerts};
use streamlite::prelude::*;
use streamlite_examples::{data, readings};

const MINUTE: i64 = 60_000;

/// What the file says, by the rules of the language written out plainly.
#[derive(Default)]
struct Expected {
    /// The last result of each minute that was hot when it fired.
    hot: BTreeMap<(i64, u32), (u64, f64)>,
    without_temperature: usize,
    unreadable: u64,
    late: u64,
}

#[expect(clippy::disallowed_methods, reason = "the test reads the file by itself")]
fn file() -> String {
    std::fs::read_to_string(data("readings.csv")).expect("the data is in the repository")
}

fn expected(text: &str, threshold: f64) -> Expected {
    let mut expected = Expected::default();
    let mut minutes: BTreeMap<(i64, u32), Vec<f64>> = BTreeMap::new();
    let mut watermark = i64::MIN;
    for line in text.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let parsed = match fields[..] {
            [sensor, temp, at] => sensor
                .parse::<u32>()
                .ok()
                .zip(temp.parse::<f64>().ok())
                .zip(at.parse::<i64>().ok()),
            _ => None,
        };
        let Some(((sensor, temp), at)) = parsed else {
            expected.unreadable += 1;
            continue;
        };
        let start = at.div_euclid(MINUTE) * MINUTE;
        if temp.is_nan() {
            expected.without_temperature += 1;
        } else if start + MINUTE + 10_000 <= watermark {
            expected.late += 1;
        } else {
            minutes.entry((start, sensor)).or_default().push(temp);
        }
        watermark = watermark.max(at - 5_000);
    }
    for (key, temps) in minutes {
        let mean = temps.iter().sum::<f64>() / temps.len() as f64;
        if mean > threshold {
            expected.hot.insert(key, (temps.len() as u64, mean));
        }
    }
    expected
}

#[test]
fn the_data_is_what_the_generator_makes() {
    assert!(
        file() == readings::csv(),
        "run `cargo run --example generate_data`, or put the generator back"
    );
}

#[test]
fn the_alerts_are_right() {
    let (alerts, written) = CollectionSink::<Minute>::new();
    let (dead, dead_letters) = CollectionSink::<Reading>::new();
    let source = CsvSource::open(data("readings.csv"))
        .expect("the data is in the repository")
        .on_error(Skip);
    let report = sensor_alerts(source, alerts, dead, 80.0)
        .run()
        .expect("the file is readable");
    let expected = expected(&file(), 80.0);

    assert!(
        expected.late > 50 && expected.unreadable == 2 && expected.hot.len() > 100,
        "the data has its flaws"
    );
    assert_eq!(
        (report.late(), report.skipped()),
        (expected.late, expected.unreadable)
    );
    assert_eq!(dead_letters.take().len(), expected.without_temperature);

    // A late reading within the lateness fires its minute again: the last word on a minute is what counts.
    let mut hot = BTreeMap::new();
    for minute in written.take() {
        hot.insert((minute.start.as_millis(), minute.sensor), (minute.n, minute.mean));
    }
    assert_eq!(hot.len(), expected.hot.len());
    for (key, (n, mean)) in expected.hot {
        let (found_n, found_mean) = hot[&key];
        assert_eq!(found_n, n, "readings of {key:?}");
        assert!(
            (found_mean - mean).abs() < 1e-9,
            "mean of {key:?}: {found_mean}, expected {mean}"
        );
    }
}

/// The README shows the graph: `WRITE_PICTURES=1 cargo test -p streamlite-examples` draws it anew.
#[test]
#[expect(clippy::disallowed_methods, reason = "the test compares a file of the README")]
fn the_picture_of_the_readme_is_of_this_pipeline() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/sensor_alerts.svg");
    let drawn = sensor_alerts::GRAPH.svg().to_string();
    if std::env::var_os("WRITE_PICTURES").is_some() {
        std::fs::write(path, &drawn).expect("there is room for a file");
    }
    let shown = std::fs::read_to_string(path).expect("the picture is there");
    assert!(shown == drawn, "draw it anew: WRITE_PICTURES=1");
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md"));
    let readme = readme.expect("there is a README");
    assert!(
        readme.contains(&sensor_alerts::GRAPH.to_string()),
        "the README shows:\n{}",
        sensor_alerts::GRAPH
    );
}

#[test]
fn one_hot_minute() {
    let reading = |temp, at| Reading { sensor: 7, temp, at };
    let mut t = sensor_alerts::test(80.0);
    t.readings.push_all([
        reading(99.0, 1_000),
        reading(f64::NAN, 2_000),
        reading(81.0, 59_999),
    ]);
    assert!(t.alerts.take().is_empty(), "the minute is open");
    assert_eq!(t.dead_letters.take().len(), 1);
    t.readings.push(reading(20.0, 65_000));
    let expected = Minute {
        sensor: 7,
        start: Timestamp::from_millis(0),
        n: 2,
        mean: 90.0,
        spread: 18.0,
    };
    assert_eq!(t.alerts.take(), [expected]);
}
