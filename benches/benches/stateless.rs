//! map → filter → map → sum, beside `for` + `if`.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use streamlite::prelude::*;

const RECORDS: u32 = 20_000_000;

fn floats_from_a_range(c: &mut Criterion) {
    let mut group = c.benchmark_group("floats from a range");
    group.throughput(Throughput::Elements(u64::from(RECORDS)));
    group.bench_function("for + if", |b| {
        b.iter(|| {
            let mut sum = 0.0;
            for n in 0..black_box(RECORDS) {
                let x = f64::from(n) * 0.5;
                if x > 100.0 {
                    sum += x + 1.0;
                }
            }
            sum
        });
    });
    group.bench_function("iterator", |b| {
        b.iter(|| {
            (0..black_box(RECORDS))
                .map(|n| f64::from(n) * 0.5)
                .filter(|x| *x > 100.0)
                .map(|x| x + 1.0)
                .sum::<f64>()
        });
    });
    group.bench_function("pipeline", |b| {
        b.iter(|| {
            pipeline!(
                from(0..black_box(RECORDS))
                    .map(|n| f64::from(n) * 0.5)
                    .filter(|x| *x > 100.0)
                    .map(|x| x + 1.0)
                    .sum(|x| *x)
            )
            .collect()
        });
    });
    group.finish();
}

fn floats_from_a_slice(c: &mut Criterion) {
    let mut group = c.benchmark_group("floats from a slice");
    group.throughput(Throughput::Elements(u64::from(RECORDS)));
    let numbers: Vec<f64> = (0..RECORDS).map(f64::from).collect();
    group.bench_function("for + if", |b| {
        b.iter(|| {
            let mut sum = 0.0;
            for n in &numbers {
                let x = n * 0.5;
                if x > 100.0 {
                    sum += x + 1.0;
                }
            }
            sum
        });
    });
    group.bench_function("pipeline", |b| {
        b.iter(|| {
            pipeline!(
                from(&numbers)
                    .map(|n| n * 0.5)
                    .filter(|x| *x > 100.0)
                    .map(|x| x + 1.0)
                    .sum(|x| *x)
            )
            .collect()
        });
    });
    group.finish();
}

fn integers_from_a_range(c: &mut Criterion) {
    let mut group = c.benchmark_group("integers from a range");
    group.throughput(Throughput::Elements(u64::from(RECORDS)));
    group.bench_function("for + if", |b| {
        b.iter(|| {
            let mut sum = 0_u64;
            for n in 0..black_box(RECORDS) {
                let x = n.wrapping_mul(7);
                if x % 3 != 0 {
                    sum += u64::from(x ^ 1);
                }
            }
            sum
        });
    });
    group.bench_function("pipeline", |b| {
        b.iter(|| {
            pipeline!(
                from(0..black_box(RECORDS))
                    .map(|n| n.wrapping_mul(7))
                    .filter(|x| x % 3 != 0)
                    .map(|x| x ^ 1)
                    .sum(|x| *x)
            )
            .collect()
        });
    });
    group.finish();
}

fn integers_from_a_slice(c: &mut Criterion) {
    let mut group = c.benchmark_group("integers from a slice");
    group.throughput(Throughput::Elements(u64::from(RECORDS)));
    let numbers: Vec<u32> = (0..RECORDS).collect();
    group.bench_function("for + if", |b| {
        b.iter(|| {
            let mut sum = 0_u64;
            for n in &numbers {
                let x = n.wrapping_mul(7);
                if x % 3 != 0 {
                    sum += u64::from(x ^ 1);
                }
            }
            sum
        });
    });
    group.bench_function("pipeline", |b| {
        b.iter(|| {
            pipeline!(
                from(&numbers)
                    .map(|n| n.wrapping_mul(7))
                    .filter(|x| x % 3 != 0)
                    .map(|x| x ^ 1)
                    .sum(|x| *x)
            )
            .collect()
        });
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2));
    targets = floats_from_a_range, floats_from_a_slice, integers_from_a_range, integers_from_a_slice
}
criterion_main!(benches);
