//! What waits for others can be stored.

use streamlite::prelude::*;

#[derive(Clone, Debug)]
struct Order {
    id: u32,
    at: i64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Payment {
    order: u32,
    paid: u32,
    at: i64,
}

pipeline!(
    fn joined(orders: Source<Order>, payments: Source<Payment>, out: Sink<u32>) {
        let orders = orders.event_time(|o| o.at);
        let payments = payments.event_time(|p| p.at);
        orders.join(payments).on(|o| o.id, |p| p.order).window(tumbling(1min)).map(|(o, p)| o.id + p.paid).to(out);
    }
);

fn main() {}
