//! One work of the record path, for counting instructions: `record_path <work> <records>`; see `benches/instructions`.

use std::hint::black_box;

use streamlite::prelude::*;
use streamlite_benches::events::events;

fn main() -> streamlite::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (work, records) = (
        arguments.next().unwrap_or_default(),
        arguments.next().unwrap_or_default(),
    );
    let records: u32 = records.parse().unwrap_or(1_000);
    match work.as_str() {
        "floats" => floats(records),
        "words" => words(records),
        "windows" => windows(records),
        "split" => split(records),
        "integers" => integers(records),
        "csv" => csv(records),
        other => {
            eprintln!("there is no work `{other}`: floats, words, windows, split, integers, csv");
            Ok(())
        }
    }
}

fn floats(records: u32) -> streamlite::Result<()> {
    let sum = pipeline!(
        from(0..black_box(records))
            .map(|n| f64::from(n) * 0.5)
            .filter(|x| *x > 100.0)
            .map(|x| x + 1.0)
            .sum(|x| *x)
    )
    .collect()?;
    black_box(sum);
    Ok(())
}

fn words(records: u32) -> streamlite::Result<()> {
    let names: Vec<String> = (0..1_000).map(|n| format!("word{n}")).collect();
    let words = (0..records as usize).map(|n| names[n * 7 % 1_000].as_str());
    black_box(pipeline!(from(words).key_by_ref(|word| *word).count()).collect()?);
    Ok(())
}

fn windows(records: u32) -> streamlite::Result<()> {
    let events = events(u64::from(records), 1_000);
    let mut rows = 0;
    pipeline!({
        let minutes = from(events)
            .event_time(|e| e.at)
            .watermark(bounded(5s))
            .key_by(|e| e.key)
            .window(tumbling(1min))
            .aggregate(|key, _window, rows| {
                (*key, rows.count(), rows.sum(|e| e.value), rows.max(|e| e.value))
            });
        minutes.for_each(|_| rows += 1);
    })
    .run()?;
    black_box(rows);
    Ok(())
}

fn split(records: u32) -> streamlite::Result<()> {
    let mut sum = 0_u64;
    pipeline!({
        let (threes, others) = from(0..u64::from(records)).split(|n| n % 3 == 0);
        let both = union(threes.map(|n| n * 3), others.map(|n| n + 7));
        both.for_each(|n| sum = sum.wrapping_add(n));
    })
    .run()?;
    black_box(sum);
    Ok(())
}

fn integers(records: u32) -> streamlite::Result<()> {
    let numbers: Vec<u32> = (0..records).collect();
    let sum = pipeline!(
        from(&numbers)
            .map(|n| n.wrapping_mul(7))
            .filter(|x| x % 3 != 0)
            .map(|x| x ^ 1)
            .sum(|x| *x)
    )
    .collect()?;
    black_box(sum);
    Ok(())
}

#[derive(Serialize, Deserialize)]
struct Reading {
    sensor: u32,
    temp: f64,
}

#[expect(clippy::disallowed_methods, reason = "the work prepares its own file")]
fn csv(records: u32) -> streamlite::Result<()> {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let [input, output] = ["in.csv", "out.csv"].map(|name| folder.path().join(name));
    // Numbers of the same length, so that twice the records are twice the work.
    let lines = (0..records).map(|n| format!("{},{}.5\n", 100 + n % 100, 10 + n % 40));
    std::fs::write(&input, format!("sensor,temp\n{}", lines.collect::<String>()))
        .expect("there is room for a file");
    let (source, sink) = (CsvSource::<Reading>::open(&input)?, CsvSink::create(&output)?);
    pipeline!({
        from(source).filter(|r| r.temp > 20.0).to(sink);
    })
    .run()?;
    Ok(())
}
