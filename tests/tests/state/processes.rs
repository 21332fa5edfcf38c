//! Processes against a model of plain structs and a sorted list of timers: random programs of state and timer operations,
//! several partitions, any batch size, restored anywhere.

use std::sync::Arc;

use proptest::prelude::*;
use streamlite::prelude::*;
use streamlite::state::look_up_in_blocks;
use streamlite_tests::Recorder;
use streamlite_tests::process_model::{Kind, Line, Op, Programs, lines, of_record, of_timer, programs, see};
use streamlite_tests::windows::{Log, Tagged, cases, setups};

/// Does the steps that are about states and outputs, for the states that are named.
macro_rules! do_step {
    ($op:expr, $ctx:ident, $aside:ident, $plain:ident $value:ident $list:ident $map:ident $reduced:ident) => {
        match $op {
            Op::AddExpiring(n) => *$plain = $plain.wrapping_add(n),
            Op::Set(n) => $value.set(n),
            Op::Take => $value.clear(),
            Op::Bump => {
                if let Some(value) = $value.get_mut() {
                    *value += 1;
                }
            }
            Op::Push(n) => $list.push(n),
            Op::PopFront => drop($list.pop_front()),
            Op::PopBack => drop($list.pop_back()),
            Op::RetainEven => $list.retain(|n| n % 2 == 0),
            Op::ClearList => $list.clear(),
            Op::Insert(key, n) => drop($map.insert(key, n)),
            Op::Touch(key) => {
                if let Some(value) = $map.get_mut(&key) {
                    *value += 1;
                }
            }
            Op::Remove(key) => drop($map.remove(&key)),
            Op::Reduce(n) => $reduced.add(n),
            Op::ClearReduced => $reduced.clear(),
            Op::Clear => $ctx.clear(),
            Op::Emit => $ctx.emit(format!("emitted by {}", $ctx.key())),
            Op::Side => $aside.emit(format!("aside by {}", $ctx.key())),
            Op::Add(_) | Op::Timer(_) | Op::TimerAt(_) | Op::Delete(_) => {}
        }
    };
}

/// Shows the states that are named.
macro_rules! show {
    ($plain:ident $value:ident $list:ident $map:ident $reduced:ident) => {{
        let list: Vec<i64> = $list.iter().copied().collect();
        let map: Vec<(u8, i64)> = $map.iter().map(|(key, value)| (*key, *value)).collect();
        assert_eq!((list.len(), map.len()), ($list.len(), $map.len()));
        assert_eq!((list.first(), list.last()), ($list.first(), $list.last()));
        see(
            *$plain,
            $value.get().copied(),
            &list,
            &map,
            $reduced.get().copied(),
        )
    }};
}

/// Emits a line that begins with what is handled, and when.
macro_rules! emit_line {
    ($ctx:ident, $what:literal, $states:expr) => {{
        let (at, watermark) = ($ctx.timestamp().as_millis(), $ctx.watermark().as_millis());
        let line = format!("{} {} {at} {watermark}: {}", $what, $ctx.key(), $states);
        $ctx.emit(line);
    }};
}

pipeline!(
    /// Every kind of state, with a TTL and without, and timers.
    fn everything(
        events: Source<Tagged>,
        out: Sink<String>,
        log: Log,
        programs: Arc<Programs>,
        delay: TimeDelta,
        ttl: TimeDelta,
    ) {
        let keyed = events
            .event_time(move |tagged| log.note(tagged))
            .watermark(bounded(delay))
            .key_by(|(_, e)| e.key);
        let (main, aside) = keyed.process(|ctx| {
            let plain: i64 = 0;
            let value: Value<i64> = Value::new();
            let list: List<i64> = List::new();
            let map: Map<u8, i64> = Map::new();
            let reduced: Reducing<i64> = Reducing::new(i64::max);
            #[ttl(ttl)]
            let plain_e: i64 = 7;
            #[ttl(ttl)]
            let value_e: Value<i64> = Value::new();
            #[ttl(ttl)]
            let list_e: List<i64> = List::new();
            #[ttl(ttl)]
            let map_e: Map<u8, i64> = Map::new();
            #[ttl(ttl)]
            let reduced_e: Reducing<i64> = Reducing::new(i64::max);
            let aside: Side<String>;

            on_record(|(_, event)| {
                let stays = show!(plain value list map reduced);
                emit_line!(
                    ctx,
                    "record",
                    format!("{stays} / {}", show!(plain_e value_e list_e map_e reduced_e))
                );
                for op in of_record(&programs, &event) {
                    match op {
                        Op::Add(n) => *plain = plain.wrapping_add(n),
                        Op::Timer(by) => {
                            let at = ctx.timer_after(TimeDelta::from_millis(by));
                            assert_eq!(at, ctx.timestamp() + TimeDelta::from_millis(by));
                        }
                        Op::TimerAt(at) => ctx.timer_at(Timestamp::from_millis(at)),
                        Op::Delete(by) => ctx.delete_timer(ctx.timestamp() + TimeDelta::from_millis(by)),
                        op => {
                            // A step that emits does so once.
                            let is_state =
                                !matches!(op, Op::Emit | Op::Side | Op::Clear | Op::AddExpiring(_));
                            if is_state {
                                let mut unused = 0_i64;
                                let unused = &mut unused;
                                do_step!(op.clone(), ctx, aside, unused value list map reduced);
                            }
                            do_step!(op, ctx, aside, plain_e value_e list_e map_e reduced_e);
                        }
                    }
                }
            });
            on_timer(|at| {
                assert_eq!(at, ctx.timestamp());
                let stays = show!(plain value list map reduced);
                emit_line!(
                    ctx,
                    "timer",
                    format!("{stays} / {}", show!(plain_e value_e list_e map_e reduced_e))
                );
                for op in of_timer(&programs, *ctx.key(), at.as_millis()) {
                    match op {
                        Op::Add(n) => *plain = plain.wrapping_add(n),
                        Op::Timer(by) => ctx.timer_at(at + TimeDelta::from_millis(by)),
                        Op::TimerAt(at) => ctx.timer_at(Timestamp::from_millis(at)),
                        Op::Delete(by) => ctx.delete_timer(ctx.timestamp() + TimeDelta::from_millis(by)),
                        op => {
                            let is_state =
                                !matches!(op, Op::Emit | Op::Side | Op::Clear | Op::AddExpiring(_));
                            if is_state {
                                let mut unused = 0_i64;
                                let unused = &mut unused;
                                do_step!(op.clone(), ctx, aside, unused value list map reduced);
                            }
                            do_step!(op, ctx, aside, plain_e value_e list_e map_e reduced_e);
                        }
                    }
                }
            });
            on_end(|| {
                let stays = show!(plain value list map reduced);
                emit_line!(
                    ctx,
                    "end",
                    format!("{stays} / {}", show!(plain_e value_e list_e map_e reduced_e))
                );
            });
        });
        union(main, aside).to(out);
    }

    /// States that all expire, and timers.
    fn expiring(
        events: Source<Tagged>,
        out: Sink<String>,
        log: Log,
        programs: Arc<Programs>,
        delay: TimeDelta,
        ttl: TimeDelta,
    ) {
        let keyed = events
            .event_time(move |tagged| log.note(tagged))
            .watermark(bounded(delay))
            .key_by(|(_, e)| e.key);
        let (main, aside) = keyed.process(|ctx| {
            #[ttl(ttl)]
            let plain_e: i64 = 7;
            #[ttl(ttl)]
            let value_e: Value<i64> = Value::new();
            #[ttl(ttl)]
            let list_e: List<i64> = List::new();
            #[ttl(ttl)]
            let map_e: Map<u8, i64> = Map::new();
            #[ttl(ttl)]
            let reduced_e: Reducing<i64> = Reducing::new(i64::max);
            let aside: Side<String>;

            on_record(|(_, event)| {
                emit_line!(ctx, "record", show!(plain_e value_e list_e map_e reduced_e));
                for op in of_record(&programs, &event) {
                    match op {
                        Op::Timer(by) => drop(ctx.timer_after(TimeDelta::from_millis(by))),
                        Op::TimerAt(at) => ctx.timer_at(Timestamp::from_millis(at)),
                        Op::Delete(by) => ctx.delete_timer(ctx.timestamp() + TimeDelta::from_millis(by)),
                        op => do_step!(op, ctx, aside, plain_e value_e list_e map_e reduced_e),
                    }
                }
            });
            on_timer(|at| {
                emit_line!(ctx, "timer", show!(plain_e value_e list_e map_e reduced_e));
                for op in of_timer(&programs, *ctx.key(), at.as_millis()) {
                    match op {
                        Op::Timer(by) => drop(ctx.timer_after(TimeDelta::from_millis(by))),
                        Op::TimerAt(at) => ctx.timer_at(Timestamp::from_millis(at)),
                        Op::Delete(by) => ctx.delete_timer(ctx.timestamp() + TimeDelta::from_millis(by)),
                        op => do_step!(op, ctx, aside, plain_e value_e list_e map_e reduced_e),
                    }
                }
            });
            on_end(|| emit_line!(ctx, "end", show!(plain_e value_e list_e map_e reduced_e)));
        });
        union(main, aside).to(out);
    }

    /// The same with one output, so that it could take whole rows: timers do not let it.
    fn in_rows(
        events: Source<Tagged>,
        out: Sink<String>,
        log: Log,
        programs: Arc<Programs>,
        delay: TimeDelta,
        ttl: TimeDelta,
    ) {
        events
            .event_time(move |tagged| log.note(tagged))
            .watermark(bounded(delay))
            .key_by(|(_, e)| e.key)
            .process(|ctx| {
                #[ttl(ttl)]
                let plain_e: i64 = 7;
                #[ttl(ttl)]
                let value_e: Value<i64> = Value::new();
                #[ttl(ttl)]
                let list_e: List<i64> = List::new();
                #[ttl(ttl)]
                let map_e: Map<u8, i64> = Map::new();
                #[ttl(ttl)]
                let reduced_e: Reducing<i64> = Reducing::new(i64::max);

                on_record(|(_, event)| {
                    emit_line!(ctx, "record", show!(plain_e value_e list_e map_e reduced_e));
                    for op in of_record(&programs, &event) {
                        match op {
                            Op::Timer(by) => drop(ctx.timer_after(TimeDelta::from_millis(by))),
                            Op::TimerAt(at) => ctx.timer_at(Timestamp::from_millis(at)),
                            Op::Delete(by) => ctx.delete_timer(ctx.timestamp() + TimeDelta::from_millis(by)),
                            Op::Side => ctx.emit(format!("aside by {}", ctx.key())),
                            op => do_step!(op, ctx, ctx, plain_e value_e list_e map_e reduced_e),
                        }
                    }
                });
                on_timer(|at| {
                    emit_line!(ctx, "timer", show!(plain_e value_e list_e map_e reduced_e));
                    for op in of_timer(&programs, *ctx.key(), at.as_millis()) {
                        match op {
                            Op::Timer(by) => drop(ctx.timer_after(TimeDelta::from_millis(by))),
                            Op::TimerAt(at) => ctx.timer_at(Timestamp::from_millis(at)),
                            Op::Delete(by) => ctx.delete_timer(ctx.timestamp() + TimeDelta::from_millis(by)),
                            Op::Side => ctx.emit(format!("aside by {}", ctx.key())),
                            op => do_step!(op, ctx, ctx, plain_e value_e list_e map_e reduced_e),
                        }
                    }
                });
                on_end(|| emit_line!(ctx, "end", show!(plain_e value_e list_e map_e reduced_e)));
            })
            .to(out);
    }

    /// The same without timers, whose one output takes whole rows.
    fn without_timers(
        events: Source<Tagged>,
        out: Sink<String>,
        log: Log,
        programs: Arc<Programs>,
        delay: TimeDelta,
        ttl: TimeDelta,
    ) {
        events
            .event_time(move |tagged| log.note(tagged))
            .watermark(bounded(delay))
            .map(|tagged| tagged)
            .key_by(|(_, e)| e.key)
            .process(|ctx| {
                #[ttl(ttl)]
                let plain_e: i64 = 7;
                #[ttl(ttl)]
                let value_e: Value<i64> = Value::new();
                #[ttl(ttl)]
                let list_e: List<i64> = List::new();
                #[ttl(ttl)]
                let map_e: Map<u8, i64> = Map::new();
                #[ttl(ttl)]
                let reduced_e: Reducing<i64> = Reducing::new(i64::max);

                on_record(|(_, event)| {
                    emit_line!(ctx, "record", show!(plain_e value_e list_e map_e reduced_e));
                    for op in of_record(&programs, &event) {
                        match op {
                            Op::Side => ctx.emit(format!("aside by {}", ctx.key())),
                            op => do_step!(op, ctx, ctx, plain_e value_e list_e map_e reduced_e),
                        }
                    }
                });
                on_end(|| emit_line!(ctx, "end", show!(plain_e value_e list_e map_e reduced_e)));
            })
            .to(out);
    }
);

/// What is emitted by a process of each kind.
#[track_caller]
fn check(
    kind: Kind,
    in_one: bool,
    setup: &streamlite_tests::windows::Setup,
    programs: &Programs,
    delay: i64,
    ttl: i64,
) {
    let shared = Arc::new(programs.clone());
    let (delay_of, ttl_of) = (TimeDelta::from_millis(delay), TimeDelta::from_millis(ttl));
    let wrote = setup.drive(|events, out: Recorder<String>, _, log| {
        let programs = Arc::clone(&shared);
        match (kind.stays, kind.timers) {
            (true, _) => everything(events, out, log, programs, delay_of, ttl_of),
            (false, true) if in_one => in_rows(events, out, log, programs, delay_of, ttl_of),
            (false, true) => expiring(events, out, log, programs, delay_of, ttl_of),
            (false, false) => without_timers(events, out, log, programs, delay_of, ttl_of),
        }
    });
    let got: Vec<Line> = wrote
        .records
        .into_iter()
        .map(|record| (record.value, record.timestamp.as_millis()))
        .collect();
    let expected = lines(kind, &wrote.reading, setup.partitions.len(), programs, delay, ttl);
    let first = got
        .iter()
        .zip(&expected)
        .position(|(got, expected)| got != expected);
    let first = first.unwrap_or(got.len().min(expected.len()));
    assert_eq!(
        got.get(first),
        expected.get(first),
        "line {first} of {}",
        expected.len()
    );
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn every_state_and_timer_is_that_of_the_model(
        setup in setups(40),
        programs in programs(),
        delay in 0_i64..12,
        ttl in prop_oneof![8 => 1_i64..40, 1 => Just(i64::MAX)],
        blocks in any::<Option<bool>>(),
    ) {
        look_up_in_blocks(blocks);
        check(Kind { timers: true, stays: true }, false, &setup, &programs, delay, ttl);
    }

    #[test]
    fn a_key_whose_states_have_all_expired_is_new(
        setup in setups(40),
        programs in programs(),
        delay in 0_i64..12,
        ttl in 1_i64..40,
        in_one in any::<bool>(),
        blocks in any::<Option<bool>>(),
    ) {
        look_up_in_blocks(blocks);
        check(Kind { timers: true, stays: false }, in_one, &setup, &programs, delay, ttl);
    }

    #[test]
    fn what_expires_in_the_middle_of_a_row_is_gone(
        setup in setups(40),
        programs in programs(),
        delay in 0_i64..12,
        ttl in 1_i64..40,
        blocks in any::<Option<bool>>(),
    ) {
        look_up_in_blocks(blocks);
        check(Kind { timers: false, stays: false }, true, &setup, &programs, delay, ttl);
    }
}
