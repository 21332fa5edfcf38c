//! A process of one stream has one handler of records.

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
        rules.map(|rule| rule.id).to(out);
        orders
            .key_by(|o| o.id)
            .process(|ctx| {
                on_left(|order| ctx.emit(order.id));
            })
            .for_each(|id: u32| drop(id));
    }
);

fn main() {}
