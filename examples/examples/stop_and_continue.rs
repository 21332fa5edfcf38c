//! A job that is stopped with a savepoint, and goes on from it as if nothing had been: `cargo run --release --example
//! stop_and_continue`.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use streamlite::prelude::*;
use streamlite_examples::output;

pipeline!(
    /// The sum of all numbers so far, which are 1, 2, 3 and so on without an end.
    fn sums(numbers: Source<u64>, last: Sink<(u64, u64)>) {
        numbers
            .key_by(|_| ())
            .process(|ctx| {
                let sum: u64 = 0;
                on_record(|n| {
                    *sum += n;
                    ctx.emit((n, *sum));
                });
            })
            .to(last);
    }
);

/// Lets the job run for a while, from the savepoint if there is one, and stops it with another one: returns the last number that
/// it saw, and the sum.
#[expect(clippy::disallowed_methods, reason = "the job runs for a while")]
fn run_for_a_while(savepoint: &Path, goes_on: bool) -> streamlite::Result<(u64, u64)> {
    let seen = Arc::new((AtomicU64::new(0), AtomicU64::new(0)));
    let sink = {
        let seen = Arc::clone(&seen);
        CallbackSink::new(move |(n, sum)| {
            seen.0.store(n, Ordering::Relaxed);
            seen.1.store(sum, Ordering::Relaxed);
            Ok::<_, String>(())
        })
    };
    let mut job = sums(from(1..), sink);
    if goes_on {
        job = job.restore_from(savepoint)?;
    }
    let handle = job.spawn()?;
    std::thread::sleep(Duration::from_millis(100));
    handle.stop_with_savepoint(savepoint)?;
    handle.join()?;
    Ok((seen.0.load(Ordering::Relaxed), seen.1.load(Ordering::Relaxed)))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let savepoint = output("sums.savepoint")?;
    for start in 0..3 {
        let (last, sum) = run_for_a_while(&savepoint, start > 0)?;
        println!("stopped at {last}, with the sum {sum}");
        assert_eq!(sum, last * (last + 1) / 2, "each number is in it once");
    }
    println!(
        "Each start went on where the one before was stopped: {}",
        savepoint.display()
    );
    Ok(())
}
