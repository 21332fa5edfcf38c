//! What a process keeps can be stored.

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
        orders
            .connect(rules)
            .on(|o| o.id, |r| r.id)
            .process(|ctx| {
                let last: Value<Last> = Value::new();

                on_left(|order| last.set(Last(order.id)));
                on_right(|rule| ctx.emit(rule.id + last.get().map_or(0, |last| last.0)));
            })
            .to(out);
    }
);

fn main() {}
