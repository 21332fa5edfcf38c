//! The rules of windows, each by its smallest example: which of them Flink has, what it does at every edge, and where ours
//! differ.

use streamlite::prelude::*;
use streamlite_tests::Recorder;

/// Key and timestamp, in milliseconds.
type Row = (char, i64);

/// Start and end of a window, and how many records are in it.
type Span = (i64, i64, u64);

macro_rules! spans {
    ($rows:expr, $window:expr $(, $setting:ident ( $($argument:expr)? ))*) => {{
        let rows: Vec<Row> = $rows;
        let spans: Vec<(char, Span)> = pipeline!(
            from(rows)
                .event_time(|(_, at)| *at)
                .key_by(|(key, _)| *key)
                .window($window)
                $(.$setting($($argument)?))*
                .aggregate(|key, window, rows| {
                    (*key, (window.start.as_millis(), window.end.as_millis(), rows.count()))
                })
        )
        .batch_size(1)
        .collect()
        .expect("the windows make sense");
        spans
    }};
}

/// All of one key.
fn a(at: &[i64]) -> Vec<Row> {
    at.iter().map(|&at| ('a', at)).collect()
}

fn only(spans: Vec<(char, Span)>) -> Vec<Span> {
    spans.into_iter().map(|(_, span)| span).collect()
}

fn ms(millis: i64) -> TimeDelta {
    TimeDelta::from_millis(millis)
}

#[test]
fn a_record_is_in_every_sliding_window_that_contains_it() {
    let spans = |at| only(spans!(a(&[at]), sliding(ms(10)).every(ms(5))));
    assert_eq!(spans(0), [(-5, 5, 1), (0, 10, 1)]);
    assert_eq!(spans(4), [(-5, 5, 1), (0, 10, 1)]);
    assert_eq!(spans(5), [(0, 10, 1), (5, 15, 1)]);
    assert_eq!(spans(-1), [(-10, 0, 1), (-5, 5, 1)]);
}

#[test]
fn windows_at_the_ends_of_time_are_cut_off_there() {
    let spans = |at| only(spans!(a(&[at]), sliding(ms(2)).every(ms(1))));
    let (first, last) = (i64::MIN, i64::MAX);
    assert_eq!(spans(last), [(last - 1, last, 1), (last, last, 1)]);
    assert_eq!(spans(first), [(first, first + 1, 1), (first, first + 2, 1)]);
    // Both are in the window that starts before the last millisecond, and one of them in each of the others.
    let both = only(spans!(a(&[last - 1, last]), sliding(ms(2)).every(ms(1))));
    assert_eq!(both, [(last - 2, last, 1), (last - 1, last, 2), (last, last, 1)]);
}

#[test]
fn a_size_that_the_slide_does_not_divide_makes_windows_of_the_size() {
    let spans = only(spans!(a(&[0, 3, 7]), sliding(ms(10)).every(ms(4))));
    assert_eq!(spans, [(-8, 2, 1), (-4, 6, 2), (0, 10, 3), (4, 14, 1)]);
}

#[test]
fn flink_2_records_between_sliding_windows_are_in_no_window_and_counted() {
    let (out, got) = CollectionSink::new();
    let (late, got_late) = CollectionSink::new();
    pipeline!(
        fn gaps(rows: Source<i64>, out: Sink<(i64, u64)>, late_out: Sink<i64>) {
            let (counts, late) = rows
                .event_time(|at| *at)
                .window(sliding(2ms).every(10ms))
                .with_late()
                .aggregate(|window, rows| (window.start.as_millis(), rows.count()));
            counts.to(out);
            late.to(late_out);
        }
    );
    // 5 is between two windows and in time; 3 is between them, and the watermark is at 12 by then: late.
    let report = gaps(CollectionSource::new(vec![0, 1, 5, 12, 3]), out, late)
        .run()
        .expect("it runs");
    assert_eq!(got.take(), [(0, 2)]);
    assert_eq!(got_late.take(), [3]);
    let operator = report.operator("counts, late").expect("it is there");
    assert_eq!((operator.in_gaps, operator.late), (2, 1));
    assert!(
        report
            .to_string()
            .contains("2 records of `counts, late` came between two windows"),
        "{report}"
    );
}

#[test]
fn flink_3_a_late_record_fires_its_sliding_windows_again_the_earliest_first() {
    // The watermark is at 20: [0, 10) and [5, 15) have fired, and wait for 100 ms.
    let spans = spans!(
        a(&[6, 20, 7]),
        sliding(ms(10)).every(ms(5)),
        allowed_lateness(ms(100))
    );
    assert_eq!(
        only(spans),
        [
            (0, 10, 1),
            (5, 15, 1),
            (0, 10, 2),
            (5, 15, 2),
            (15, 25, 1),
            (20, 30, 1)
        ]
    );
}

#[test]
fn a_record_that_is_late_for_one_of_its_windows_is_in_the_others() {
    // At watermark 12 [0, 10) is closed and [5, 15) is open.
    let spans = only(spans!(a(&[0, 12, 7]), sliding(ms(10)).every(ms(5))));
    assert_eq!(spans, [(-5, 5, 1), (0, 10, 1), (5, 15, 2), (10, 20, 1)]);
}

#[test]
fn discarding_sliding_windows_give_a_late_record_alone() {
    let spans = spans!(
        a(&[6, 8, 20, 7]),
        sliding(ms(10)).every(ms(5)),
        allowed_lateness(ms(100)),
        discarding()
    );
    assert_eq!(
        only(spans),
        [
            (0, 10, 2),
            (5, 15, 2),
            (0, 10, 1),
            (5, 15, 1),
            (15, 25, 1),
            (20, 30, 1)
        ]
    );
}

#[test]
fn keys_of_a_sliding_window_come_in_the_order_of_their_first_record_in_it() {
    let rows = vec![('a', 3), ('b', 6), ('a', 12), ('c', 20)];
    let spans = spans!(rows, sliding(ms(10)).every(ms(5)));
    let keys: Vec<(char, i64)> = spans.iter().map(|(key, span)| (*key, span.0)).collect();
    let expected = [
        ('a', -5),
        ('a', 0),
        ('b', 0),
        ('b', 5),
        ('a', 5),
        ('a', 10),
        ('c', 15),
        ('c', 20),
    ];
    assert_eq!(keys, expected);
}

#[test]
fn flink_1_records_exactly_one_gap_apart_are_in_one_session() {
    let spans = |at: &[i64]| only(spans!(a(at), session(ms(10))));
    assert_eq!(spans(&[0, 10]), [(0, 20, 2)]);
    assert_eq!(spans(&[0, 11]), [(0, 10, 1), (11, 21, 1)]);
}

#[test]
fn a_session_fires_one_gap_after_its_last_record_and_not_a_millisecond_before() {
    let rows = |at| vec![('a', 0), ('b', at), ('a', 1)];
    // At 9 the session [0, 10) is open; at 10 it has fired, and 1 makes one that is closed: late.
    let at_9 = spans!(rows(9), session(ms(10)));
    assert_eq!(at_9, [('a', (0, 11, 2)), ('b', (9, 19, 1))]);
    let at_10 = spans!(rows(10), session(ms(10)));
    assert_eq!(at_10, [('a', (0, 10, 1)), ('a', (1, 11, 1)), ('b', (10, 20, 1))]);
    let at_11 = spans!(rows(11), session(ms(10)));
    assert_eq!(at_11, [('a', (0, 10, 1)), ('b', (11, 21, 1))]);
}

#[test]
fn a_session_closes_in_the_middle_of_a_row_of_records() {
    // c at 18 brings the watermark to 18, which closes the session [0, 18) of a: the next record of a touches nothing.
    let rows = [('a', 0_i64), ('a', 8), ('b', 10), ('c', 18), ('a', 18), ('d', 19)];
    for batch in [1, 4096] {
        let spans = pipeline!(
            from(rows)
                .event_time(|(_, at)| *at)
                .key_by(|(key, _)| *key)
                .window(session(10ms))
                .aggregate(|key, window, rows| (*key, window.end.as_millis(), rows.count()))
        )
        .batch_size(batch)
        .collect()
        .expect("nothing fails");
        assert_eq!(
            spans,
            [
                ('a', 18, 2),
                ('b', 20, 1),
                ('c', 28, 1),
                ('a', 28, 1),
                ('d', 29, 1)
            ],
            "{batch} records at once"
        );
    }
}

#[test]
fn flink_1_a_session_record_is_late_only_if_the_session_that_it_makes_is() {
    // 3 is behind the watermark 12 and its own window [3, 13) is open; 2 alone makes [2, 12), which is closed.
    let spans = |at| only(spans!(a(&[12, at]), session(ms(10))));
    assert_eq!(spans(3), [(3, 22, 2)]);
    assert_eq!(spans(2), [(2, 22, 2)], "it touches the live session [12, 22)");
    assert_eq!(spans(1), [(12, 22, 1)]);
}

#[test]
fn a_record_joins_two_sessions_even_two_that_have_fired() {
    let bridge = only(spans!(a(&[0, 15, 8]), session(ms(10)), allowed_lateness(ms(100))));
    assert_eq!(bridge, [(0, 10, 1), (0, 25, 3)]);
    let fired = spans!(
        vec![('a', 0), ('a', 15), ('b', 40), ('a', 8)],
        session(ms(10)),
        allowed_lateness(ms(100))
    );
    assert_eq!(
        fired,
        [
            ('a', (0, 10, 1)),
            ('a', (15, 25, 1)),
            ('a', (0, 25, 3)),
            ('b', (40, 50, 1))
        ]
    );
}

#[test]
fn a_gap_may_stand_in_the_record() {
    let sessions = pipeline!(
        from([(0_i64, 5_i64), (4, 20), (23, 1), (30, 1)])
            .event_time(|(at, _)| *at)
            .window(session_by(|(_, gap)| TimeDelta::from_millis(*gap)))
            .aggregate(|window, rows| (window.start.as_millis(), window.end.as_millis(), rows.count()))
    )
    .collect()
    .expect("it runs");
    assert_eq!(sessions, [(0, 24, 3), (30, 31, 1)]);
}

#[test]
fn flink_8_count_4_every_2_fires_first_with_2() {
    let windows = |n: u64| {
        pipeline!(from(0..n).window(count(4).every(2)).aggregate(|window, rows| (
            window.start,
            window.end,
            rows.collect(|n| *n)
        )))
        .collect()
        .expect("it runs")
    };
    assert_eq!(windows(1), []);
    assert_eq!(windows(2), [(0, 2, vec![0, 1])]);
    assert_eq!(
        windows(7),
        [
            (0, 2, vec![0, 1]),
            (0, 4, vec![0, 1, 2, 3]),
            (2, 6, vec![2, 3, 4, 5])
        ]
    );
}

#[test]
fn what_is_left_of_a_count_fires_only_if_it_is_asked_for() {
    let rows = || [('a', 1_i64), ('b', 2), ('a', 3), ('a', 4)];
    let left = pipeline!(
        from(rows())
            .key_by(|(key, _)| *key)
            .window(count(2))
            .sum(|(_, n)| *n)
    )
    .collect();
    let left: Vec<(char, u64, i128)> = left
        .expect("it runs")
        .iter()
        .map(|sum| (sum.key, sum.window.start, sum.value))
        .collect();
    assert_eq!(left, [('a', 0, 4)]);
    let all = pipeline!(
        from(rows())
            .key_by(|(key, _)| *key)
            .window(count(2).partial())
            .sum(|(_, n)| *n)
    )
    .collect();
    let all: Vec<(char, u64, i128)> = all
        .expect("it runs")
        .iter()
        .map(|sum| (sum.key, sum.window.start, sum.value))
        .collect();
    assert_eq!(all, [('a', 0, 4), ('a', 2, 4), ('b', 0, 2)]);
}

#[test]
fn flink_12_results_of_counts_and_of_all_carry_the_greatest_timestamp_of_their_records() {
    pipeline!(
        fn stamped(rows: Source<i64>, pairs: Sink<u64>, whole: Sink<u64>) {
            let timed = rows.event_time(|at| *at);
            timed
                .window(count(2))
                .aggregate(|_window, rows| rows.count())
                .to(pairs);
            timed
                .window(global())
                .aggregate(|_window, rows| rows.count())
                .to(whole);
        }
    );
    let (pairs, whole) = (Recorder::default(), Recorder::default());
    stamped(
        CollectionSource::new(vec![5, 3, 9, 12, 1]),
        pairs.clone(),
        whole.clone(),
    )
    .run()
    .expect("it runs");
    let stamps = |records: Vec<streamlite::sink::Record<u64>>| -> Vec<(i64, u64)> {
        records
            .iter()
            .map(|record| (record.timestamp.as_millis(), record.value))
            .collect()
    };
    assert_eq!(stamps(pairs.take()), [(5, 2), (12, 2)]);
    assert_eq!(stamps(whole.take()), [(12, 5)]);
}

#[test]
fn windows_that_make_no_sense_are_refused_when_the_job_starts() {
    macro_rules! refused {
        ($window:expr) => {
            pipeline!(
                from([(0_i64, 1_u32)])
                    .event_time(|(at, _)| *at)
                    .window($window)
                    .sum(|(_, n)| *n)
            )
            .collect()
            .expect_err("it makes no sense")
            .to_string()
        };
    }
    let none = 0;
    insta::assert_snapshot!(refused!(sliding(ms(0)).every(ms(1))));
    insta::assert_snapshot!(refused!(sliding(ms(10)).every(ms(-1))));
    insta::assert_snapshot!(refused!(sliding(ms(10)).every(ms(5)).offset(ms(5))));
    insta::assert_snapshot!(refused!(sliding(TimeDelta::from_days(1)).every(ms(1))));
    insta::assert_snapshot!(refused!(session(ms(0))));
    insta::assert_snapshot!(refused!(count(none)));
    insta::assert_snapshot!(refused!(count(3).every(none)));
}

#[test]
fn a_slide_of_many_panes_runs_if_it_is_meant() {
    let day = TimeDelta::from_mins(5);
    let fired = pipeline!(
        from([(0_i64, 1_u32)])
            .event_time(|(at, _)| *at)
            .window(sliding(day).every(ms(1)).max_panes(1_000_000))
            .sum(|(_, n)| *n)
    )
    .collect()
    .expect("it is meant");
    assert_eq!(fired.len(), 300_000);
}

pipeline!(
    fn firings(events: Source<(char, i64)>, out: Sink<(char, i64, u32)>) {
        let windows = events
            .event_time(|(_, at)| *at)
            .key_by(|(key, _)| *key)
            .window(sliding(10ms).every(5ms))
            .allowed_lateness(20ms)
            .discarding()
            .aggregate(|key, window, rows| (*key, window.start.as_millis(), window.index, rows.count()))
            .map(|(key, start, index, _)| (key, start, index));
        windows.to(out);
    }
);

/// A window that fired for a late record alone, and is open yet, has a number of firings that no other key may find.
#[test]
fn a_key_whose_windows_fired_for_late_records_keeps_them_over_a_restore() {
    let mut t = firings::test();
    t.events.push(('b', 76));
    t.events.push(('a', 100));
    drop(t.out.take());
    // Its window in time is closed at 105, and those that are late at 110 and 115.
    t.events.push(('b', 88));
    assert_eq!(t.out.take(), [('b', 80, 0), ('b', 85, 0)]);
    let saved = t.savepoint();
    let mut t = firings::test().restore(&saved);
    t.events.push(('a', 106));
    drop(t.out.take());
    t.events.push(('c', 88));
    assert_eq!(t.out.take(), [('c', 80, 0), ('c', 85, 0)]);
    t.events.push(('b', 89));
    assert_eq!(t.out.take(), [('b', 80, 1), ('b', 85, 1)]);
}
