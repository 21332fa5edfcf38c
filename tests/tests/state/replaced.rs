//! States that expire, in whose place a handler puts others.

use streamlite::prelude::*;

pipeline!(
    fn replaced(rows: Source<(i64, bool)>, out: Sink<(usize, usize, bool, bool)>) {
        let timed = rows.event_time(|(at, _)| *at);
        let seen = timed.process(|ctx| {
            #[ttl(100ms)]
            let list: List<i64> = List::new();
            #[ttl(100ms)]
            let map: Map<i64, i64> = Map::new();
            #[ttl(100ms)]
            let value: Value<i64> = Value::new();
            #[ttl(100ms)]
            let greatest: Reducing<i64> = Reducing::new(i64::max);

            on_record(|(at, is_replaced)| {
                if is_replaced {
                    *list = List::new();
                    *map = Map::new();
                    *value = Value::new();
                    *greatest = Reducing::new(i64::max);
                    list.push(at);
                    map.insert(at, at);
                    value.set(at);
                    greatest.add(at);
                }
                ctx.emit((list.len(), map.len(), value.is_some(), !greatest.is_empty()));
            });
        });
        seen.to(out);
    }
);

/// What is put there was written when the handler ran, as what is written to those that were there.
#[test]
fn what_a_handler_puts_in_the_place_of_a_state_is_there_and_expires() {
    let mut t = replaced::test();
    let there = (1, 1, true, true);
    for (at, is_replaced, expected) in [
        (0, false, (0, 0, false, false)),
        (10, true, there),
        (20, true, there),
        (119, false, there),
        (120, false, there),
        (122, false, (0, 0, false, false)),
        (123, true, there),
        (223, false, there),
        (225, false, (0, 0, false, false)),
    ] {
        t.rows.push((at, is_replaced));
        assert_eq!(t.out.take(), [expected], "at {at}");
    }
}
