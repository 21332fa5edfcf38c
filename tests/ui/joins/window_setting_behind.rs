//! What stands after a join works on its output.

use streamlite::prelude::*;

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Order {
    id: u32,
    at: i64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Payment {
    order: u64,
    paid: u32,
    at: i64,
}

pipeline!(
    fn joined(orders: Source<Order>, payments: Source<Payment>, out: Sink<(Order, Payment)>) {
        let orders = orders.event_time(|o| o.at);
        let payments = payments.event_time(|p| p.at);
        orders.join(payments).on(|o| o.id, |p| p.paid).within(0s..=1min).map(|pair| pair).allowed_lateness(1min).to(out);
    }
);

fn main() {}
