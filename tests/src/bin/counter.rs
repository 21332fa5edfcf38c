//! A job that counts the words of its standard input as they come, for the tests of what it reads.

use streamlite::prelude::*;

fn main() -> streamlite::Result<()> {
    let words = StdinSource::new().on_error(Skip).max_record_bytes(30);
    let report = pipeline!(
        from(words)
            .flat_map(|line| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
            .key_by(String::clone)
            .running()
            .count()
            .map(|(word, count)| format!("{word} {count}"))
            .to(PrintSink::stdout())
    )
    .run()?;
    eprintln!("{} bad", report.skipped());
    Ok(())
}
