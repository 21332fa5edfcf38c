//! A record that is broadcast belongs to no key.

use streamlite::prelude::*;

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Order {
    id: u32,
    at: i64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Rule {
    order: u64,
    id: u32,
    limit: f64,
}

pipeline!(
    fn handled(rules: Source<Rule>, orders: Source<Order>, out: Sink<u32>) {
        rules
            .broadcast_to(orders)
            .on(|o| o.id)
            .process(|ctx| {
                let count: u32 = 0;

                on_broadcast(|rule| *count += rule.id);
                on_record(|order| ctx.emit(order.id));
            })
            .to(out);
    }
);

fn main() {}
