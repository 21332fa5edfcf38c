//! Words, counted while they come: `cargo run --example hello_stream`.

use streamlite::prelude::*;

fn main() -> streamlite::Result<()> {
    let words = "to be or not to be".split(' ');
    let counts = pipeline!(from(words).key_by(|word| *word).running().count());
    for (word, count) in counts.collect()? {
        println!("{word}: {count}");
    }
    Ok(())
}
