//! The two keys are of one type.

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
            .on(|o| o.id, |r| r.order)
            .process(|ctx| {
                on_left(|order| ctx.emit(order.id));
                on_right(|rule| ctx.emit(rule.id));
            })
            .to(out);
    }
);

fn main() {}
