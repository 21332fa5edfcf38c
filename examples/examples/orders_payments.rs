//! Which orders are paid in time, and which are not: `cargo run --release --example orders_payments`.
//!
//! An interval join that emits orders without payments, too, once none can come in time any more; and what is known of an
//! order, added up.

use std::collections::BTreeMap;

use streamlite::prelude::*;
use streamlite_examples::shop::{ORDERS, Order, Paid, orders_and_payments};

pipeline!(
    /// Payments for orders, which come within half an hour, and orders without one.
    pub fn orders_payments(
        orders: Source<Order>,
        payments: Source<Paid>,
        paid: Sink<(Order, Paid)>,
        unpaid: Sink<Order>,
    ) {
        let orders = orders.event_time(|order| order.at).watermark(bounded(1min));
        let payments = payments.event_time(|payment| payment.at).watermark(bounded(1min));
        let all = orders
            .left_join(payments)
            .on(|order| order.number, |payment| payment.order)
            .within(0s..=30min);

        match all {
            (order, Some(payment)) => pairs = (order, payment),
            (order, None) => open = order,
        }
        pairs.to(paid);
        open.to(unpaid);
    }
);

fn main() -> streamlite::Result<()> {
    let (orders, payments) = orders_and_payments();
    let (paid, got_paid) = CollectionSink::new();
    let (unpaid, got_unpaid) = CollectionSink::new();
    let report = orders_payments(
        CollectionSource::new(orders),
        CollectionSource::new(payments),
        paid,
        unpaid,
    )
    .run()?;
    println!("{report}\n");

    let mut parts: BTreeMap<u32, (u64, u64, usize)> = BTreeMap::new();
    for (order, payment) in got_paid.take() {
        let (asked, got, times) = parts.entry(order.number).or_default();
        *asked = order.cents;
        *got += payment.cents;
        *times += 1;
    }
    let in_full = parts.values().filter(|(asked, got, _)| asked == got).count();
    let in_parts = parts.values().filter(|(.., times)| *times > 1).count();
    let unpaid = got_unpaid.take();
    let cents: u64 = unpaid.iter().map(|order| order.cents).sum();
    println!("{ORDERS} orders");
    println!("{in_full:>7} paid in full within half an hour, {in_parts} of them in two parts");
    println!("{:>7} not paid in time: {} euros", unpaid.len(), cents / 100);
    Ok(())
}
