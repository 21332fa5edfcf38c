//! One-minute statistics per sensor, out of a CSV file with the flaws of real data.
//!
//! `cargo run --release --example sensor_alerts` reads `data/readings.csv` and writes hot minutes to
//! `out/alerts.jsonl`. Readings without a temperature go to stderr; at the end it prints the report of the job: two
//! lines of the file were unreadable, and some readings came too late for their minute.

use streamlite::prelude::*;
use streamlite_examples::{data, output};

/// A line of `readings.csv`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Reading {
    /// Which sensor measured.
    pub sensor: u32,
    /// Degrees Celsius; `NaN` where the sensor could not tell.
    pub temp: f64,
    /// When, in milliseconds since 1970.
    pub at: i64,
}

/// What a sensor measured in one minute.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Minute {
    /// Which sensor measured.
    pub sensor: u32,
    /// When the minute began.
    pub start: Timestamp,
    /// How many readings there were.
    pub n: u64,
    /// Their mean, in degrees.
    pub mean: f64,
    /// The greatest less the least, in degrees.
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
        // The file is never quiet, so `idle_after` has no effect here; on a live source it stops waiting.
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

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let alerts = output("alerts.jsonl")?;
    let job = sensor_alerts(
        CsvSource::open(data("readings.csv"))?.on_error(Skip),
        JsonSink::create(&alerts)?,
        CsvSink::create(output("dead_letters.csv")?)?,
        80.0,
    );
    println!("{}", job.run()?);
    println!("Alerts are in {}", alerts.display());
    Ok(())
}
