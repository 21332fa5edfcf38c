//! Rules of processes, one by one: what real Flink does, what happens at the end, by the clock, and after a restore.

use streamlite::Savepoint;
use streamlite::prelude::*;
use streamlite::process::TimeDomain;

type Event = (char, i64);

pipeline!(
    /// A timer for the time that a record says; it is deleted again by a record of zero.
    fn alarms(events: Source<(char, i64, i64)>, out: Sink<(char, i64, i64)>) {
        events
            .event_time(|(_, at, _)| *at)
            .key_by(|(key, ..)| *key)
            .process(|ctx| {
                on_record(|(_, _, timer)| match timer {
                    0 => ctx.delete_timer(50_i64),
                    timer => ctx.timer_at(timer),
                });
                on_timer(|at| ctx.emit((*ctx.key(), at.as_millis(), ctx.watermark().as_millis())));
            })
            .to(out);
    }
);

#[test]
fn a_timer_for_a_time_that_has_passed_fires_when_the_watermark_next_rises() {
    let mut t = alarms::test();
    t.events.push(('a', 100, 100));
    t.events.push(('a', 100, 40));
    t.events.push(('a', 100, 30));
    // As in Flink: not at once, but when the watermark rises next; then in the order of time.
    assert_eq!(t.out.take(), []);
    t.events.push(('b', 101, 200));
    assert_eq!(t.out.take(), [('a', 30, 101), ('a', 40, 101), ('a', 100, 101)]);
}

#[test]
fn timers_are_a_set_for_each_key_and_time() {
    let mut t = alarms::test();
    t.events.push_all([
        ('a', 10, 50),
        ('b', 10, 50),
        ('a', 11, 50),
        ('c', 12, 50),
        ('b', 13, 0),
    ]);
    // The watermark is the greatest timestamp: a timer for 50 waits for one above it.
    t.events.push(('d', 50, 60));
    assert_eq!(t.out.take(), []);
    t.events.push(('d', 51, 60));
    assert_eq!(t.out.take(), [('a', 50, 51), ('c', 50, 51)]);
    t.finish();
    assert_eq!(t.out.take(), [('d', 60, i64::MAX)]);
}

pipeline!(
    /// Every timer sets the next one.
    fn heartbeats(events: Source<Event>, out: Sink<i64>) {
        events
            .event_time(|(_, at)| *at)
            .key_by(|(key, _)| *key)
            .process(|ctx| {
                on_record(|_event| {
                    ctx.timer_after(10ms);
                });
                on_timer(|at| {
                    ctx.emit(at.as_millis());
                    ctx.timer_after(10ms);
                });
            })
            .to(out);
    }

    /// Every timer sets the next one, until the input ends.
    fn guarded(events: Source<Event>, out: Sink<i64>) {
        events
            .event_time(|(_, at)| *at)
            .key_by(|(key, _)| *key)
            .process(|ctx| {
                on_record(|_event| {
                    ctx.timer_after(10ms);
                });
                on_timer(|at| {
                    ctx.emit(at.as_millis());
                    if ctx.watermark() < Timestamp::MAX {
                        ctx.timer_after(10ms);
                    }
                });
            })
            .to(out);
    }
);

#[test]
fn timers_that_go_on_for_ever_after_the_end_are_an_error() {
    let error = heartbeats(from(vec![('a', 0)]), NullSink).run();
    let text = error.expect_err("it does not end").to_string();
    assert!(text.contains("for ever"), "{text}");
    assert!(text.contains("ctx.watermark() == Timestamp::MAX"), "{text}");
}

#[test]
fn timers_go_on_through_a_gap_in_the_input_however_long() {
    let (out, got) = CollectionSink::new();
    guarded(from(vec![('a', 0), ('b', 200_005)]), out)
        .run()
        .expect("it ends");
    let got = got.take();
    let expected: Vec<i64> = (1..=20_000).map(|n| n * 10).chain([200_010, 200_015]).collect();
    assert_eq!(got, expected);
}

#[test]
fn a_timer_for_its_own_time_for_ever_is_an_error() {
    let job = pipeline!({
        from([1_i64, 5]).event_time(|at| *at).process(|ctx| {
            on_record(|at| ctx.timer_at(Timestamp::from_millis(at)));
            on_timer(|at| ctx.timer_at(at));
        })
    });
    let text = job.collect().expect_err("it does not end").to_string();
    assert!(text.contains("for ever"), "{text}");
}

pipeline!(
    /// Counts until it is told to forget.
    fn forgetful(events: Source<(char, i64)>, out: Sink<(char, u32)>) {
        events
            .key_by(|(key, _)| *key)
            .process(|ctx| {
                let count: u32 = 0;

                on_record(|(_, n)| {
                    *count += 1;
                    ctx.emit((*ctx.key(), *count));
                    if n == 0 {
                        ctx.clear();
                        // What is changed after it is forgotten, too.
                        *count += 100;
                    }
                });
                on_end(|| ctx.emit((*ctx.key(), 1_000 + *count)));
            })
            .to(out);
    }
);

#[test]
fn a_key_that_was_cleared_is_new() {
    let mut t = forgetful::test();
    t.events
        .push_all([('a', 1), ('b', 1), ('a', 0), ('a', 1), ('c', 0)]);
    assert_eq!(t.out.take(), [('a', 1), ('b', 1), ('a', 2), ('a', 1), ('c', 1)]);
    t.finish();
    // In the order in which the keys came; `a` came again after `b`, and `c` is gone.
    assert_eq!(t.out.take(), [('b', 1_001), ('a', 1_001)]);
}

pipeline!(
    /// Timers by the clock.
    fn by_the_clock(events: Source<Event>, out: Sink<(char, i64)>) {
        events
            .event_time(|(_, at)| *at)
            .key_by(|(key, _)| *key)
            .process(|ctx| {
                let waiting: Value<Timestamp> = Value::new();

                on_record(|_event| {
                    if let Some(at) = waiting.take() {
                        ctx.delete_processing_timer(at);
                    }
                    waiting.set(ctx.processing_timer_after(1s));
                    assert_eq!(ctx.time_domain(), TimeDomain::Event);
                });
                on_timer(|at| {
                    assert_eq!(ctx.time_domain(), TimeDomain::Processing);
                    assert!(at <= ctx.processing_time());
                    ctx.emit((*ctx.key(), ctx.timestamp().as_millis()));
                });
            })
            .to(out);
    }
);

#[test]
fn a_timer_by_the_clock_fires_when_the_clock_comes_to_it() {
    let mut t = by_the_clock::test();
    t.events.push(('a', 5));
    t.events.push(('b', 7));
    t.clock.advance(TimeDelta::from_millis(999));
    t.events.push(('b', 8));
    assert_eq!(t.out.take(), []);
    t.clock.advance(TimeDelta::from_millis(1));
    // Its result has the time of the stream, which is the watermark's.
    assert_eq!(t.out.take(), [('a', 8)]);
    t.clock.advance(TimeDelta::from_millis(998));
    assert_eq!(t.out.take(), []);
    t.clock.advance(TimeDelta::from_millis(1));
    assert_eq!(t.out.take(), [('b', 8)]);
}

pipeline!(
    /// A TTL without event time, and one by the clock.
    fn by_clock(events: Source<char>, out: Sink<(char, u32)>) {
        events
            .key_by(|key| *key)
            .process(|ctx| {
                #[ttl(1s)]
                let count: u32 = 0;

                on_record(|key| {
                    *count += 1;
                    ctx.emit((key, *count));
                });
            })
            .to(out);
    }

    fn by_clock_in_event_time(events: Source<char>, out: Sink<(char, u32)>) {
        events
            .event_time(|_| 0_i64)
            .key_by(|key| *key)
            .process(|ctx| {
                #[ttl(1s, processing_time)]
                let count: u32 = 0;

                on_record(|key| {
                    *count += 1;
                    ctx.emit((key, *count));
                });
            })
            .to(out);
    }
);

/// What comes of a TTL of a second by the clock.
macro_rules! expires_by_the_clock {
    ($t:expr) => {{
        let mut t = $t;
        t.events.push('a');
        t.clock.advance(TimeDelta::from_millis(999));
        t.events.push('a');
        t.clock.advance(TimeDelta::from_millis(999));
        t.events.push('b');
        t.events.push('a');
        t.clock.advance(TimeDelta::from_millis(1_000));
        t.events.push('a');
        assert_eq!(t.out.take(), [('a', 1), ('a', 2), ('b', 1), ('a', 3), ('a', 1)]);
    }};
}

#[test]
fn a_ttl_by_the_clock() {
    expires_by_the_clock!(by_clock::test());
    expires_by_the_clock!(by_clock_in_event_time::test());
}

/// Declares a count by key in a version of its own, with something before the state.
macro_rules! versions {
    ($($version:ident $name:ident: $ty:ty = $first:expr, { $(#[$ttl:meta])? } |$record:ident| $add:expr;)*) => {$(
        mod $version {
            use super::*;

            pipeline!(
                pub(super) fn counts(events: Source<Event>, out: Sink<(char, String)>) {
                    let counted = events.event_time(|(_, at)| *at).key_by(|(key, _)| *key).process(|ctx| {
                        $(#[$ttl])?
                        let $name: $ty = $first;

                        on_record(|$record| {
                            $add;
                            ctx.emit((*ctx.key(), format!("{:?}", $name)));
                        });
                    });
                    counted.to(out);
                }
            );
        }
    )*};
}

versions! {
    plain count: u32 = 0, {} |_event| *count += 1;
    plain_expiring count: u32 = 0, { #[ttl(100ms)] } |_event| *count += 1;
    by_the_clock_now count: u32 = 0, { #[ttl(100ms, processing_time)] } |_event| *count += 1;
    plain_longer count: u32 = 0, { #[ttl(1s)] } |_event| *count += 1;
    of_another_type count: u64 = 0, {} |_event| *count += 1;
    of_another_name number: u32 = 0, {} |_event| *number += 1;
    list times: List<i64> = List::new(), {} |event| times.push(event.1);
    list_expiring times: List<i64> = List::new(), { #[ttl(100ms)] } |event| times.push(event.1);
    map times: Map<i64, u8> = Map::new(), {} |event| times.insert(event.1 / 10, 1);
    map_expiring times: Map<i64, u8> = Map::new(), { #[ttl(100ms)] } |event| times.insert(event.1 / 10, 1);
    value last: Value<i64> = Value::new(), {} |event| last.set(event.1);
    value_expiring last: Value<i64> = Value::new(), { #[ttl(100ms)] } |event| last.replace(event.1);
}

/// Lets one version handle records, and another go on with its state.
macro_rules! hand_over {
    ($from:ident $first:expr => $to:ident $then:expr) => {{
        let mut t = $from::counts::test();
        t.events.push_all($first);
        let saved: Savepoint = t.savepoint();
        let mut t = $to::counts::test().restore(&saved);
        t.events.push_all($then);
        t.out.take().into_iter().map(|(_, text)| text).collect::<Vec<_>>()
    }};
}

#[test]
fn a_ttl_may_be_added_changed_and_removed() {
    // Added: what was there counts as written now, which is at 20.
    let got = hand_over!(plain [('a', 10), ('b', 20)] => plain_expiring [('c', 119), ('a', 119), ('c', 120), ('b', 120)]);
    assert_eq!(got, ["1", "2", "2", "1"]);
    // Changed: it counts from when it was written.
    let got = hand_over!(plain_longer [('a', 10), ('b', 20)] => plain_expiring [('c', 109), ('a', 109), ('c', 120), ('b', 120)]);
    assert_eq!(got, ["1", "2", "2", "1"]);
    // Removed: it stays.
    let got = hand_over!(plain_expiring [('a', 10), ('b', 20)] => plain [('c', 900), ('a', 900)]);
    assert_eq!(got, ["1", "2"]);
    let got = hand_over!(list [('a', 10), ('a', 20)] => list_expiring [('c', 119), ('a', 119), ('c', 120), ('a', 120)]);
    assert_eq!(got, ["[119]", "[10, 20, 119]", "[119, 120]", "[119, 120]"]);
    let got = hand_over!(list_expiring [('a', 10), ('a', 20)] => list [('c', 900), ('a', 900)]);
    assert_eq!(got, ["[900]", "[10, 20, 900]"]);
    let got = hand_over!(map [('a', 10), ('a', 20)] => map_expiring [('c', 119), ('a', 119), ('c', 120), ('a', 120)]);
    assert_eq!(
        got,
        [
            "{11: 1}",
            "{1: 1, 2: 1, 11: 1}",
            "{11: 1, 12: 1}",
            "{11: 1, 12: 1}"
        ]
    );
    let got = hand_over!(map_expiring [('a', 10), ('a', 20)] => map [('a', 900)]);
    assert_eq!(got, ["{1: 1, 2: 1, 90: 1}"]);
    let got = hand_over!(value [('a', 10)] => value_expiring [('a', 900)]);
    assert_eq!(got, ["Value(Some(900))"]);
    let got = hand_over!(value_expiring [('a', 10)] => value [('a', 900)]);
    assert_eq!(got, ["Value(Some(900))"]);
}

#[test]
fn a_ttl_may_go_by_the_clock_from_now_on() {
    let mut t = plain_expiring::counts::test();
    t.events.push_all([('a', 10), ('b', 20)]);
    let saved = t.savepoint();
    let mut t = by_the_clock_now::counts::test().restore(&saved);
    t.clock.advance(TimeDelta::from_millis(99));
    t.events.push(('a', 5_000));
    t.clock.advance(TimeDelta::from_millis(1));
    t.events.push(('b', 5_000));
    t.events.push(('a', 5_000));
    let counts: Vec<_> = t.out.take().into_iter().map(|(_, count)| count).collect();
    assert_eq!(counts, ["2", "1", "3"]);
}

/// A count of events that are up to 50 ms late.
macro_rules! late_counts {
    ($($version:ident { $(#[$ttl:meta])? })*) => {$(
        mod $version {
            use super::*;

            pipeline!(
                pub(super) fn late_counts(events: Source<Event>, out: Sink<(char, u32)>) {
                    let timed = events.event_time(|(_, at)| *at).watermark(bounded(50ms));
                    let counted = timed.key_by(|(key, _)| *key).process(|ctx| {
                        $(#[$ttl])?
                        let count: u32 = 0;

                        on_record(|_event| {
                            *count += 1;
                            ctx.emit((*ctx.key(), *count));
                        });
                    });
                    counted.to(out);
                }
            );
        }
    )*};
}

late_counts! {
    late {}
    late_expiring { #[ttl(100ms)] }
}

#[test]
fn what_a_new_ttl_finds_was_written_at_the_greatest_timestamp() {
    let mut t = late::late_counts::test();
    t.events.push(('a', 10));
    let saved = t.savepoint();
    // The watermark was -40; it is 109 when `a` comes, and then 110.
    let mut t = late_expiring::late_counts::test().restore(&saved);
    t.events.push_all([('c', 159), ('a', 159)]);
    assert_eq!(t.out.take(), [('c', 1), ('a', 2)]);
    let mut t = late_expiring::late_counts::test().restore(&saved);
    t.events.push_all([('c', 160), ('a', 160)]);
    assert_eq!(t.out.take(), [('c', 1), ('a', 1)]);
}

#[test]
fn a_state_of_another_type_or_name_is_refused() {
    let (source, sink) = (|| CollectionSource::new(vec![('a', 1)]), NullSink);
    let mut job = plain::counts(source(), sink).start().expect("it starts");
    job.step().expect("nothing fails");
    let saved = job.savepoint().expect("it can be saved");
    let error = of_another_type::counts(source(), sink).restore(&saved).start();
    let text = error.expect_err("it is refused").to_string();
    assert!(
        text.contains("state `count` u32") && text.contains("state `count` u64"),
        "{text}"
    );
    let error = of_another_name::counts(source(), sink).restore(&saved).start();
    let text = error.expect_err("it is refused").to_string();
    assert!(
        text.contains("state `count` u32") && text.contains("state `number` u32"),
        "{text}"
    );
}

pipeline!(
    /// More states than one tuple holds, in a fragment, and side outputs of several types.
    fn spread(numbers: Stream<i64>) -> (Stream<i64>, Stream<String>, Stream<u8>) {
        let (sums, odd, big) = numbers.key_by(|n| n % 2).process(|ctx| {
            let s0: i64 = 0;
            let s1: i64 = 1;
            let s2: i64 = 2;
            let s3: i64 = 3;
            let s4: i64 = 4;
            let s5: i64 = 5;
            let s6: i64 = 6;
            let s7: i64 = 7;
            let s8: i64 = 8;
            let s9: List<i64> = List::new();
            let odd: Side<String>;
            let big: Side<u8>;

            on_record(|n| {
                for state in [&mut *s0, s1, s2, s3, s4, s5, s6, s7, s8] {
                    *state += n;
                }
                s9.push(n);
                ctx.emit(*s0 + *s8 + s9.iter().sum::<i64>());
                if n % 2 == 1 {
                    odd.emit(format!("{n} is odd"));
                }
                if let Ok(n) = u8::try_from(n)
                    && n > 2
                {
                    big.emit(n);
                }
            });
        });
        (sums, odd, big)
    }

    fn spreading(numbers: Source<i64>, sums: Sink<i64>, odds: Sink<String>, bigs: Sink<u8>) {
        let (sum, odd, big) = spread(numbers);
        sum.to(sums);
        odd.to(odds);
        big.to(bigs);
    }
);

#[test]
fn a_process_in_a_fragment_has_many_states_and_outputs() {
    let mut t = spreading::test();
    t.numbers.push_all([1, 2, 3]);
    assert_eq!(t.sums.take(), [1 + 9 + 1, 2 + 10 + 2, 4 + 12 + 4]);
    assert_eq!(t.odds.take(), ["1 is odd", "3 is odd"]);
    assert_eq!(t.bigs.take(), [3]);
    let saved = t.savepoint();
    let mut t = spreading::test().restore(&saved);
    t.numbers.push(5);
    assert_eq!(t.sums.take(), [9 + 17 + 9]);
}

#[test]
fn an_unkeyed_process_has_one_state() {
    let job = pipeline!({
        from([3, 1, 2]).process(|ctx| {
            let seen: List<i32> = List::new();

            on_record(|n| seen.push(n));
            on_end(|| {
                assert_eq!(ctx.key(), &());
                let mut sorted = seen.take();
                sorted.sort_unstable();
                for n in sorted {
                    ctx.emit(n);
                }
            });
        })
    });
    assert_eq!(job.collect().expect("it ends"), [1, 2, 3]);
}

pipeline!(
    /// A window after a process: its results are on time, and the last ones, too.
    fn then_windows(events: Source<Event>, out: Sink<(i64, u64)>) {
        let timed = events.event_time(|(_, at)| *at).watermark(bounded(5ms));
        timed
            .key_by(|(key, _)| *key)
            .process(|ctx| {
                on_record(|(_, at)| {
                    ctx.timer_after(3ms);
                    ctx.emit(at);
                });
                on_timer(|at| ctx.emit(at.as_millis()));
                on_end(|| ctx.emit(-1));
            })
            .window(tumbling(10ms))
            .aggregate(|window, rows| (window.start.as_millis(), rows.count()))
            .to(out);
    }

    /// Event time anew, after a process: the results of timers are in the partition that moved the watermark.
    fn then_event_time(events: Source<Event>, out: Sink<(i64, u64)>) {
        let timed = events.event_time(|(_, at)| *at).watermark(bounded(5ms));
        timed
            .key_by(|(key, _)| *key)
            .process(|ctx| {
                on_record(|(_, at)| {
                    ctx.timer_after(3ms);
                    ctx.emit(at);
                });
                on_timer(|at| ctx.emit(at.as_millis()));
                on_end(|| ctx.emit(9));
            })
            .event_time(|at| *at)
            .watermark(bounded(20ms))
            .window(tumbling(10ms))
            .aggregate(|window, rows| (window.start.as_millis(), rows.count()))
            .to(out);
    }
);

#[test]
fn what_a_process_emits_is_on_time_downstream() {
    let events = vec![('a', 1), ('b', 2), ('a', 9), ('b', 21)];
    let (out, got) = CollectionSink::new();
    let report = then_windows(from(events.clone()), out).run().expect("it ends");
    // The ends have the greatest timestamp.
    assert_eq!(got.take(), [(0, 5), (10, 1), (20, 4)]);
    assert!(
        report.operators.iter().all(|operator| operator.late == 0),
        "{report}"
    );
    let (out, got) = CollectionSink::new();
    let report = then_event_time(from(events), out).run().expect("it ends");
    assert_eq!(got.take(), [(0, 7), (10, 1), (20, 2)]);
    assert!(
        report.operators.iter().all(|operator| operator.late == 0),
        "{report}"
    );
}

pipeline!(
    /// Two partitions, one of which has ended: timers wait for the other.
    fn of_two(left: Source<Event>, right: Source<Event>, out: Sink<(char, i64)>) {
        let both = union(left.event_time(|(_, at)| *at), right.event_time(|(_, at)| *at));
        both.key_by(|(key, _)| *key)
            .process(|ctx| {
                on_record(|_event| {
                    ctx.timer_after(10ms);
                });
                on_timer(|at| ctx.emit((*ctx.key(), at.as_millis())));
            })
            .to(out);
    }
);

#[test]
fn timers_wait_for_the_partition_that_is_behind() {
    let mut t = of_two::test();
    t.left.push(('a', 10));
    t.left.push(('a', 100));
    assert_eq!(t.out.take(), []);
    t.right.push(('b', 20));
    assert_eq!(t.out.take(), []);
    t.right.push(('b', 21));
    assert_eq!(t.out.take(), [('a', 20)]);
    t.right.end();
    assert_eq!(t.out.take(), [('b', 30), ('b', 31)]);
}

pipeline!(
    /// Event time anew after a process and another source.
    fn met(events: Source<Event>, others: Source<i64>, out: Sink<(i64, u64)>) {
        let echoes = events
            .event_time(|(_, at)| *at)
            .key_by(|(key, _)| *key)
            .process(|ctx| {
                on_record(|_event| {
                    ctx.timer_after(20ms);
                });
                on_timer(|at| ctx.emit(at.as_millis()));
            });
        union(echoes, others)
            .event_time(|at| *at)
            .window(tumbling(10ms))
            .aggregate(|window, rows| (window.start.as_millis(), rows.count()))
            .to(out);
    }
);

#[test]
fn the_last_timers_of_a_partition_that_has_ended_are_on_time() {
    let mut t = met::test();
    t.others.push(500);
    t.events.push(('a', 10));
    t.events.end();
    assert_eq!(t.out.take(), [(30, 1)]);
    let report = t.finish();
    assert!(
        report.operators.iter().all(|operator| operator.late == 0),
        "{report}"
    );
    assert_eq!(t.out.take(), [(500, 1)]);
}

#[test]
fn a_key_that_is_there_for_a_timer_alone_has_no_end() {
    let job = pipeline!({
        from(['a', 'b']).key_by(|key| *key).process(|ctx| {
            let count: u32 = 0;

            on_record(|key| {
                *count += 1;
                ctx.processing_timer_after(1d);
                if key == 'a' {
                    ctx.clear();
                }
            });
            on_timer(|_at| ctx.emit(('t', 0)));
            on_end(|| ctx.emit((*ctx.key(), *count)));
        })
    });
    assert_eq!(job.collect().expect("it ends"), [('b', 1)]);
}

#[test]
fn what_was_restored_is_removed_when_it_has_expired() {
    let bytes = |saved: &Savepoint| postcard::to_stdvec(saved).expect("it serializes").len();
    let letters = ('a'..='z').cycle().map(|key| (key, 5)).take(26);
    let mut t = list_expiring::counts::test();
    t.events.push(('a', 5));
    let one = bytes(&t.savepoint());
    t.events.push_all(letters);
    let saved = t.savepoint();
    assert!(bytes(&saved) > one + 100);
    let mut t = list_expiring::counts::test().restore(&saved);
    t.events.push(('a', 104));
    assert!(bytes(&t.savepoint()) > one + 100);
    t.events.push(('a', 105));
    assert!(
        bytes(&t.savepoint()) < one + 20,
        "26 keys are saved, of which one is left"
    );
}

pipeline!(
    /// A TTL after two inputs, and no timers.
    fn remembered(left: Source<Event>, right: Source<Event>, out: Sink<Vec<i64>>) {
        let both = union(left.event_time(|(_, at)| *at), right.event_time(|(_, at)| *at));
        both.key_by(|(key, _)| *key)
            .process(|ctx| {
                #[ttl(100ms)]
                let recent: List<i64> = List::new();

                on_record(|(_, at)| {
                    recent.push(at);
                    ctx.emit(recent.iter().copied().collect());
                });
            })
            .to(out);
    }
);

#[test]
fn a_ttl_waits_for_the_input_that_is_behind() {
    let mut t = remembered::test();
    t.left.push_all([('a', 10), ('a', 200), ('a', 201)]);
    assert_eq!(t.out.take(), [vec![10], vec![10, 200], vec![10, 200, 201]]);
    t.right.push_all([('b', 110), ('a', 111)]);
    assert_eq!(t.out.take(), [vec![110], vec![200, 201, 111]]);
}
