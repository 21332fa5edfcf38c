//! A typed split of three branches, beside the `match` written by hand.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use streamlite::prelude::*;

const RECORDS: u64 = 10_000_000;

#[derive(Clone, Copy)]
enum Event {
    Bid(u64),
    Auction(u32, u32),
    Person(u8),
}

/// Events in no order that a branch predictor could learn.
fn events() -> Vec<Event> {
    let mut state = 1_u64;
    let mut random = move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    };
    let mut event = || match random() % 3 {
        0 => Event::Bid(random()),
        1 => Event::Auction(1, 2),
        _ => Event::Person(3),
    };
    (0..RECORDS).map(|_| event()).collect()
}

fn three_branches(c: &mut Criterion) {
    let mut group = c.benchmark_group("three branches");
    group.throughput(Throughput::Elements(RECORDS));
    let events = events();
    group.bench_function("match by hand", |b| {
        b.iter(|| {
            let (mut bids, mut auctions, mut persons) = (0_u64, 0_u64, 0_u64);
            for event in black_box(&events) {
                match *event {
                    Event::Bid(price) if price > 1_000 => bids = bids.wrapping_add(price),
                    Event::Auction(low, high) => auctions += u64::from(high - low),
                    Event::Person(id) => persons += u64::from(id),
                    Event::Bid(_) => {}
                }
            }
            (bids, auctions, persons)
        });
    });
    group.bench_function("pipeline", |b| {
        b.iter(|| {
            let (mut bid_sum, mut auction_sum, mut person_sum) = (0_u64, 0_u64, 0_u64);
            pipeline!({
                match from(black_box(&events).iter().copied()) {
                    Event::Bid(price) if price > 1_000 => bids = price,
                    Event::Auction(low, high) => auctions = high - low,
                    Event::Person(id) => persons = id,
                    Event::Bid(_) => {}
                }
                bids.for_each(|price| bid_sum = bid_sum.wrapping_add(price));
                auctions.for_each(|span| auction_sum += u64::from(span));
                persons.for_each(|id| person_sum += u64::from(id));
            })
            .run()
            .map(|_| (bid_sum, auction_sum, person_sum))
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
    targets = three_branches
}
criterion_main!(benches);
