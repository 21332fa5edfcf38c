//! Every construct of the language in every form: functions, expressions, the attribute.

use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use streamlite::dataflow;
use streamlite::prelude::*;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Event {
    Bid { price: i64, by: String },
    Auction(u32),
    Both(i64, u32),
    Tick,
}

pipeline!(
    /// A typed split: guards, blocks, a branch that is fed several times, one that is used several times.
    fn typed(
        events: Source<Event>,
        prices: Sink<i64>,
        names: Sink<String>,
        doubled: Sink<i64>,
        auctions: Sink<u32>,
        least: i64,
    ) {
        match events {
            Event::Bid { price, by } if price >= least => {
                bids = price;
                bidders = by;
            }
            Event::Bid { price, .. } => bids = -price,
            Event::Auction(id) => found = id,
            Event::Both(price, id) => {
                bids = price;
                let next = id + 1;
                found = id;
                if price > 0 {
                    found = next;
                }
            }
            Event::Tick => {}
        }
        bids.to(prices);
        bidders.to(names);
        bids.map(|price| price * 2).to(doubled);
        found.to(auctions);
    }

    /// The same after a chain, beside the other in one block.
    fn behind_a_chain(numbers: Source<i64>, small: Sink<i64>, large: Sink<String>) {
        match numbers.map(|n| n * 10) {
            n @ 0..100 => low = n,
            n => {
                for part in 0..2 {
                    high = format!("{n}/{part}");
                }
            }
        }
        low.to(small);
        high.to(large);
    }
);

/// The `match` of `typed`, written by hand.
#[derive(Debug, Default, PartialEq)]
struct ByHand {
    prices: Vec<i64>,
    names: Vec<String>,
    auctions: Vec<u32>,
}

impl ByHand {
    fn take(&mut self, event: Event, least: i64) {
        match event {
            Event::Bid { price, by } if price >= least => {
                self.prices.push(price);
                self.names.push(by);
            }
            Event::Bid { price, .. } => self.prices.push(-price),
            Event::Auction(id) => self.auctions.push(id),
            Event::Both(price, id) => {
                self.prices.push(price);
                self.auctions.push(id);
                self.auctions.extend(Some(id + 1).filter(|_| price > 0));
            }
            Event::Tick => {}
        }
    }
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        (-9_i64..9, "[a-c]{0,2}").prop_map(|(price, by)| Event::Bid { price, by }),
        (0_u32..9).prop_map(Event::Auction),
        (-9_i64..9, 0_u32..9).prop_map(|(price, id)| Event::Both(price, id)),
        Just(Event::Tick),
    ];
    prop::collection::vec(event, 0..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_typed_split_is_the_match_by_hand(events in events(), least in -9_i64..9, batch in 1_usize..70) {
        let (prices, got_prices) = CollectionSink::new();
        let (names, got_names) = CollectionSink::new();
        let (doubled, got_doubled) = CollectionSink::new();
        let (auctions, got_auctions) = CollectionSink::new();
        let source = CollectionSource::new(events.clone());
        typed(source, prices, names, doubled, auctions, least).batch_size(batch).run().expect("it is all in memory");
        let mut expected = ByHand::default();
        events.into_iter().for_each(|event| expected.take(event, least));
        let got = ByHand { prices: got_prices.take(), names: got_names.take(), auctions: got_auctions.take() };
        prop_assert_eq!(got_doubled.take(), got.prices.iter().map(|price| price * 2).collect::<Vec<_>>());
        prop_assert_eq!(got, expected);
    }
}

#[test]
fn a_typed_split_stands_behind_a_chain_and_in_an_expression() {
    let mut t = behind_a_chain::test();
    t.numbers.push_all([1, 10, -1, 0]);
    assert_eq!(t.small.take(), [10, 0]);
    assert_eq!(t.large.take(), ["100/0", "100/1", "-10/0", "-10/1"]);

    let words = vec!["one".to_owned(), "three".to_owned()];
    let mut long = Vec::new();
    let short = pipeline!({
        match from(&words) {
            word if word.len() > 3 => rest = word.as_str(),
            word => short = word.len(),
        }
        rest.for_each(|word| long.push(word));
        short
    })
    .collect()
    .expect("it is all in memory");
    assert_eq!((short, long), (vec![3], vec!["three"]));
}

#[test]
fn eight_branches_and_one_are_as_good_as_two() {
    let mut counts = [0; 8];
    pipeline!({
        match from(0_usize..80) {
            n if n % 8 == 0 => a = n,
            n if n % 8 == 1 => b = n,
            n if n % 8 == 2 => c = n,
            n if n % 8 == 3 => d = n,
            n if n % 8 == 4 => e = n,
            n if n % 8 == 5 => f = n,
            n if n % 8 == 6 => g = n,
            n => h = n,
        }
        let all = union(a, b, c, d, e, f, g, h);
        all.for_each(|n| counts[n % 8] += 1);
    })
    .run()
    .expect("it is all in memory");
    assert_eq!(counts, [10; 8]);

    let one = pipeline!({
        match from(0..4) {
            n if n > 1 => large = n * 2,
            _ => {}
        }
        large
    });
    assert_eq!(one.collect().expect("it is all in memory"), [4, 6]);
}

/// Values, duration literals, sinks as expressions and `for_each`, as an attribute.
#[dataflow]
fn constructs(
    numbers: Source<i64>,
    seen: Arc<Mutex<Vec<String>>>,
    out: Arc<Mutex<Vec<i64>>>,
    delay: TimeDelta,
) {
    let waits: Vec<TimeDelta> = vec![1s, delay, 2min];
    let longest: i64 = waits.iter().map(|wait| wait.as_millis()).max().unwrap_or(0);
    let (low, _) = numbers.split(|n| TimeDelta::from_millis(*n) < 30min);
    let (_, high) = low.split(|n| *n < longest);
    low.inspect(|n| {
        seen.lock()
            .expect("nobody panics")
            .push(format!("{n} {} {longest:?}", 5s));
    })
    .to(CallbackSink::new(|n: i64| {
        out.lock().expect("nobody panics").push(n);
        Ok::<(), std::io::Error>(())
    }));
    high.for_each(|n| out.lock().expect("nobody panics").push(-n));
}

#[test]
fn the_attribute_is_the_same_language() {
    let (seen, out) = (Arc::default(), Arc::default());
    let minutes = |n: i64| n * 60_000;
    let numbers = CollectionSource::new([minutes(1), minutes(5), minutes(40)]);
    let delay = TimeDelta::from_mins(3);
    constructs(numbers, Arc::clone(&seen), Arc::clone(&out), delay)
        .run()
        .expect("it is all in memory");
    assert_eq!(
        *seen.lock().expect("nobody panics"),
        ["60000 5s 180000", "300000 5s 180000"]
    );
    assert_eq!(
        *out.lock().expect("nobody panics"),
        [minutes(1), -minutes(5), minutes(5)]
    );
}

#[test]
fn a_parameter_is_moved_where_it_is_mentioned_last() {
    struct NotClone(i64);
    pipeline!(
        fn moved(
            numbers: Source<i64>,
            out: Sink<i64>,
            by: NotClone,
            turn: impl Fn(i64) -> i64 + Send + 'static,
        ) {
            numbers.map(turn).map(|n| n + by.0).to(out);
        }
    );
    let (out, got) = CollectionSink::new();
    moved(CollectionSource::new([1, 2]), out, NotClone(10), |n| n * 2)
        .run()
        .expect("it is all in memory");
    assert_eq!(got.take(), [12, 14]);
}

#[test]
fn a_source_that_ends_may_be_asked_for_by_hand() {
    pipeline!(
        fn counted(numbers: Source<i64> + Bounded, out: Sink<u64>) {
            numbers.count().to(out);
        }
    );
    let mut t = counted::test();
    t.numbers.push_all([1, 2]);
    t.finish();
    assert_eq!(t.out.take(), [2]);
}

#[test]
fn a_keyed_stream_may_be_named_and_used_several_times() {
    pipeline!(
        fn keyed(
            at: Source<i64>,
            counts: Sink<(i64, u64)>,
            sums: Sink<(i64, i128)>,
            totals: Sink<Windowed<i64, u64>>,
        ) {
            let by_parity = at.event_time(|n| *n).key_by(|n| n % 2);
            by_parity.running().count().to(counts);
            by_parity.running().sum(|n| *n).to(sums);
            by_parity.window(tumbling(1h)).count().to(totals);
        }
    );
    let mut t = keyed::test();
    t.at.push_all([1, 2, 3]);
    assert_eq!(t.counts.take(), [(1, 1), (0, 1), (1, 2)]);
    assert_eq!(t.sums.take(), [(1, 1), (0, 2), (1, 4)]);
    t.finish();
    assert_eq!(
        t.totals
            .take()
            .iter()
            .map(|w| (w.key, w.value))
            .collect::<Vec<_>>(),
        [(1, 2), (0, 1)]
    );
}

#[test]
fn a_macro_may_write_a_pipeline() {
    macro_rules! scaled {
        ($name:ident, $item:ty, $window:expr, $turn:expr) => {
            pipeline!(
                fn $name(at: Source<$item>, out: Sink<u64>) {
                    let turned = at.map($turn).event_time(|n| *n);
                    turned
                        .window(tumbling($window))
                        .count()
                        .map(|window| window.value)
                        .to(out);
                }
            );
        };
    }
    scaled!(seconds, i64, 1s, |n| n * 1_000);
    let mut t = seconds::test();
    t.at.push_all([1, 2, 2, 3]);
    t.finish();
    assert_eq!(t.out.take(), [1, 2, 1]);
}

#[test]
fn an_expression_may_bind_one_name_to_several_states() {
    let counts = pipeline!({
        let numbers = from([1_u32, 2, 3]);
        let numbers = numbers.running().sum(|n| *n);
        let numbers = numbers.map(|n| n * 10).running().count();
        numbers
    })
    .collect()
    .expect("nothing of it is saved");
    assert_eq!(counts, [1, 2, 3]);
}

#[test]
fn windows_of_one_name_in_an_expression_are_told_apart() {
    let rows = |first: Vec<i64>, second: Vec<i64>| {
        let mut rows = Vec::new();
        pipeline!({
            let windows = from(first)
                .event_time(|at| *at)
                .window(tumbling(10ms))
                .aggregate(|window, rows| (window.start, rows.count()));
            let before = windows.map(|row| row);
            let windows = from(second)
                .event_time(|at| *at)
                .window(tumbling(10ms))
                .aggregate(|window, rows| (window.start, rows.count()));
            union(before, windows)
                .event_time(|(start, _)| *start)
                .window(tumbling(100ms))
                .aggregate(|window, rows| (window.start.as_millis(), rows.count()))
                .for_each(|row| rows.push(row));
        })
        .run()
        .map(|report| (report.late(), rows))
        .expect("nothing goes wrong")
    };
    // The second source is far ahead: were its lane that of the first, what comes of the first would be late.
    let ahead: Vec<i64> = (0..3_000).map(|n| n * 10).collect();
    let behind: Vec<i64> = (0..300).map(|n| n * 10).collect();
    let (late, rows) = rows(behind, ahead);
    assert_eq!(late, 0);
    let total: u64 = rows.iter().map(|(_, count)| count).sum();
    assert_eq!(total, 3_300);
}
