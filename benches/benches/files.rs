//! CSV file → filter → mean by key and minute → CSV file, beside the same with the `csv` crate by hand.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use streamlite::prelude::*;

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

/// The same by hand: windows in a map, keys in the order in which they came, fired by the same watermark.
fn by_hand(from: &Path, to: &Path) -> Result<(), csv::Error> {
    let (mut reader, mut writer) = (csv::Reader::from_path(from)?, csv::Writer::from_path(to)?);
    let mut open: BTreeMap<
        i64,
        (
            hashbrown::HashMap<u32, usize, foldhash::fast::RandomState>,
            Vec<(u32, f64, u64)>,
        ),
    > = BTreeMap::new();
    let mut watermark = i64::MIN;
    let mut raw = csv::ByteRecord::new();
    let header = reader.byte_headers()?.clone();
    while reader.read_byte_record(&mut raw)? {
        let reading: Reading = raw.deserialize(Some(&header))?;
        if reading.temp <= 10.0 {
            continue;
        }
        let start = reading.at.div_euclid(MINUTE) * MINUTE;
        if start + MINUTE > watermark {
            let (places, sums) = open.entry(start).or_default();
            let place = *places.entry(reading.sensor).or_insert_with(|| {
                sums.push((reading.sensor, 0.0, 0));
                sums.len() - 1
            });
            sums[place].1 += reading.temp;
            sums[place].2 += 1;
        }
        watermark = watermark.max(reading.at - 5_000);
        while let Some(first) = open
            .first_entry()
            .filter(|first| first.key() + MINUTE <= watermark)
        {
            write(&mut writer, *first.key(), &first.get().1)?;
            first.remove();
        }
    }
    for (start, (_, sums)) in &open {
        write(&mut writer, *start, sums)?;
    }
    writer.flush()?;
    Ok(())
}

fn write(
    writer: &mut csv::Writer<std::fs::File>,
    start: i64,
    sums: &[(u32, f64, u64)],
) -> Result<(), csv::Error> {
    for &(sensor, sum, count) in sums {
        #[expect(clippy::cast_precision_loss, reason = "a mean is a float")]
        writer.serialize(Mean {
            sensor,
            start,
            mean: sum / count as f64,
        })?;
    }
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "a benchmark prepares and compares its own files"
)]
fn csv_to_csv(c: &mut Criterion) {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let [input, hand, piped] = ["in.csv", "hand.csv", "pipeline.csv"].map(|name| folder.path().join(name));
    let mut text = String::from("sensor,temp,at\n");
    for n in 0..RECORDS {
        text += &format!(
            "{},{}.{},{}\n",
            n * 7 % 1_000,
            n % 40,
            n % 10,
            1_700_000_000_000 + n * 5
        );
    }
    std::fs::write(&input, text).expect("there is room for a file");
    let run = || means(CsvSource::open(&input)?, CsvSink::create(&piped)?).run();

    let mut group = c.benchmark_group("CSV to CSV");
    group.throughput(Throughput::Elements(RECORDS));
    group.bench_function("csv by hand", |b| b.iter(|| by_hand(&input, &hand)));
    group.bench_function("pipeline", |b| b.iter(run));
    group.finish();
    by_hand(&input, &hand).expect("the file is good");
    run().expect("the file is good");
    let [hand, piped] = [hand, piped].map(|path| std::fs::read_to_string(path).expect("it was written"));
    assert!(hand == piped, "both write the same");
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
