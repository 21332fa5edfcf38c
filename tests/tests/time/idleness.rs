//! Inputs that are active, idle and finished are three different things, whatever the watermarks follow from; and what the
//! clock has to do with it.

use streamlite::prelude::*;

/// When a window began, and how many records it had.
type Row = (i64, u64);

/// A strategy of one's own.
struct AsTold;

impl WatermarkStrategy<i64> for AsTold {
    type State = ();

    fn on_record(&self, (): &mut (), _at: &i64, timestamp: Timestamp) -> Option<Timestamp> {
        Some(timestamp)
    }
}

pipeline!(
    /// Ingestion time: a window by the clock.
    fn by_the_clock(events: Source<u32>, rows: Sink<Row>) {
        let windows = events
            .window(tumbling(1s))
            .aggregate(|window, rows| (window.start.as_millis(), rows.count()));
        windows.to(rows);
    }

    /// The same, said aloud.
    fn said_aloud(events: Source<u32>, rows: Sink<Row>) {
        let windows = events
            .processing_time()
            .window(tumbling(1s))
            .aggregate(|window, rows| (window.start.as_millis(), rows.count()));
        windows.to(rows);
    }
);

#[test]
fn without_event_time_records_carry_the_time_of_reading() {
    let mut t = by_the_clock::test();
    t.events.push_all([1, 2]);
    t.clock.advance(TimeDelta::from_millis(999));
    t.events.push(3);
    assert_eq!(t.rows.take(), []);
    t.clock.advance(TimeDelta::from_millis(1));
    t.events.push(4);
    assert_eq!(t.rows.take(), [(0, 3)]);
    t.finish();
    assert_eq!(t.rows.take(), [(1_000, 1)]);
}

#[test]
fn processing_time_behind_a_source_is_the_same() {
    let mut t = said_aloud::test();
    t.events.push_all([1, 2]);
    t.clock.advance(TimeDelta::from_millis(999));
    t.events.push(3);
    assert_eq!(t.rows.take(), []);
    t.clock.advance(TimeDelta::from_millis(1));
    t.events.push(4);
    assert_eq!(t.rows.take(), [(0, 3)]);
    t.finish();
    assert_eq!(t.rows.take(), [(1_000, 1)]);
}

/// The rules, with watermarks that come to the same by each strategy.
macro_rules! rules {
    ($($name:ident: { $($strategy:tt)+ })+) => { $(
        mod $name {
            use super::*;

        pipeline!(
            fn united(a: Source<i64>, b: Source<i64>, rows: Sink<Row>, lates: Sink<i64>) {
                let timed_a = a.event_time(|at| *at).watermark($($strategy)+).idle_after(10s);
                let timed_b = b.event_time(|at| *at).watermark($($strategy)+).idle_after(10s);
                let both = union(timed_a, timed_b);
                let (windows, late) = both
                    .window(tumbling(10ms))
                    .with_late()
                    .aggregate(|window, rows| (window.start.as_millis(), rows.count()));
                windows.to(rows);
                late.to(lates);
            }
        );

        #[test]
        fn an_input_that_has_not_spoken_holds_the_other_back() {
            let mut t = united::test();
            t.a.push_all([1, 25]);
            t.clock.advance(TimeDelta::from_secs(10));
            assert_eq!(t.rows.take(), []);
        }

        #[test]
        fn an_input_that_was_quiet_for_longer_holds_nothing_back() {
            let mut t = united::test();
            t.a.push_all([1, 25]);
            t.clock.advance(TimeDelta::from_secs(10));
            assert_eq!(t.rows.take(), [], "ten seconds are not longer than ten seconds");
            t.clock.advance(TimeDelta::from_millis(1));
            assert_eq!(
                t.rows.take(),
                [(0, 1)],
                "all are idle: what was seen is released, up to 25"
            );
        }

        #[test]
        fn an_input_that_speaks_again_below_the_watermark_is_late() {
            let mut t = united::test();
            t.a.push_all([1, 25]);
            t.clock.advance(TimeDelta::from_millis(10_001));
            assert_eq!(t.rows.take(), [(0, 1)]);
            t.b.push_all([5, 19, 20, 27]);
            assert_eq!(t.lates.take(), [5, 19]);
            t.finish();
            assert_eq!(t.rows.take(), [(20, 3)]);
        }

        #[test]
        fn an_input_that_has_caught_up_holds_back_again() {
            let mut t = united::test();
            t.a.push_all([1, 25]);
            t.clock.advance(TimeDelta::from_millis(10_001));
            t.b.push(30);
            t.a.push(100);
            assert_eq!(t.rows.take(), [(0, 1), (20, 1)], "up to 30, where the other is");
            t.b.push(101);
            assert_eq!(t.rows.take(), [(30, 1)]);
        }

        #[test]
        fn an_input_that_is_behind_does_not_hold_back_what_is_past() {
            let mut t = united::test();
            t.a.push_all([1, 25]);
            t.clock.advance(TimeDelta::from_millis(10_001));
            t.b.push(3);
            t.a.push(40);
            assert_eq!(
                t.rows.take(),
                [(0, 1), (20, 1)],
                "the other is at 3, which is past"
            );
        }

        #[test]
        fn an_input_that_has_ended_holds_nothing_back_and_ends_nothing() {
            let mut t = united::test();
            t.a.push(1);
            t.a.end();
            assert_eq!(t.rows.take(), [], "the other has not spoken");
            t.b.push(9);
            assert_eq!(t.rows.take(), [], "the end of one is not the end of both");
            t.b.push(10);
            assert_eq!(t.rows.take(), [(0, 2)]);
            t.finish();
            assert_eq!(t.rows.take(), [(10, 1)]);
        }

        #[test]
        fn an_active_input_is_not_idle() {
            let mut t = united::test();
            for second in 0..30 {
                t.a.push(second);
                t.b.push(0);
                t.clock.advance(TimeDelta::from_secs(5));
            }
            assert_eq!(t.rows.take(), [], "the other is at 0, and speaks");
        }

        #[test]
        fn idleness_outlives_a_restore() {
            let mut t = united::test();
            t.a.push_all([1, 25]);
            t.clock.advance(TimeDelta::from_millis(10_001));
            let saved = t.savepoint();
            let mut again = united::test().restore(&saved);
            again.b.push_all([5, 26]);
            assert_eq!(again.lates.take(), [5]);
            again.finish();
            assert_eq!(again.rows.take(), [(20, 2)]);
        }

        #[test]
        fn a_watermark_of_a_source_moves_on_without_records_and_never_back() {
            let mut t = united::test();
            t.a.push(1);
            t.b.watermark(50);
            t.a.watermark(10);
            assert_eq!(t.rows.take(), [(0, 1)]);
            t.a.watermark(5);
            t.a.push_all([3, 12]);
            assert_eq!(t.lates.take(), [3]);
            t.finish();
            assert_eq!(t.rows.take(), [(10, 1)]);
        }

        pipeline!(
            /// Event time after windows of event time: the results of each window come in a lane of its own.
            fn cascaded(a: Source<i64>, b: Source<i64>, rows: Sink<(i64, u128)>, totals: Sink<u64>) {
                let first = a
                    .event_time(|at| *at).watermark($($strategy)+)
                    .window(tumbling(10ms))
                    .aggregate(|window, rows| (window.start, rows.count()));
                let second = b
                    .event_time(|at| *at).watermark($($strategy)+)
                    .window(tumbling(10ms))
                    .aggregate(|window, rows| (window.start, rows.count()));
                let both = union(first, second).event_time(|(start, _)| *start);
                both.window(tumbling(20ms))
                    .aggregate(|window, rows| (window.start.as_millis(), rows.sum(|(_, count)| *count)))
                    .to(rows);
                both.count().to(totals);
            }

            /// The same after aggregates of the whole input.
            fn final_and_windows(a: Source<i64>, b: Source<i64>, rows: Sink<(i64, u128)>) {
                let first = a
                    .event_time(|at| *at).watermark($($strategy)+)
                    .aggregate(|rows| (Timestamp::from_millis(1), rows.count()));
                let second = b
                    .event_time(|at| *at).watermark($($strategy)+)
                    .window(tumbling(10ms))
                    .aggregate(|window, rows| (window.start, rows.count()));
                union(first, second)
                    .event_time(|(start, _)| *start)
                    .window(tumbling(20ms))
                    .aggregate(|window, rows| (window.start.as_millis(), rows.sum(|(_, count)| *count)))
                    .to(rows);
            }
        );

        #[test]
        fn windows_of_which_the_source_has_ended_hold_nothing_back() {
            let mut t = cascaded::test();
            t.a.push_all([1, 2, 11]);
            t.b.push_all([3, 13]);
            assert_eq!(t.rows.take(), []);
            t.a.end();
            assert_eq!(t.rows.take(), []);
            t.b.push_all([25, 33, 47]);
            assert_eq!(t.rows.take(), [(0, 5)]);
            assert!(t.totals.take().is_empty(), "the input has not ended");
            t.finish();
            assert_eq!(t.rows.take(), [(20, 2), (40, 1)]);
            assert_eq!(t.totals.take(), [7]);

            let mut t = final_and_windows::test();
            t.a.push_all([1, 2]);
            t.b.push_all([3, 13]);
            t.a.end();
            t.b.push_all([25, 33, 47]);
            assert_eq!(t.rows.take(), [(0, 4)]);
            t.finish();
        }

        pipeline!(
            /// Event time after windows, one of whose sources is quiet: the second `event_time` waits for it as long as it says.
            fn cascaded_idle(a: Source<i64>, b: Source<i64>, rows: Sink<(i64, u64)>) {
                let first = a
                    .event_time(|at| *at).watermark($($strategy)+)
                    .idle_after(1s)
                    .window(tumbling(10ms))
                    .aggregate(|window, rows| (window.start, rows.count()));
                let second = b
                    .event_time(|at| *at).watermark($($strategy)+)
                    .idle_after(1s)
                    .window(tumbling(10ms))
                    .aggregate(|window, rows| (window.start, rows.count()));
                union(first, second)
                    .event_time(|(start, _)| *start)
                    .idle_after(1s)
                    .window(tumbling(20ms))
                    .aggregate(|window, rows| (window.start.as_millis(), rows.count()))
                    .to(rows);
            }
        );

        #[test]
        fn windows_of_which_the_source_is_idle_hold_nothing_back() {
            let mut t = cascaded_idle::test();
            t.a.push_all([1, 11]);
            t.b.push_all([1, 11, 21, 31, 41]);
            t.clock.advance(TimeDelta::from_millis(1_100));
            assert_eq!(t.rows.take(), [], "the windows of a have come to 0 alone");
            t.b.push(51);
            assert_eq!(
                t.rows.take(),
                [],
                "a is idle for itself, and the second one waits still"
            );
            t.clock.advance(TimeDelta::from_millis(1_100));
            assert_eq!(t.rows.take(), [(0, 3), (20, 2)], "a holds nothing back any more");
            t.b.push_all([61, 71]);
            assert_eq!(t.rows.take(), [(40, 2)]);
            t.a.push_all([72, 95]);
            t.b.push_all([85, 96, 105, 116]);
            assert_eq!(t.rows.take(), [], "a speaks, and is waited for again");
            t.finish();
            assert_eq!(t.rows.take(), [(60, 3), (80, 3), (100, 2)]);
        }

        pipeline!(
            /// Two sources meet before event time is read from their records.
            fn met(a: Source<i64>, b: Source<i64>, rows: Sink<(i64, u64)>) {
                union(a, b)
                    .event_time(|at| *at).watermark($($strategy)+)
                    .window(tumbling(10ms))
                    .aggregate(|window, rows| (window.start.as_millis(), rows.count()))
                    .to(rows);
            }

            /// Records of a source, and results of windows of the same source, meet before event time is read from them.
            fn met_results(a: Source<i64>, rows: Sink<(i64, u64)>) {
                let windows = a
                    .event_time(|at| *at).watermark($($strategy)+)
                    .window(tumbling(10ms))
                    .aggregate(|window, rows| (window.start.as_millis() - 100, rows.count()))
                    .map(|(start, _)| start);
                union(windows, a)
                    .event_time(|at| *at).watermark($($strategy)+)
                    .window(tumbling(10ms))
                    .aggregate(|window, rows| (window.start.as_millis(), rows.count()))
                    .to(rows);
            }
        );

        #[test]
        fn records_of_two_sources_that_meet_keep_their_lanes() {
            let mut t = met::test();
            t.a.push(1);
            t.b.push(2);
            t.a.push(30);
            assert_eq!(t.rows.take(), [], "b has come to 2");
            t.b.push(12);
            assert_eq!(t.rows.take(), [(0, 2)]);
            t.a.push(35);
            t.b.push(28);
            assert_eq!(t.rows.take(), [(10, 1)]);
            t.finish();
            assert_eq!(t.rows.take(), [(20, 1), (30, 2)]);
        }

        #[test]
        fn results_and_records_that_meet_keep_their_lanes() {
            let mut t = met_results::test();
            t.a.push_all([1, 11, 21]);
            // The results are at -100 and -90: they hold the watermark back, whatever the records say.
            assert_eq!(t.rows.take(), [(-100, 1)]);
            t.a.push_all([22, 23, 125]);
            assert_eq!(t.rows.take(), [(-90, 1)]);
            t.finish();
            assert_eq!(t.rows.take(), [(-80, 1), (0, 1), (10, 1), (20, 4), (120, 1)]);
        }

        #[test]
        fn windows_of_which_the_source_speaks_again_are_waited_for_although_they_emit_nothing() {
            let mut t = cascaded_idle::test();
            t.a.push_all([1, 11]);
            t.b.push_all([1, 11, 21, 31, 41]);
            t.clock.advance(TimeDelta::from_millis(1_100));
            t.a.push(12);
            t.b.push(51);
            t.clock.advance(TimeDelta::from_millis(1_100));
            assert_eq!(
                t.rows.take(),
                [],
                "a spoke a second ago, in a window that is open"
            );
            t.clock.advance(TimeDelta::from_millis(1_100));
            assert_eq!(t.rows.take(), [(0, 3), (20, 2)]);
        }
        }
    )+ };
}

rules! {
    ascending_ones: { ascending() }
    bounded_ones: { bounded(0s) }
    periodic_ones: { periodic(1ms, bounded(0s)) }
    punctuated_ones: { punctuated(|at| Some(*at)) }
    periodic_punctuated_ones: { periodic(1ms, punctuated(|at| Some(*at))) }
    ones_own: { AsTold }
}
