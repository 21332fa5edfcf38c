//! A split, a map on each side, and a union of both, beside one loop.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use streamlite::prelude::*;

const RECORDS: u64 = 20_000_000;

fn split_map_union(c: &mut Criterion) {
    let mut group = c.benchmark_group("split, map, union");
    group.throughput(Throughput::Elements(RECORDS));
    let numbers: Vec<u64> = (0..RECORDS)
        .map(|n| n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20)
        .collect();
    group.bench_function("for + if", |b| {
        b.iter(|| {
            let mut sum = 0_u64;
            for n in black_box(&numbers) {
                let n = if n % 3 == 0 { n * 3 } else { n + 7 };
                sum = sum.wrapping_add(n);
            }
            sum
        });
    });
    group.bench_function("pipeline", |b| {
        b.iter(|| {
            let mut sum = 0_u64;
            pipeline!({
                let (threes, others) = from(black_box(&numbers).iter().copied()).split(|n| n % 3 == 0);
                let both = union(threes.map(|n| n * 3), others.map(|n| n + 7));
                both.for_each(|n| sum = sum.wrapping_add(n));
            })
            .run()
            .map(|_| sum)
        });
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3));
    targets = split_map_union
}
criterion_main!(benches);
