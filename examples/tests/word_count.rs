//! `word_count` against a count of its own.

#[path = "../examples/word_count.rs"]
#[expect(dead_code, reason = "only its pipeline is tested here, not its `main`")]
mod example;

use std::collections::HashMap;

use example::word_count;
use streamlite::prelude::*;
use streamlite_examples::{data, text};

#[test]
#[expect(clippy::disallowed_methods, reason = "the test reads the file by itself")]
fn every_word_is_counted() {
    let file = std::fs::read_to_string(data("text.txt")).expect("the data is in the repository");
    assert!(
        file == text::text(),
        "run `cargo run --example generate_data`, or put the generator back"
    );
    assert!(file.len() > 100_000);

    let mut expected: HashMap<String, u64> = HashMap::new();
    for word in file
        .to_lowercase()
        .split(['.', ' ', '\n'])
        .filter(|word| !word.is_empty())
    {
        *expected.entry(word.to_owned()).or_default() += 1;
    }
    let (sink, counts) = CollectionSink::new();
    let source = LinesSource::open(data("text.txt")).expect("the data is in the repository");
    let report = word_count(source, sink).run().expect("the file is readable");
    let counts = counts.take();
    assert_eq!(counts.len(), expected.len());
    assert_eq!(counts.into_iter().collect::<HashMap<_, _>>(), expected);
    assert_eq!(report.records_read(), text::LINES as u64);
}

#[test]
fn one_line() {
    let mut t = word_count::test();
    t.lines.push("The cat, the hat".to_owned());
    t.finish();
    let counts = [("the", 2), ("cat", 1), ("hat", 1)].map(|(word, count)| (word.to_owned(), count));
    assert_eq!(t.counts.take(), counts);
}
