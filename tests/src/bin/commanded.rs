//! A job as a command: it counts numbers at a rate, and writes them to the file that `OUT` names.

use std::process::ExitCode;

use streamlite::prelude::*;

pipeline!(
    fn numbered(numbers: Source<u64>, out: Sink<(u64, u64)>) {
        let counts = numbers.key_by(|n| n % 3).running().count();
        counts.to(out);
    }
);

fn job() -> streamlite::Result<Job> {
    let out = std::env::var("OUT").unwrap_or_default();
    let rate = std::env::var("RATE").ok().and_then(|rate| rate.parse().ok());
    let numbers = GeneratorSource::new(|n| n).count(500);
    let numbers = match rate {
        Some(rate) => numbers.per_second(rate),
        None => numbers,
    };
    Ok(numbered(numbers, CsvSink::create(out)?.columns(["key", "count"])))
}

fn main() -> ExitCode {
    match job() {
        Ok(job) => streamlite::cli(job),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
