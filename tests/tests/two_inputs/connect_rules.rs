//! Rules of connected streams, of streams that are broadcast, and of as-of joins, one by one.

use streamlite::join::Either;
use streamlite::prelude::*;
use streamlite::process::{KeyedProcess, ProcessContext, StateSpec};

type Item = (u32, i64);

pipeline!(
    fn alarms(limits: Source<i64>, readings: Source<(u32, i64, i64)>, out: Sink<(u32, i64)>) {
        let readings = readings.event_time(|(.., at)| *at);
        limits
            .broadcast_to(readings)
            .on(|(sensor, ..)| *sensor)
            .process(|ctx| {
                #[broadcast]
                let limit: i64 = 100;
                let last: Value<i64> = Value::new();

                on_broadcast(|new| *limit = new);
                on_record(|(_, value, _)| {
                    last.set(value);
                    ctx.timer_after(1s);
                });
                on_timer(|_at| {
                    if let Some(last) = last.take().filter(|last| *last > *limit) {
                        ctx.emit((*ctx.key(), last));
                    }
                });
            })
            .to(out);
    }
);

#[test]
fn a_stream_without_event_time_goes_by_the_clock() {
    let mut t = alarms::test();
    t.readings.push_all([(1, 150, 0), (2, 60, 500), (3, 0, 1_600)]);
    t.clock.advance(TimeDelta::from_hours(1));
    t.limits.push(50);
    assert_eq!(t.out.take(), [(1, 150)]);
}

#[test]
fn a_timer_sees_what_was_told_before_it_fires() {
    let mut t = alarms::test();
    t.clock.advance(TimeDelta::from_hours(1));
    t.readings.push_all([(1, 60, 0), (2, 60, 1)]);
    t.limits.push(50);
    t.readings.push((3, 0, 1_001));
    assert_eq!(t.out.take(), [(1, 60)]);
    let saved = t.savepoint();
    let mut t = alarms::test().restore(&saved);
    t.clock.advance(TimeDelta::from_hours(2));
    t.readings.push((3, 0, 1_002));
    assert_eq!(t.out.take(), [(2, 60)], "the limit is restored, and the timer");
}

/// A process of two streams in plain Rust: what the left one has more than the right one.
#[derive(Clone)]
struct Balance;

impl KeyedProcess<u32, Either<Item, i64>> for Balance {
    type States = (Value<i64>,);
    type Out = Item;
    type Sides = ();

    fn specs(&self) -> Vec<StateSpec> {
        vec![StateSpec::new("balance")]
    }

    fn first(&mut self) -> Self::States {
        (Value::new(),)
    }

    fn on_record(
        &mut self,
        record: Either<Item, i64>,
        (balance,): &mut Self::States,
        _sides: &mut (),
        ctx: &mut ProcessContext<'_, u32, Item>,
    ) {
        let balance = balance.get_or_insert_with(|| 0);
        match record {
            Either::Left((_, amount)) => *balance += amount,
            Either::Right(amount) => *balance -= amount,
        }
        ctx.emit((*ctx.key(), *balance));
    }
}

pipeline!(
    fn balances(left: Source<Item>, right: Source<i64>, out: Sink<Item>) {
        left.connect(right)
            .on(|(key, _)| *key, |_| 7)
            .process(Balance)
            .to(out);
    }
);

#[test]
fn a_process_of_two_streams_is_a_keyed_process_of_either() {
    let mut t = balances::test();
    t.left.push_all([(7, 10), (8, 1)]);
    t.right.push(3);
    assert_eq!(t.out.take(), [(7, 10), (8, 1), (7, 7)]);
}

pipeline!(
    fn apart(
        left: Stream<Item>,
        right: Stream<Item>,
        least: i64,
    ) -> (Stream<Item>, Stream<Item>, Stream<i64>, Stream<u32>) {
        let (sums, small, pairs, keys) =
            left.connect(right)
                .on(|(key, _)| *key, |(key, _)| *key)
                .process(|ctx| {
                    let sum: i64 = 0;
                    let seen: Map<i64, u32> = Map::new();
                    let small: Side<Item>;
                    let pairs: Side<i64>;
                    let keys: Side<u32>;

                    on_left(|(key, value): Item| {
                        if value < least {
                            small.emit((key, value));
                            return;
                        }
                        *sum += value;
                        *seen.get_or_insert_with(value, || 0) += 1;
                        ctx.emit((key, *sum));
                    });
                    on_right(|(_, value)| {
                        if value < least {
                            return;
                        }
                        if seen.contains_key(&value) {
                            pairs.emit(value);
                        }
                    });
                    on_end(|| keys.emit(*ctx.key()));
                });
        (sums, small, pairs, keys)
    }
);

pipeline!(
    fn all_apart(
        left: Source<Item>,
        right: Source<Item>,
        sums: Sink<Item>,
        small: Sink<Item>,
        pairs: Sink<i64>,
        keys: Sink<u32>,
        least: i64,
    ) {
        let (a, b, c, d) = apart(left, right, least);
        a.to(sums);
        b.to(small);
        c.to(pairs);
        d.to(keys);
    }
);

/// A parameter is mentioned in both handlers, a handler returns early, and one parameter says its type.
#[test]
fn a_process_of_two_streams_stands_in_a_fragment_with_three_side_outputs() {
    let mut t = all_apart::test(5);
    t.left.push_all([(1, 10), (2, 4), (1, 20)]);
    t.right.push_all([(1, 20), (1, 4), (2, 20), (3, 30)]);
    assert_eq!(t.sums.take(), [(1, 10), (1, 30)]);
    assert_eq!(t.small.take(), [(2, 4)]);
    assert_eq!(t.pairs.take(), [20]);
    t.left.end();
    t.right.end();
    assert_eq!(t.keys.take(), [1, 2, 3]);
}

#[test]
fn connected_and_broadcast_streams_stand_in_expressions() {
    let factor = 3;
    let told = pipeline!({
        let rows = from([1, 2, 3])
            .connect(from([10, 20]))
            .on(|n| n % 2, |n| n % 2)
            .process(|ctx| {
                let sum: i32 = 0;

                on_left(|n| *sum += n * factor);
                on_right(|n| *sum += n);
                on_end(|| ctx.emit(*sum));
            });
        from([5]).broadcast_to(rows).on(|_| ()).process(|ctx| {
            #[broadcast]
            let _told: List<i32> = List::new();

            on_broadcast(|n| ctx.emit(n));
            on_record(|sum| ctx.emit(sum));
        })
    })
    .collect();
    let mut told = told.expect("nothing fails");
    told.sort_unstable();
    assert_eq!(told, [5, 12, 36]);
}

macro_rules! told {
    ($name:ident $type:ty) => {
        mod $name {
            use streamlite::prelude::*;

            pipeline!(
                pub(super) fn told(rules: Source<u8>, records: Source<u8>, out: Sink<u8>) {
                    rules
                        .broadcast_to(records)
                        .on(|record| *record)
                        .process(|ctx| {
                            #[broadcast]
                            let last: $type = 0;

                            on_broadcast(|rule| *last = rule.into());
                            on_record(|record| {
                                let _ = *last;
                                ctx.emit(record);
                            });
                        })
                        .to(out);
                }
            );
        }
    };
}

told!(narrow u8);
told!(wide u64);

#[test]
fn what_all_keys_share_is_not_restored_as_another_type() {
    let source = || CollectionSource::new([1_u8, 2, 3]);
    let saved = narrow::told(source(), source(), NullSink)
        .start()
        .expect("it starts")
        .savepoint();
    let error = wide::told(source(), source(), NullSink)
        .restore(&saved.expect("it can be saved"))
        .start()
        .expect_err("the state is of another type");
    let text = error.to_string();
    assert!(text.contains("state `last`") && text.contains("u64"), "{text}");
}

pipeline!(
    fn rated(orders: Source<Item>, rates: Source<Item>, out: Sink<(i64, Option<i64>)>, oldest: TimeDelta) {
        let orders = orders.event_time(|(_, at)| *at).watermark(bounded(10ms));
        let rates = rates.event_time(|(_, at)| *at).watermark(bounded(10ms));
        orders
            .left_join_latest(rates)
            .on(|(key, _)| *key, |(key, _)| *key)
            .within(oldest)
            .map(|((_, order), rate)| (order, rate.map(|(_, at)| at)))
            .to(out);
    }
);

#[test]
fn a_row_may_be_exactly_as_old_as_that() {
    let mut t = rated::test(TimeDelta::from_millis(100));
    t.rates.push_all([(1, 100), (1, 250)]);
    t.orders
        .push_all([(1, 99), (1, 100), (1, 200), (1, 201), (1, 249), (1, 250)]);
    t.orders.end();
    t.rates.end();
    let expected = [
        (99, None),
        (100, Some(100)),
        (200, Some(100)),
        (201, None),
        (249, None),
        (250, Some(250)),
    ];
    assert_eq!(t.out.take(), expected);
}

#[test]
fn an_age_below_zero_is_an_error() {
    let source = || CollectionSource::new(Vec::<Item>::new());
    let error = rated(source(), source(), NullSink, TimeDelta::from_millis(-1)).run();
    let text = error.expect_err("no row is that old").to_string();
    assert!(
        text.contains("within(-1ms)") && text.contains("within(1h)"),
        "{text}"
    );
}

#[test]
fn a_row_is_emitted_when_the_watermark_is_above_it() {
    let mut t = rated::test(TimeDelta::MAX);
    t.orders.push((1, 100));
    t.rates.push_all([(1, 50), (9, 110)]);
    t.orders.push((9, 110));
    assert!(t.out.take().is_empty(), "a rate of that time may come still");
    t.rates.push((1, 100));
    t.orders.push((9, 111));
    assert!(t.out.take().is_empty());
    t.rates.push((9, 111));
    assert_eq!(t.out.take(), [(100, Some(100))]);
}

pipeline!(
    fn rated_for_ever(orders: Source<Item>, rates: Source<Item>, out: Sink<(i64, Option<i64>)>) {
        let orders = orders.event_time(|(_, at)| *at).watermark(bounded(10ms));
        let rates = rates.event_time(|(_, at)| *at).watermark(bounded(10ms));
        orders
            .left_join_latest(rates)
            .on(|(key, _)| *key, |(key, _)| *key)
            .map(|((_, order), rate)| (order, rate.map(|(_, at)| at)))
            .to(out);
    }
);

/// Of a key that nobody comes by for; `left` rows stay. The same after a restore.
macro_rules! keeps_the_latest {
    ($($t:tt)*) => {{
        let mut t = $($t)*;
        t.rates.push_all((0..5_000).map(|at| (1, at)));
        t.orders.push((2, 0));
        let saved = t.savepoint();
        let full = saved.to_bytes().len();
        for mut t in [t, $($t)*.restore(&saved)] {
            let reached = t.report().operator("out").and_then(|joined| joined.watermark);
            assert_eq!(reached, Some(Timestamp::from_millis(-10)));
            t.orders.push((2, 10_000));
            t.rates.push((2, 10_000));
            let left = t.savepoint().to_bytes().len();
            assert!(left < full / 20, "{left} of {full} bytes are left");
            let _ = t.out.take();
            t.orders.push((1, 10_005));
            t.orders.end();
            t.rates.end();
            assert_eq!(t.out.take().last(), Some(&(10_005, Some(4_999))));
        }
    }};
}

#[test]
fn rows_that_are_not_the_latest_any_more_are_not_kept() {
    keeps_the_latest!(rated_for_ever::test());
    keeps_the_latest!(rated::test(TimeDelta::MAX));
    keeps_the_latest!(rated::test(TimeDelta::from_hours(1)));
}

/// They stay for up to as long again.
#[test]
fn rows_that_are_too_old_are_not_kept() {
    let mut t = rated::test(TimeDelta::from_millis(1_000));
    t.rates
        .push_all((0..5_000).map(|key| (key, i64::from(key) / 100)));
    let full = t.savepoint().to_bytes().len();
    for at in [1_000, 2_000, 3_000] {
        t.rates.push((9_999, at));
        t.orders.push((9_999, at));
    }
    let left = t.savepoint().to_bytes().len();
    assert!(left < full / 20, "{left} of {full} bytes are left");
}

fn time_of(row: &Either<Item, Item>) -> Timestamp {
    match row {
        Either::Left((_, at)) | Either::Right((_, at)) => Timestamp::from_millis(*at),
    }
}

pipeline!(
    fn far_apart(left: Source<Item>, right: Source<Item>, out: Sink<(i64, i64)>) {
        let left = left.event_time(|(_, at)| *at);
        let right = right.event_time(|(_, at)| *at);
        left.join(right)
            .on(|(key, _)| *key, |(key, _)| *key)
            .window(tumbling(1s))
            .trigger(on_delta(10.0, |before, now| {
                (time_of(now) - time_of(before)).as_millis() as f64
            }))
            .map(|((_, left), (_, right))| (left, right))
            .to(out);
    }
);

#[test]
fn a_trigger_of_a_join_looks_at_rows_of_both_streams() {
    let mut t = far_apart::test();
    t.left.push((1, 0));
    t.right.push((1, 9));
    assert!(t.out.take().is_empty());
    t.right.push((1, 11));
    assert_eq!(t.out.take(), [(0, 9), (0, 11)]);
}

/// What is late has the watermark of the join, so that windows over it fire.
#[test]
fn late_rows_are_streams_like_any_other() {
    let late = pipeline!({
        let left = from([(1, 0_i64), (1, 60), (1, 100), (1, 7), (1, 8)]).event_time(|(_, at)| *at);
        let right = from([(1, 0_i64), (1, 100), (1, 9)]).event_time(|(_, at)| *at);
        let (rows, late_left, late_right) = left
            .join_latest(right)
            .on(|(key, _)| *key, |(key, _)| *key)
            .with_late()
            .within(50ms);
        // The second row is a hundred milliseconds after the first.
        rows.for_each(|((_, left), (_, right))| assert_eq!(left, right));
        union(late_left, late_right).window(tumbling(1h)).count()
    })
    .collect()
    .expect("nothing fails");
    assert_eq!(late.iter().map(|late| late.value).collect::<Vec<_>>(), [3]);
}
