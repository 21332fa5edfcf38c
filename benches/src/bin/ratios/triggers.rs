//! What a trigger costs: the same windows without one beside them, in place of a loop.

use std::hint::black_box;

use streamlite::prelude::*;
use streamlite_benches::events::Event;
use streamlite_benches::random::{Random, often};

use crate::Pair;

/// Compares all of them.
pub(crate) fn compare(records: usize, compare: &dyn Fn(&str, &dyn Fn() -> Pair)) {
    for keys in [1_000, 100_000] {
        compare(
            &format!("every(1h), which fires at the end / no trigger, tumbling 60 s: {keys} keys"),
            &|| at_the_end(records, keys),
        );
    }
    compare("every(1s) / no trigger, tumbling 60 s: 1000 keys", &|| {
        every_second(records, 1_000)
    });
    compare("every(1s) / no trigger, tumbling 60 s: 100000 keys", &|| {
        every_second(records, 100_000)
    });
    compare(
        "every(1h) / no trigger, the watermark moves with every record: 1000000 keys",
        &|| moving(records, false),
    );
    compare(
        "every(1h), the watermark moves with every record / never: 1000000 keys",
        &|| moving(records, true),
    );
    compare("on_count(100) / no trigger, tumbling 60 s: 1000 keys", &|| {
        counted(records)
    });
}

macro_rules! run {
    ($events:ident, $delay:expr, $window:expr $(, $trigger:expr)?) => {{
        let mut total = 0_u64;
        pipeline!({
            from($events.iter().copied())
                .event_time(|e| e.at)
                .watermark(bounded($delay))
                .key_by(|e| e.key)
                .window($window)
                $(.trigger($trigger))?
                .aggregate(|key, _window, rows| *key ^ (rows.sum(|e| e.value) + u64::from(rows.max(|e| e.value))))
                .for_each(|value| total = total.wrapping_add(value));
        })
        .run()
        .expect("nothing fails");
        black_box(total);
        0
    }};
}

macro_rules! pair {
    ($events:ident, $delay:expr, $window:expr, $trigger:expr) => {
        Pair {
            by_hand: Box::new(move || run!($events, $delay, $window)),
            pipeline: Box::new(move || run!($events, $delay, $window, $trigger)),
        }
    };
}

/// Two thousand records a key and minute, so that few of them are followed by a firing.
fn every_second(records: usize, keys: u64) -> Pair {
    let events: &'static [Event] = Vec::leak(often(records, keys, 2_000));
    pair!(events, 5s, tumbling(1min), every(1s))
}

/// The trigger is asked with every record, and fires nothing.
fn at_the_end(records: usize, keys: u64) -> Pair {
    let events: &'static [Event] = Vec::leak(often(records, keys, 2_000));
    pair!(events, 5s, tumbling(1min), every(1h))
}

fn counted(records: usize) -> Pair {
    let events: &'static [Event] = Vec::leak(often(records, 1_000, 2_000));
    pair!(events, 5s, tumbling(1min), on_count(100))
}

/// All keys are in one window. Beside the trigger alone, or the same where the watermark stays.
fn moving(records: usize, staying: bool) -> Pair {
    let keys: Vec<u64> = Random::new(7).take(1_000_000).collect();
    let events = Random::new(11)
        .take(records)
        .zip(0_i64..)
        .map(|(random, at)| Event {
            key: keys[usize::try_from(random % 1_000_000).expect("it is small")],
            value: (random >> 48) as u32,
            at,
        });
    let events: &'static [Event] = Vec::leak(events.collect());
    if staying {
        Pair {
            by_hand: Box::new(move || run!(events, 10d, tumbling(1d), every(1h))),
            pipeline: Box::new(move || run!(events, 0s, tumbling(1d), every(1h))),
        }
    } else {
        pair!(events, 0s, tumbling(1d), every(1h))
    }
}
