//! A job that prints numbers, more than anybody reads.

use streamlite::prelude::*;

fn main() -> streamlite::Result<()> {
    let report = pipeline!(from(0..100_000_000_u64).map(|n| n * 2).to(PrintSink::stdout())).run()?;
    eprintln!("{}", report.records_read());
    Ok(())
}
