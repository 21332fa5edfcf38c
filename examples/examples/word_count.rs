//! The words of a text, the most frequent first: `cargo run --release --example word_count`.

use streamlite::prelude::*;
use streamlite_examples::data;

pipeline!(
    /// Counts words, whatever their case; what is no letter is between words.
    pub fn word_count(lines: Source<String>, counts: Sink<(String, u64)>) {
        lines
            .flat_map(|line| words(&line))
            .key_by_ref(|word| word.as_str())
            .count()
            .to(counts);
    }
);

/// The words of a line, in lower case.
fn words(line: &str) -> Vec<String> {
    let words = line.split(|letter: char| !letter.is_alphabetic());
    words
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

fn main() -> streamlite::Result<()> {
    let (sink, counts) = CollectionSink::new();
    let report = word_count(LinesSource::open(data("text.txt"))?, sink).run()?;
    let mut counts = counts.take();
    counts.sort_by(|(word, count), (other, more)| more.cmp(count).then_with(|| word.cmp(other)));

    let most = counts.first().map_or(1, |(_, count)| *count);
    for (word, count) in counts.iter().take(15) {
        let bar = usize::try_from(count * 50 / most).unwrap_or(0);
        println!("{word:>8}  {count:>5}  {}", "█".repeat(bar));
    }
    println!("\n{} different words\n\n{report}", counts.len());
    Ok(())
}
