//! A keyed tumbling count, sum and maximum, beside a loop that keeps and reuses its tables.

use std::time::Duration;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use streamlite::prelude::*;
use streamlite_benches::events::{Event, by_hand, events};

const RECORDS: u64 = 20_000_000;
const OF_A_MILLION_KEYS: u64 = 5_000_000;
const KEYS: u64 = 100_000;

pipeline!(
    fn minutes(events: Source<Event>, out: Sink<(u64, u64, u64, u32)>) {
        events
            .event_time(|e| e.at)
            .watermark(bounded(5s))
            .key_by(|e| e.key)
            .window(tumbling(1min))
            .aggregate(|key, _window, rows| {
                (*key, rows.count(), rows.sum(|e| e.value), rows.max(|e| e.value))
            })
            .to(out);
    }
);

fn keyed_minutes(c: &mut Criterion) {
    let mut group = c.benchmark_group("keyed minutes");
    group.throughput(Throughput::Elements(RECORDS));
    let events = events(RECORDS, KEYS);
    group.bench_function("by hand", |b| {
        b.iter_batched(
            || events.clone(),
            |events| {
                let (mut rows, mut sum) = (0_u64, 0_u64);
                by_hand(&events, |row| {
                    rows += 1;
                    sum += row.2;
                });
                (rows, sum)
            },
            BatchSize::PerIteration,
        );
    });
    group.bench_function("pipeline", |b| {
        b.iter_batched(
            || events.clone(),
            |events| minutes(CollectionSource::new(events), NullSink).run(),
            BatchSize::PerIteration,
        );
    });
    group.bench_function("expression", |b| {
        b.iter(|| {
            let (mut rows, mut sum) = (0_u64, 0_u64);
            pipeline!({
                let minutes = from(events.iter().copied())
                    .event_time(|e| e.at)
                    .watermark(bounded(5s))
                    .key_by(|e| e.key)
                    .window(tumbling(1min))
                    .aggregate(|key, _window, rows| {
                        (*key, rows.count(), rows.sum(|e| e.value), rows.max(|e| e.value))
                    });
                minutes.for_each(|row| {
                    rows += 1;
                    sum += row.2;
                });
            })
            .run()
            .map(|_| (rows, sum))
        });
    });
    group.finish();
}

/// One million keys in one open window, with a watermark that moves on every record and one that never moves.
fn moving_watermark(c: &mut Criterion) {
    let mut group = c.benchmark_group("a million open keys");
    group.throughput(Throughput::Elements(OF_A_MILLION_KEYS));
    let events: Vec<Event> = (0..OF_A_MILLION_KEYS)
        .map(|n| Event {
            key: n * 7 % 1_000_000,
            value: 1,
            at: i64::try_from(n).expect("it is small"),
        })
        .collect();
    let still: Vec<Event> = events.iter().map(|event| Event { at: 0, ..*event }).collect();
    for (name, events) in [("the watermark stands", &still), ("the watermark moves", &events)] {
        group.bench_function(name, |b| {
            b.iter(|| {
                let mut rows = 0_u64;
                pipeline!({
                    let counts = from(events.iter().copied())
                        .event_time(|e| e.at)
                        .key_by(|e| e.key)
                        .window(tumbling(1d))
                        .aggregate(|_key, _window, rows| rows.count());
                    counts.for_each(|count| rows += count);
                })
                .run()
                .map(|_| rows)
            });
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(4));
    targets = keyed_minutes, moving_watermark
}
criterion_main!(benches);
