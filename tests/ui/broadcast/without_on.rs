//! The stream that is broadcast to has a key.

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
            .process(|ctx| {
                on_broadcast(|rule| ctx.emit(rule.id));
                on_record(|order| ctx.emit(order.id));
            })
            .to(out);
    }
);

fn main() {}
