//! A job as a command: `cargo run --example command -- --help`. It counts words of lines that are made up, a thousand a second, and
//! writes how often each has come by in every second.
//!
//! ```sh
//! cargo run --example command -- graph
//! cargo run --example command -- run --checkpoints /tmp/words --every 1s --dashboard 127.0.0.1:8080 &
//! cargo run --example command -- checkpoints --checkpoints /tmp/words
//! cargo run --example command -- stop --checkpoints /tmp/words
//! cargo run --example command -- savepoint --checkpoints /tmp/words words.savepoint
//! cargo run --example command -- resume words.savepoint
//! ```

use std::process::ExitCode;

use streamlite::prelude::*;
use streamlite_examples::output;

pipeline!(
    fn words(lines: Source<(u64, String)>, out: Sink<(String, u64)>) {
        let timed = lines.event_time(|line| Timestamp::from_millis(line.0.cast_signed()));
        let seconds = timed.key_by(|line| line.1.clone()).window(tumbling(1s)).count();
        seconds.map(|count| (count.key, count.value)).to(out);
    }
);

fn job() -> Result<Job, Box<dyn std::error::Error>> {
    let lines = GeneratorSource::new(|n| {
        let word = ["weir", "mill", "oak", "ford"][usize::try_from(n % 11 % 4).unwrap_or(0)];
        (n, word.to_owned())
    });
    let out = CsvSink::create(output("words.csv")?)?.columns(["word", "times"]);
    Ok(words(lines.per_second(1_000.0), out))
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
