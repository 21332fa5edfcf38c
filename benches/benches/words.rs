//! Word count over lines that are borrowed from memory, beside a loop with the same kind of table.

use std::hash::BuildHasher;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hashbrown::HashTable;
use streamlite::prelude::*;

const WORDS: u64 = 2_000_000;
const VOCABULARY: u64 = 50_000;
const A_LINE: u64 = 10;

/// Lines of words, some far more frequent than others.
fn lines() -> Vec<String> {
    let mut state = 1_u64;
    let mut random = move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    };
    let mut line = || {
        let words = (0..A_LINE).map(|_| {
            let most = 1 + random() % VOCABULARY;
            format!("word{}", random() % most)
        });
        words.collect::<Vec<_>>().join(" ")
    };
    (0..WORDS / A_LINE).map(|_| line()).collect()
}

/// Counts by hand: one hash a word, a `String` only for a new one, the words in the order of their first coming.
fn by_hand(lines: &[String]) -> Vec<(String, u64)> {
    let hasher = foldhash::fast::RandomState::default();
    let (mut places, mut counts): (HashTable<u32>, Vec<(String, u64)>) = (HashTable::new(), Vec::new());
    for line in lines {
        for word in line.split(' ') {
            let place = places
                .entry(
                    hasher.hash_one(word),
                    |&place| counts[place as usize].0 == word,
                    |&place| hasher.hash_one(counts[place as usize].0.as_str()),
                )
                .or_insert_with(|| u32::try_from(counts.len()).expect("it is small"));
            let place = *place.get() as usize;
            if place == counts.len() {
                counts.push((word.to_owned(), 0));
            }
            counts[place].1 += 1;
        }
    }
    counts
}

fn word_count(c: &mut Criterion) {
    let mut group = c.benchmark_group("word count");
    group.throughput(Throughput::Elements(WORDS));
    let lines = lines();
    group.bench_function("by hand", |b| b.iter(|| by_hand(&lines)));
    group.bench_function("pipeline", |b| {
        b.iter(|| {
            pipeline!(
                from(&lines)
                    .flat_map(|line| line.split(' '))
                    .key_by_ref(|word| *word)
                    .count()
            )
            .collect()
        });
    });
    group.finish();
    let counted = pipeline!(
        from(&lines)
            .flat_map(|line| line.split(' '))
            .key_by_ref(|word| *word)
            .count()
    )
    .collect();
    assert!(
        counted.is_ok_and(|counted| counted == by_hand(&lines)),
        "both count the same"
    );
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3));
    targets = word_count
}
criterion_main!(benches);
