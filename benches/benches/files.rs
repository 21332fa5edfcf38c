//! CSV file → filter → mean by key and minute → CSV file, beside the same with the fields parsed by hand, and with the `csv`
//! crate and serde.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rustc_hash::FxHashMap;
use streamlite::prelude::*;
use streamlite_benches::random::Random;

const RECORDS: u64 = 500_000;
const MINUTE: i64 = 60_000;

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Reading {
    sensor: u32,
    temp: f64,
    at: i64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Mean {
    sensor: u32,
    start: i64,
    mean: f64,
}

pipeline!(
    fn means(readings: Source<Reading>, out: Sink<Mean>) {
        readings
            .filter(|r| r.temp > 10.0)
            .event_time(|r| r.at)
            .watermark(bounded(5s))
            .key_by(|r| r.sensor)
            .window(tumbling(1min))
            .aggregate(|sensor, window, rows| Mean {
                sensor: *sensor,
                start: window.start.as_millis(),
                mean: rows.mean(|r| r.temp),
            })
            .to(out);
    }
);

/// A window by hand: the sums and counts of the sensors.
type Sums = FxHashMap<u32, (f64, u64)>;

/// Windows in a map, fired by the same watermark; what a good engineer would write who knows the file.
#[derive(Default)]
struct ByHand {
    open: BTreeMap<i64, Sums>,
    watermark: Option<i64>,
    text: String,
}

impl ByHand {
    fn add(&mut self, Reading { sensor, temp, at }: Reading, to: &mut impl Write) -> std::io::Result<()> {
        if temp <= 10.0 {
            return Ok(());
        }
        let start = at.div_euclid(MINUTE) * MINUTE;
        if self.watermark.is_none_or(|watermark| start + MINUTE > watermark) {
            let (sum, count) = self.open.entry(start).or_default().entry(sensor).or_default();
            *sum += temp;
            *count += 1;
        }
        let watermark = self.watermark.map_or(at - 5_000, |known| known.max(at - 5_000));
        self.watermark = Some(watermark);
        while let Some(first) = self
            .open
            .first_entry()
            .filter(|first| first.key() + MINUTE <= watermark)
        {
            let (start, sums) = first.remove_entry();
            self.write(start, sums, to)?;
        }
        Ok(())
    }

    fn write(&mut self, start: i64, sums: Sums, to: &mut impl Write) -> std::io::Result<()> {
        use std::fmt::Write as _;
        for (sensor, (sum, count)) in sums {
            #[expect(clippy::cast_precision_loss, reason = "a mean is a float")]
            let mean = sum / count as f64;
            self.text.clear();
            writeln!(self.text, "{sensor},{start},{mean:?}").expect("a string takes all");
            to.write_all(self.text.as_bytes())?;
        }
        Ok(())
    }

    fn finish(mut self, to: &mut impl Write) -> std::io::Result<()> {
        for (start, sums) in std::mem::take(&mut self.open) {
            self.write(start, sums, to)?;
        }
        to.flush()
    }
}

/// The fields of each line, split and parsed by hand.
#[expect(clippy::disallowed_methods, reason = "the loop opens its own files")]
fn parsed_by_hand(from: &Path, to: &Path) -> Result<(), Box<dyn Error>> {
    let mut reader = BufReader::with_capacity(1 << 16, File::open(from)?);
    let mut writer = BufWriter::new(File::create(to)?);
    writer.write_all(b"sensor,start,mean\n")?;
    let (mut windows, mut line) = (ByHand::default(), String::new());
    reader.read_line(&mut line)?;
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 {
            return Ok(windows.finish(&mut writer)?);
        }
        let mut fields = line.trim_end().split(',');
        let mut field = || fields.next().ok_or("a field is missing");
        let reading = Reading {
            sensor: field()?.parse()?,
            temp: field()?.parse()?,
            at: field()?.parse()?,
        };
        windows.add(reading, &mut writer)?;
    }
}

/// The same with the `csv` crate and serde.
#[expect(clippy::disallowed_methods, reason = "the loop opens its own files")]
fn read_by_serde(from: &Path, to: &Path) -> Result<(), Box<dyn Error>> {
    let mut reader = csv::Reader::from_path(from)?;
    let mut writer = BufWriter::new(File::create(to)?);
    writer.write_all(b"sensor,start,mean\n")?;
    let (mut windows, mut raw) = (ByHand::default(), csv::ByteRecord::new());
    let header = reader.byte_headers()?.clone();
    while reader.read_byte_record(&mut raw)? {
        windows.add(raw.deserialize(Some(&header))?, &mut writer)?;
    }
    Ok(windows.finish(&mut writer)?)
}

#[expect(
    clippy::disallowed_methods,
    reason = "a benchmark prepares and compares its own files"
)]
fn csv_to_csv(c: &mut Criterion) {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let [input, hand, piped] = ["in.csv", "hand.csv", "pipeline.csv"].map(|name| folder.path().join(name));
    let mut text = String::from("sensor,temp,at\n");
    let mut random = Random::new(3);
    let mut next = |below: u64| random.next().unwrap_or_default() % below;
    for n in 0..RECORDS {
        let (sensor, whole, tenth) = (next(1_000), next(40), next(10));
        let at = 1_700_000_000_000 + n * 5 - next(5_000);
        text += &format!("{sensor},{whole}.{tenth},{at}\n");
    }
    std::fs::write(&input, text).expect("there is room for a file");
    let run = || means(CsvSource::open(&input)?, CsvSink::create(&piped)?).run();

    let mut group = c.benchmark_group("CSV to CSV");
    group.throughput(Throughput::Elements(RECORDS));
    group.bench_function("fields by hand", |b| b.iter(|| parsed_by_hand(&input, &hand)));
    group.bench_function("csv and serde", |b| b.iter(|| read_by_serde(&input, &hand)));
    group.bench_function("pipeline", |b| b.iter(run));
    group.finish();
    run().expect("the file is good");
    let lines = |path: &Path| {
        let text = std::fs::read_to_string(path).expect("it was written");
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    parsed_by_hand(&input, &hand).expect("the file is good");
    assert!(lines(&hand) == lines(&piped), "both write the same rows");
    read_by_serde(&input, &hand).expect("the file is good");
    assert!(lines(&hand) == lines(&piped), "both write the same rows");
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(15)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(4));
    targets = csv_to_csv
}
criterion_main!(benches);
