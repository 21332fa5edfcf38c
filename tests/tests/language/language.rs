//! The examples of the language, as written.
#![expect(missing_docs, reason = "it is a test")]

use streamlite::prelude::*;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Reading {
    pub sensor: u32,
    pub temp: f64,
    pub at: i64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Minute {
    pub sensor: u32,
    pub start: Timestamp,
    pub n: u64,
    pub mean: f64,
    pub spread: f64,
}

pipeline!(
    /// One-minute statistics per sensor; hot minutes are alerts, unreadable temperatures are kept apart.
    pub fn sensor_alerts(
        readings: Source<Reading>,
        alerts: Sink<Minute>,
        dead_letters: Sink<Reading>,
        threshold: f64,
    ) {
        let readings = readings
            .event_time(|r| r.at)
            .watermark(bounded(5s))
            .idle_after(30s);

        let (valid, broken) = readings.split(|r| r.temp.is_finite());
        broken.to(dead_letters);

        let minutes = valid
            .key_by(|r| r.sensor)
            .window(tumbling(1min))
            .allowed_lateness(10s)
            .aggregate(|sensor, window, rows| Minute {
                sensor: *sensor,
                start: window.start,
                n: rows.count(),
                mean: rows.mean(|r| r.temp),
                spread: rows.max(|r| r.temp) - rows.min(|r| r.temp),
            });

        minutes.filter(|m| m.mean > threshold).to(alerts);
    }
);

fn reading(sensor: u32, temp: f64, at: i64) -> Reading {
    Reading { sensor, temp, at }
}

fn minute(sensor: u32, start: i64, n: u64, mean: f64, spread: f64) -> Minute {
    Minute {
        sensor,
        start: Timestamp::from_millis(start),
        n,
        mean,
        spread,
    }
}

#[test]
fn sensor_alerts_fires_when_the_watermark_has_passed_the_minute() {
    let mut t = sensor_alerts::test(80.0);
    t.readings.push(reading(7, 99.0, 1_000));
    t.readings.push(reading(7, 97.0, 64_999));
    assert_eq!(t.alerts.take(), []);
    t.readings.push(reading(7, f64::NAN, 65_000));
    assert_eq!(t.alerts.take(), [minute(7, 0, 1, 99.0, 0.0)]);
    assert_eq!(t.dead_letters.take().len(), 1);
    t.finish();
    assert_eq!(t.alerts.take(), [minute(7, 60_000, 1, 97.0, 0.0)]);
}

#[test]
fn word_count_is_as_written() {
    let counts = pipeline!(
        from(["the quick brown fox", "the lazy dog"])
            .flat_map(|line| line.split_whitespace())
            .key_by(|word| *word)
            .count()
    )
    .collect()
    .expect("it is all in memory");
    assert_eq!(
        counts,
        [
            ("the", 2),
            ("quick", 1),
            ("brown", 1),
            ("fox", 1),
            ("lazy", 1),
            ("dog", 1)
        ]
    );
}
