//! A state that all keys share belongs to `broadcast_to`.

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
        orders
            .connect(rules)
            .on(|o| o.id, |r| r.id)
            .process(|ctx| {
                #[broadcast]
                let count: u32 = 0;

                on_left(|order| ctx.emit(order.id));
                on_right(|rule| *count += rule.id);
            })
            .to(out);
    }
);

fn main() {}
