//! A keyed tumbling count, sum and maximum, beside a loop that keeps and reuses its tables.

use std::time::Duration;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use streamlite::prelude::*;
use streamlite_benches::events::{Event, by_hand, events};

const RECORDS: u64 = 5_000_000;
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

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(4));
    targets = keyed_minutes
}
criterion_main!(benches);
