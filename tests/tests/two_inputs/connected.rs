//! Processes of two streams against a model: any interleaving of the inputs, disorder on both sides, one side that ends
//! early, rows of any length, restored anywhere.

use proptest::prelude::*;
use streamlite::prelude::*;
use streamlite::state::look_up_in_blocks;
use streamlite_tests::connect_model::{Outcome, Said, broadcast, process};
use streamlite_tests::in_rows::{ReadLog, lists, run_in_rows};
use streamlite_tests::join_model::{Row, Side as Input, Step, steps};
use streamlite_tests::strategies::breaks;
use streamlite_tests::windows::cases;

pipeline!(
    fn counted(left: Source<Row>, right: Source<Row>, out: Sink<Said>, aside: Sink<u32>, delay: TimeDelta) {
        let left = left.event_time(|row| row.at).watermark(bounded(delay));
        let right = right.event_time(|row| row.at).watermark(bounded(delay));
        let (said, thirds) = left.connect(right).on(|l| l.key, |r| r.key).process(|ctx| {
            let sum: i64 = 0;
            let thirds: Side<u32>;

            on_left(|row| {
                *sum += i64::from(row.id);
                let (at, watermark) = (ctx.timestamp().as_millis(), ctx.watermark().as_millis());
                ctx.emit(('l', row.key, at, watermark, *sum));
                ctx.timer_after(TimeDelta::from_millis(10));
            });

            on_right(|Row { key, id, at }| {
                *sum *= 2;
                ctx.emit(('r', key, at, ctx.watermark().as_millis(), *sum));
                ctx.delete_timer(Timestamp::from_millis(at) + TimeDelta::from_millis(10));
                if id % 3 == 0 {
                    thirds.emit(id);
                }
                if id % 5 == 0 {
                    ctx.clear();
                }
            });

            on_timer(|at| {
                ctx.emit(('t', *ctx.key(), at.as_millis(), ctx.watermark().as_millis(), *sum));
            });

            on_end(|| {
                let (at, watermark) = (ctx.timestamp().as_millis(), ctx.watermark().as_millis());
                ctx.emit(('e', *ctx.key(), at, watermark, *sum));
            });
        });
        said.to(out);
        thirds.to(aside);
    }
);

pipeline!(
    fn counted_in_rows(
        left: Source<Row>,
        right: Source<Row>,
        out: Sink<Said>,
        log: ReadLog,
        delay: TimeDelta,
    ) {
        let left = left
            .event_time(|row| log.note(Input::Left, row))
            .watermark(bounded(delay));
        let right = right
            .event_time(|row| log.note(Input::Right, row))
            .watermark(bounded(delay));
        left.connect(right)
            .on(|l| l.key, |r| r.key)
            .process(|ctx| {
                let sum: i64 = 0;

                on_left(|row| {
                    *sum += i64::from(row.id);
                    let (at, watermark) = (ctx.timestamp().as_millis(), ctx.watermark().as_millis());
                    ctx.emit(('l', row.key, at, watermark, *sum));
                    ctx.timer_after(TimeDelta::from_millis(10));
                });

                on_right(|Row { key, id, at }| {
                    *sum *= 2;
                    ctx.emit(('r', key, at, ctx.watermark().as_millis(), *sum));
                    ctx.delete_timer(Timestamp::from_millis(at) + TimeDelta::from_millis(10));
                    if id % 5 == 0 {
                        ctx.clear();
                    }
                });

                on_timer(|at| {
                    ctx.emit(('t', *ctx.key(), at.as_millis(), ctx.watermark().as_millis(), *sum));
                });

                on_end(|| {
                    let (at, watermark) = (ctx.timestamp().as_millis(), ctx.watermark().as_millis());
                    ctx.emit(('e', *ctx.key(), at, watermark, *sum));
                });
            })
            .to(out);
    }
);

pipeline!(
    fn told(left: Source<Row>, right: Source<Row>, out: Sink<Said>, aside: Sink<u32>, delay: TimeDelta) {
        let left = left.event_time(|row| row.at).watermark(bounded(delay));
        let right = right.event_time(|row| row.at).watermark(bounded(delay));
        let (said, thirds) = left.broadcast_to(right).on(|row| row.key).process(|ctx| {
            #[broadcast]
            let last: Value<u32> = Value::new();
            let sum: i64 = 0;
            #[broadcast]
            let heard: i64 = 0;
            let thirds: Side<u32>;

            on_broadcast(|Row { id, at, .. }| {
                last.set(id);
                *heard += 1;
                assert_eq!(ctx.timestamp().as_millis(), at);
                ctx.emit(('b', u8::MAX, at, ctx.watermark().as_millis(), *heard));
                if id % 3 == 0 {
                    thirds.emit(id);
                }
            });

            on_record(|row| {
                *sum += last.get().map_or(0, |last| i64::from(*last));
                ctx.emit(('r', row.key, row.at, ctx.watermark().as_millis(), *sum));
                ctx.timer_after(TimeDelta::from_millis(10));
                if row.id % 5 == 0 {
                    ctx.clear();
                }
            });

            on_timer(|at| {
                let watermark = ctx.watermark().as_millis();
                ctx.emit(('t', *ctx.key(), at.as_millis(), watermark, *sum + *heard));
            });

            on_end(|| {
                let (at, watermark) = (ctx.timestamp().as_millis(), ctx.watermark().as_millis());
                ctx.emit(('e', *ctx.key(), at, watermark, *sum + *heard));
            });
        });
        said.to(out);
        thirds.to(aside);
    }
);

pipeline!(
    fn told_in_rows(left: Source<Row>, right: Source<Row>, out: Sink<Said>, log: ReadLog, delay: TimeDelta) {
        let left = left
            .event_time(|row| log.note(Input::Left, row))
            .watermark(bounded(delay));
        let right = right
            .event_time(|row| log.note(Input::Right, row))
            .watermark(bounded(delay));
        left.broadcast_to(right)
            .on(|row| row.key)
            .process(|ctx| {
                #[broadcast]
                let last: Value<u32> = Value::new();
                let sum: i64 = 0;
                #[broadcast]
                let heard: i64 = 0;

                on_broadcast(|Row { id, at, .. }| {
                    last.set(id);
                    *heard += 1;
                    assert_eq!(ctx.timestamp().as_millis(), at);
                    ctx.emit(('b', u8::MAX, at, ctx.watermark().as_millis(), *heard));
                });

                on_record(|row| {
                    *sum += last.get().map_or(0, |last| i64::from(*last));
                    ctx.emit(('r', row.key, row.at, ctx.watermark().as_millis(), *sum));
                    ctx.timer_after(TimeDelta::from_millis(10));
                    if row.id % 5 == 0 {
                        ctx.clear();
                    }
                });

                on_timer(|at| {
                    let watermark = ctx.watermark().as_millis();
                    ctx.emit(('t', *ctx.key(), at.as_millis(), watermark, *sum + *heard));
                });

                on_end(|| {
                    let (at, watermark) = (ctx.timestamp().as_millis(), ctx.watermark().as_millis());
                    ctx.emit(('e', *ctx.key(), at, watermark, *sum + *heard));
                });
            })
            .to(out);
    }
);

pipeline!(
    /// Without timers watermarks do not come at their places: each handler works its own out.
    fn told_without_timers(
        left: Source<Row>,
        right: Source<Row>,
        out: Sink<Said>,
        log: ReadLog,
        delay: TimeDelta,
    ) {
        let left = left
            .event_time(|row| log.note(Input::Left, row))
            .watermark(bounded(delay));
        let right = right
            .event_time(|row| log.note(Input::Right, row))
            .watermark(bounded(delay));
        left.broadcast_to(right)
            .on(|row| row.key)
            .process(|ctx| {
                #[broadcast]
                let last: i64 = 0;
                #[broadcast]
                let heard: i64 = 0;
                let sum: i64 = 0;

                on_broadcast(|row| {
                    *last = row.id.into();
                    *heard += 1;
                    ctx.emit(('b', u8::MAX, row.at, ctx.watermark().as_millis(), *heard));
                });
                on_record(|row| {
                    *sum += *last;
                    ctx.emit(('r', row.key, row.at, ctx.watermark().as_millis(), *sum));
                    if row.id % 5 == 0 {
                        ctx.clear();
                    }
                });
            })
            .to(out);
    }
);

macro_rules! check {
    ($pipeline:ident, $model:ident, $steps:expr, $delay:expr) => {{
        let (steps, delay): (&[Step], i64) = ($steps, $delay);
        let mut outcome = Outcome::default();
        let delta = TimeDelta::from_millis(delay);
        let report = streamlite_tests::drive!($pipeline, t, (delta), steps, {
            outcome.said.extend(t.out.take());
            outcome.aside.extend(t.aside.take());
        });
        drop(report);
        prop_assert_eq!(outcome, $model(delay, steps));
    }};
}

macro_rules! check_in_rows {
    ($pipeline:ident, $model:ident, $steps:expr, $batch:expr, $breaks:expr, $delay:expr) => {{
        let delta = TimeDelta::from_millis($delay);
        let (said, steps) = run_in_rows(&lists(&$steps), $batch, $breaks, |[left, right], log, sink| {
            $pipeline(left, right, sink, log, delta)
        });
        prop_assert_eq!(said, $model($delay, &steps).said, "read as {:?}", steps);
    }};
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn both_handlers_share_the_states_and_timers_of_a_key(
        steps in steps(),
        delay in prop_oneof![Just(0_i64), 0..30_i64],
        blocks in proptest::option::of(any::<bool>()),
    ) {
        look_up_in_blocks(blocks);
        check!(counted, process, &steps, delay);
    }

    #[test]
    fn every_key_hears_what_is_broadcast(
        steps in steps(),
        delay in prop_oneof![Just(0_i64), 0..30_i64],
        blocks in proptest::option::of(any::<bool>()),
    ) {
        look_up_in_blocks(blocks);
        check!(told, broadcast, &steps, delay);
    }

    #[test]
    fn rows_of_any_length_come_to_the_same(
        steps in steps(),
        delay in prop_oneof![Just(0_i64), 0..30_i64],
        batch in prop_oneof![1..5_usize, 5..70_usize],
        breaks in breaks(2),
        blocks in proptest::option::of(any::<bool>()),
        is_broadcast in any::<bool>(),
    ) {
        look_up_in_blocks(blocks);
        if is_broadcast {
            check_in_rows!(told_in_rows, broadcast, steps, batch, breaks, delay);
        } else {
            check_in_rows!(counted_in_rows, process, steps, batch, breaks, delay);
        }
    }

    #[test]
    fn handlers_without_timers_see_the_same_watermarks(
        steps in steps(),
        delay in prop_oneof![Just(0_i64), 0..30_i64],
        batch in prop_oneof![1..5_usize, 5..70_usize],
        breaks in breaks(2),
    ) {
        let delta = TimeDelta::from_millis(delay);
        let (said, steps) = run_in_rows(&lists(&steps), batch, breaks, |[left, right], log, sink| {
            told_without_timers(left, right, sink, log, delta)
        });
        let mut expected = broadcast(delay, &steps).said;
        expected.retain(|(handler, ..)| matches!(handler, 'b' | 'r'));
        prop_assert_eq!(said, expected, "read as {:?}", steps);
    }
}
