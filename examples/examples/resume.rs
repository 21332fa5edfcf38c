//! A job that is killed and goes on: `cargo run --release --example resume`.
//!
//! The program starts itself as a process of its own, kills it at a random moment, as a power cut or the system would, starts
//! it again, and so on five times. Each start goes on from the newest checkpoint; in the end both output files are, byte for
//! byte, those of a run that nobody killed. `resume run <folder>` is the job by itself: kill it, press Ctrl-C, run it again.

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use streamlite::checkpoint::Epoch;
use streamlite::prelude::*;
use streamlite_examples::output;

/// What a sensor has measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// The sensor.
    pub sensor: u32,
    /// Degrees.
    pub temp: f64,
    /// When, in milliseconds.
    pub at: i64,
}

/// A minute of a sensor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Minute {
    /// The sensor.
    pub sensor: u32,
    /// When the minute began, in milliseconds.
    pub start: i64,
    /// How many readings there were.
    pub readings: u64,
    /// The greatest of them.
    pub greatest: f64,
}

/// How many readings of a sensor there have been.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hundred {
    /// The sensor.
    pub sensor: u32,
    /// So many hundreds.
    pub hundreds: u64,
}

pipeline!(
    /// The minutes of each sensor, and each hundredth reading of it.
    pub fn sensors(readings: Source<Reading>, minutes: Sink<Minute>, hundreds: Sink<Hundred>) {
        let timed = readings.event_time(|r| r.at).watermark(bounded(5s));
        let windows = timed
            .key_by(|r| r.sensor)
            .window(tumbling(1min))
            .aggregate(|sensor, window, rows| Minute {
                sensor: *sensor,
                start: window.start.as_millis(),
                readings: rows.count(),
                greatest: rows.max(|r| r.temp),
            });
        windows.to(minutes);

        let counts = timed.key_by(|r| r.sensor).running().count();
        counts
            .filter(|(_, count)| count.is_multiple_of(100))
            .map(|(sensor, count)| Hundred {
                sensor,
                hundreds: count / 100,
            })
            .to(hundreds);
    }
);

/// Half a million readings of forty sensors, up to five seconds out of order.
fn readings() -> String {
    let (mut text, mut bits) = (String::from("sensor,temp,at\n"), 2_026_u64);
    for line in 0..500_000_u64 {
        bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let (sensor, tenths, delay) = ((bits >> 33) % 40, (bits >> 40) % 300, (bits >> 50) % 5_000);
        let at = 10_000 + line * 50 - delay;
        let _written = writeln!(text, "{sensor},{}.{},{at}", tenths / 10, tenths % 10);
    }
    text
}

/// The job: it goes on from what is in the folder.
fn run(folder: &Path) -> streamlite::Result<Report> {
    let job = sensors(
        CsvSource::open(folder.join("readings.csv"))?,
        CsvSink::create(folder.join("minutes.csv"))?,
        JsonSink::create(folder.join("hundreds.json"))?,
    );
    // So often only because this example is over so soon.
    let checkpoints = Checkpoints::in_dir(folder.join("state")).every(Duration::from_millis(10));
    job.checkpoints(checkpoints).run()
}

/// A folder with the input, and nothing else.
#[expect(clippy::disallowed_methods, reason = "an example prepares its own folder")]
fn fresh(name: &str, input: &str) -> Result<std::path::PathBuf, Box<dyn Error>> {
    let folder = output("resume")?.join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("readings.csv"), input)?;
    Ok(folder)
}

/// The newest checkpoint in a folder.
fn newest_of(folder: &Path) -> Option<Epoch> {
    let checkpoints = Checkpoints::list(folder.join("state")).unwrap_or_default();
    checkpoints.first().map(|checkpoint| checkpoint.epoch)
}

#[expect(clippy::disallowed_methods, reason = "an example looks at its own files")]
fn lines(path: &Path) -> usize {
    std::fs::read_to_string(path).map_or(0, |text| text.lines().count())
}

#[expect(
    clippy::disallowed_methods,
    reason = "an example kills its own process, and compares its own files"
)]
fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [run_it, folder] = &args[..]
        && run_it == "run"
    {
        println!("{}", run(Path::new(folder))?);
        return Ok(());
    }
    let input = readings();
    let whole = fresh("whole", &input)?;
    run(&whole)?;

    let folder = fresh("killed", &input)?;
    let mut newest = None;
    for start in 1.. {
        let mut job = Command::new(std::env::current_exe()?);
        let mut job = job.arg("run").arg(&folder).stdout(Stdio::null()).spawn()?;
        if start > 5 {
            job.wait()?;
            break;
        }
        // Not before it has come further than the one before, and then at any moment.
        let before = newest;
        while newest_of(&folder) == before && job.try_wait()?.is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(Duration::from_millis(3 * start));
        job.kill()?;
        job.wait()?;
        newest = newest_of(&folder);
        println!(
            "start {start} was killed: its newest checkpoint is {}, {} minutes are committed",
            newest.map_or("none".to_owned(), |newest| newest.to_string()),
            lines(&folder.join("minutes.csv")).saturating_sub(1)
        );
    }
    if let Some(checkpoint) = Checkpoints::list(folder.join("state"))?.first() {
        print!("\n{checkpoint}");
    }
    for name in ["minutes.csv", "hundreds.json"] {
        let (one, other) = (
            std::fs::read(whole.join(name))?,
            std::fs::read(folder.join(name))?,
        );
        assert!(one == other, "{name} is another one");
        println!(
            "{name}: {} lines, the same as without a crash",
            lines(&folder.join(name))
        );
    }
    Ok(())
}
