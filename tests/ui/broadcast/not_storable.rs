//! What all keys share can be stored.

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

struct Last(u32);

pipeline!(
    fn handled(rules: Source<Rule>, orders: Source<Order>, out: Sink<u32>) {
        rules
            .broadcast_to(orders)
            .on(|o| o.id)
            .process(|ctx| {
                #[broadcast]
                let last: Last = Last(0);

                on_broadcast(|rule| last.0 = rule.id);
                on_record(|order| ctx.emit(order.id + last.0));
            })
            .to(out);
    }
);

fn main() {}
