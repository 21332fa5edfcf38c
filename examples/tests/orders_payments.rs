//! `orders_payments`: what it says is what comparing every order with every payment of its number says.

#[path = "../examples/orders_payments.rs"]
#[expect(dead_code, reason = "only its pipeline is tested here, not its `main`")]
mod example;

use std::collections::HashMap;

use example::orders_payments;
use streamlite::prelude::*;
use streamlite_examples::shop::{Paid, orders_and_payments};

#[test]
fn pairs_and_unpaid_orders_are_those_of_a_comparison() {
    let (orders, payments) = orders_and_payments();
    assert!(orders.len() + payments.len() > 100_000);
    let (paid, got_paid) = CollectionSink::new();
    let (unpaid, got_unpaid) = CollectionSink::new();
    orders_payments(
        CollectionSource::new(orders.clone()),
        CollectionSource::new(payments.clone()),
        paid,
        unpaid,
    )
    .run()
    .expect("it is all in memory");

    let mut by_order: HashMap<u32, Vec<Paid>> = HashMap::new();
    for payment in payments {
        by_order.entry(payment.order).or_default().push(payment);
    }
    let (mut pairs, mut open) = (Vec::new(), Vec::new());
    for order in orders {
        let in_time = by_order.get(&order.number).into_iter().flatten();
        let in_time: Vec<&Paid> = in_time
            .filter(|payment| (order.at..=order.at + 1_800_000).contains(&payment.at))
            .collect();
        if in_time.is_empty() {
            open.push(order.number);
        }
        pairs.extend(
            in_time
                .into_iter()
                .map(|payment| (order.number, payment.at, payment.cents)),
        );
    }
    let mut got_pairs: Vec<(u32, i64, u64)> = got_paid
        .take()
        .into_iter()
        .map(|(order, payment)| (order.number, payment.at, payment.cents))
        .collect();
    let mut got_open: Vec<u32> = got_unpaid.take().into_iter().map(|order| order.number).collect();
    for list in [&mut pairs, &mut got_pairs] {
        list.sort_unstable();
    }
    for list in [&mut open, &mut got_open] {
        list.sort_unstable();
    }
    assert!(open.len() > 1_000);
    assert_eq!(got_open, open);
    assert_eq!(got_pairs, pairs);
}
