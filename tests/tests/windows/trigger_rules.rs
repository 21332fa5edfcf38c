//! The rules of triggers, one by one: at the very millisecond, and what running Flink showed.

use streamlite::Job;
use streamlite::prelude::*;

fn ms(millis: i64) -> TimeDelta {
    TimeDelta::from_millis(millis)
}

/// Timestamp, value.
type Event = (i64, i64);

/// The firing, its number, the sum.
type Row = (Firing, u32, i64);

macro_rules! fired {
    ($events:expr, $window:expr, $trigger:expr $(, $setting:ident($($value:expr)?))*) => {
        pipeline!(
            from($events)
                .event_time(|(at, _): &Event| *at)
                .watermark(bounded(ms(0)))
                .window($window)
                .trigger($trigger)
                $(.$setting($($value)?))*
                .aggregate(|window, rows| -> Row { (window.firing, window.index, rows.sum(|(_, n)| *n).try_into().expect("small")) })
        )
        .collect()
        .expect("it runs")
    };
}

use Firing::{Early, Late, OnTime};

#[test]
fn every_fires_once_the_watermark_has_passed_a_multiple_and_not_a_millisecond_before() {
    let at = |at: i64| fired!([(1, 1), (at, 2)], tumbling(ms(100)), every(ms(10)));
    assert_eq!(at(9), [(OnTime, 0, 3)]);
    assert_eq!(at(10), [(OnTime, 0, 3)], "10 has come, and is not passed");
    assert_eq!(at(11), [(Early, 0, 3)]);
}

#[test]
fn flink_6_every_goes_by_the_floor_and_fires_only_with_news() {
    // Multiples of 10 around zero: -20, -10, 0, 10.
    let events = [(-15, 1), (-9, 2), (-5, 4), (12, 8), (45, 16), (47, 32)];
    assert_eq!(
        fired!(events, tumbling(ms(100)).offset(ms(-50)), every(ms(10))),
        [(Early, 0, 3), (Early, 1, 15), (Early, 2, 31), (OnTime, 3, 63)],
        "-9 passes -10; 12 passes 0 and 10, once; 45 passes 20, 30 and 40, once"
    );
}

#[test]
fn every_waits_for_the_multiple_behind_the_first_record() {
    // 60 brings the watermark past 50, which lies before it.
    let events = [(5, 1), (60, 2), (69, 4), (71, 8)];
    assert_eq!(
        fired!(events, tumbling(ms(50)), every(ms(10))),
        [(OnTime, 0, 1), (Early, 0, 14)],
    );
}

#[test]
fn every_does_not_fire_at_the_end_without_news_but_with_on_watermark() {
    let events = || [(1, 1), (11, 2), (200, 4)];
    assert_eq!(
        fired!(events(), tumbling(ms(100)), every(ms(10))),
        [(Early, 0, 3), (OnTime, 0, 4)]
    );
    assert_eq!(
        fired!(events(), tumbling(ms(100)), every(ms(10)).or(on_watermark())),
        [(Early, 0, 3), (OnTime, 1, 3), (OnTime, 0, 4)]
    );
}

#[test]
fn flink_7_a_count_or_delta_trigger_replaces_the_one_at_the_end() {
    let events = || [(1, 1), (2, 2), (3, 4), (150, 8)];
    assert_eq!(
        fired!(events(), tumbling(ms(100)), on_count(2)),
        [(Early, 0, 3)],
        "the third record and the fourth are in no result"
    );
    assert_eq!(
        fired!(events(), tumbling(ms(100)), on_count(2).or(on_watermark())),
        [(Early, 0, 3), (OnTime, 1, 7), (OnTime, 0, 8)]
    );
    assert_eq!(
        fired!(
            events(),
            tumbling(ms(100)),
            on_delta(1, |last, new| new.1 - last.1)
        ),
        [(Early, 0, 7)]
    );
}

#[test]
fn flink_9_the_reference_of_a_delta_is_the_record_that_fired_last_and_purging_keeps_it() {
    let events = || [(1, 10), (2, 12), (3, 13), (4, 15), (5, 16)];
    assert_eq!(
        fired!(
            events(),
            tumbling(ms(100)),
            on_delta(2, |last, new| new.1 - last.1)
        ),
        [(Early, 0, 35), (Early, 1, 66)],
        "12 is 2 from 10, which is not more than 2; 13 fires; 15 is 2 from 13; 16 fires"
    );
    assert_eq!(
        fired!(
            events(),
            tumbling(ms(100)),
            on_delta(2, |last, new| new.1 - last.1).purging()
        ),
        [(Early, 0, 35), (Early, 1, 31)]
    );
}

#[test]
fn flink_10_after_a_purge_an_empty_window_emits_nothing() {
    let events = [(1, 1), (2, 2), (150, 4)];
    assert_eq!(
        fired!(
            events,
            tumbling(ms(100)),
            on_count(2).or(on_watermark()).purging()
        ),
        [(Early, 0, 3), (OnTime, 0, 4)]
    );
}

#[test]
fn flink_13_with_a_purging_trigger_a_late_record_fires_with_what_came_since() {
    let events = || [(1, 1), (120, 2), (5, 4), (6, 8)];
    assert_eq!(
        fired!(
            events(),
            tumbling(ms(100)),
            on_watermark().purging(),
            allowed_lateness(ms(50))
        ),
        [(OnTime, 0, 1), (Late, 1, 4), (Late, 2, 8), (OnTime, 0, 2)]
    );
    assert_eq!(
        fired!(
            events(),
            tumbling(ms(100)),
            on_watermark(),
            allowed_lateness(ms(50))
        ),
        [(OnTime, 0, 1), (Late, 1, 5), (Late, 2, 13), (OnTime, 0, 2)]
    );
}

#[test]
fn without_a_trigger_windows_number_their_late_firings_too() {
    let events = [(1, 1), (120, 2), (5, 4), (6, 8)];
    let rows = pipeline!(
        from(events)
            .event_time(|(at, _): &Event| *at)
            .watermark(bounded(ms(0)))
            .window(tumbling(ms(100)))
            .allowed_lateness(ms(50))
            .aggregate(|window, rows| (window.firing, window.index, rows.sum(|(_, n)| *n)))
    )
    .collect()
    .expect("it runs");
    assert_eq!(
        rows,
        [(OnTime, 0, 1), (Late, 1, 5), (Late, 2, 13), (OnTime, 0, 2)]
    );
}

#[test]
fn a_global_window_fires_by_its_trigger_and_carries_the_greatest_timestamp() {
    let (sink, out) = CollectionSink::new();
    let events = vec![(5, 1), (3, 2), (9, 4), (1, 8), (2, 16)];
    timed(from(events), sink).run().expect("it runs");
    assert_eq!(out.take(), [(0, 3), (1, 12)]);
}

pipeline!(
    fn timed(events: Source<Event>, out: Sink<(u32, i64)>) {
        events
            .event_time(|(at, _)| *at)
            .window(global())
            .trigger(on_count(2).purging())
            .aggregate(|window, rows| (window.index, rows.sum(|(_, n)| *n).try_into().expect("small")))
            .to(out);
    }

    fn a_second_later(events: Source<Event>, out: Sink<Row>) {
        events
            .event_time(|(at, _)| *at)
            .window(tumbling(1h))
            .trigger(on_processing_time(1s))
            .aggregate(|window, rows| {
                (
                    window.firing,
                    window.index,
                    rows.sum(|(_, n)| *n).try_into().expect("small"),
                )
            })
            .to(out);
    }

    fn late_by_the_clock(events: Source<Event>, out: Sink<Row>) {
        events
            .event_time(|(at, _)| *at)
            .window(tumbling(10ms))
            .trigger(on_processing_time(1s))
            .allowed_lateness(1h)
            .aggregate(|window, rows| {
                (
                    window.firing,
                    window.index,
                    rows.sum(|(_, n)| *n).try_into().expect("small"),
                )
            })
            .to(out);
    }

    fn by_count_or_the_clock(events: Source<Event>, out: Sink<Row>) {
        events
            .event_time(|(at, _)| *at)
            .window(tumbling(1h))
            .trigger(on_processing_time(1s).or(on_count(2)))
            .aggregate(|window, rows| {
                (
                    window.firing,
                    window.index,
                    rows.sum(|(_, n)| *n).try_into().expect("small"),
                )
            })
            .to(out);
    }

    fn every_second(events: Source<Event>, out: Sink<Row>) {
        events
            .event_time(|(at, _)| *at)
            .key_by(|_| 'k')
            .window(tumbling(1h))
            .trigger(every_processing(1s))
            .aggregate(|_key, window, rows| {
                (
                    window.firing,
                    window.index,
                    rows.sum(|(_, n)| *n).try_into().expect("small"),
                )
            })
            .to(out);
    }

    fn sessions_every_second(events: Source<Event>, out: Sink<Row>) {
        events
            .event_time(|(at, _)| *at)
            .watermark(bounded(5h))
            .window(session(1h))
            .trigger(every_processing(1s).or(on_processing_time(300ms)))
            .aggregate(|window, rows| {
                (
                    window.firing,
                    window.index,
                    rows.sum(|(_, n)| *n).try_into().expect("small"),
                )
            })
            .to(out);
    }
);

#[test]
fn on_processing_time_fires_so_long_after_the_first_record_since_it_fired() {
    let mut t = a_second_later::test();
    t.events.push((0, 1));
    t.clock.advance(ms(999));
    t.events.push((1, 2));
    assert_eq!(t.out.take(), []);
    t.clock.advance(ms(1));
    assert_eq!(t.out.take(), [(Early, 0, 3)]);
    t.clock.advance(ms(5_000));
    assert_eq!(t.out.take(), [], "nothing came");
    t.events.push((2, 4));
    t.clock.advance(ms(999));
    assert_eq!(t.out.take(), []);
    t.clock.advance(ms(1));
    assert_eq!(t.out.take(), [(Early, 1, 7)]);
    t.events.push((3, 8));
    t.finish();
    assert_eq!(t.out.take(), [], "what is left at the end is in no result");
}

#[test]
fn every_processing_fires_at_the_multiples_of_the_clock_and_at_the_end() {
    let mut t = every_second::test();
    t.clock.advance(ms(1_400));
    t.events.push((0, 1));
    t.clock.advance(ms(599));
    assert_eq!(t.out.take(), []);
    t.clock.advance(ms(1));
    assert_eq!(t.out.take(), [(Early, 0, 1)]);
    t.clock.advance(ms(3_000));
    assert_eq!(t.out.take(), [], "nothing came");
    t.events.push((1, 2));
    t.clock.advance(ms(2_500));
    assert_eq!(t.out.take(), [(Early, 1, 3)], "two multiples have passed");
    t.events.push((2, 4));
    t.finish();
    assert_eq!(t.out.take(), [(OnTime, 2, 7)]);
}

#[test]
fn a_timer_of_the_clock_that_rings_when_the_window_has_just_ended_is_late() {
    let mut t = late_by_the_clock::test();
    t.events.push_all([(0, 1), (9, 2)]);
    t.clock.advance(ms(400));
    t.events.push((10, 4));
    assert_eq!(t.out.take(), []);
    t.clock.advance(ms(600));
    assert_eq!(
        t.out.take(),
        [(Late, 0, 3)],
        "the watermark is at the end of the window"
    );
}

#[test]
fn a_window_that_another_trigger_has_fired_has_nothing_to_tell_by_the_clock() {
    let mut t = by_count_or_the_clock::test();
    t.events.push_all([(0, 1), (1, 2)]);
    assert_eq!(t.out.take(), [(Early, 0, 3)]);
    t.clock.advance(ms(2_000));
    assert_eq!(t.out.take(), []);
    t.events.push((2, 4));
    t.clock.advance(ms(999));
    assert_eq!(t.out.take(), []);
    t.clock.advance(ms(1));
    assert_eq!(t.out.take(), [(Early, 1, 7)]);
}

#[test]
fn timers_of_the_clock_are_restored() {
    let mut t = a_second_later::test();
    t.events.push((0, 1));
    t.clock.advance(ms(400));
    let saved = t.savepoint();
    // Another clock, which starts anew.
    let mut t = a_second_later::test().restore(&saved);
    t.clock.advance(ms(999));
    assert_eq!(t.out.take(), []);
    t.clock.advance(ms(1));
    assert_eq!(t.out.take(), [(Early, 0, 1)]);
}

#[test]
fn sessions_that_become_one_wait_for_the_earlier_of_their_timers() {
    let mut t = sessions_every_second::test();
    let hour = 3_600_000;
    t.events.push((0, 1));
    t.clock.advance(ms(200));
    t.events.push((2 * hour, 2));
    t.clock.advance(ms(50));
    t.events.push((hour, 4));
    t.clock.advance(ms(49));
    assert_eq!(t.out.take(), []);
    t.clock.advance(ms(1));
    assert_eq!(t.out.take(), [(Early, 0, 7)]);
    t.clock.advance(ms(10_000));
    assert_eq!(t.out.take(), [], "the others have nothing to tell");
}

#[test]
fn a_savepoint_of_another_trigger_is_refused() {
    fn by_count() -> Job {
        let (sink, _out) = CollectionSink::new();
        counted(from(vec![(0, 1), (1, 2)]), sink)
    }
    mod other {
        use super::{Event, ms};
        use streamlite::prelude::*;
        pipeline!(
            pub(super) fn counted(events: Source<Event>, out: Sink<i128>) {
                let sums = events
                    .event_time(|(at, _)| *at)
                    .window(tumbling(1h))
                    .trigger(every(ms(5)))
                    .aggregate(|_window, rows| rows.sum(|(_, n)| *n));
                sums.to(out);
            }
        );
    }
    pipeline!(
        fn counted(events: Source<Event>, out: Sink<i128>) {
            let sums = events
                .event_time(|(at, _)| *at)
                .window(tumbling(1h))
                .trigger(on_count(5))
                .aggregate(|_window, rows| rows.sum(|(_, n)| *n));
            sums.to(out);
        }
    );
    let saved = by_count()
        .start()
        .expect("it starts")
        .savepoint()
        .expect("it can be saved");
    assert!(by_count().restore(&saved).start().is_ok());
    let (sink, _out) = CollectionSink::new();
    let error = other::counted(from(vec![(0, 1)]), sink)
        .restore(&saved)
        .start()
        .err();
    let error = error.expect("what is kept differs").to_string();
    assert!(error.contains("trigger"), "{error}");
}

#[test]
fn triggers_that_make_no_sense_are_refused_when_the_job_starts() {
    macro_rules! refused {
        ($window:expr, $trigger:expr) => {
            pipeline!(
                from([(0_i64, 1_i64)])
                    .event_time(|(at, _)| *at)
                    .window($window)
                    .trigger($trigger)
                    .aggregate(|_window, rows| rows.count())
            )
            .collect()
            .expect_err("it makes no sense")
            .to_string()
        };
    }
    let none = 0;
    insta::assert_snapshot!(refused!(tumbling(ms(10)), every(ms(0))));
    insta::assert_snapshot!(refused!(sliding(ms(10)).every(ms(5)), on_count(none)));
    insta::assert_snapshot!(refused!(
        session(ms(10)),
        on_processing_time(ms(-1)).or(on_watermark())
    ));
    insta::assert_snapshot!(refused!(global(), every_processing(ms(0)).purging()));
    insta::assert_snapshot!(refused!(daily(), on_watermark().or(on_count(none))));
}
