//! Tumbling windows against a naive model: out of order, negative and extreme timestamps, several partitions, edges.

use std::collections::BTreeMap;

use proptest::prelude::*;
use streamlite::prelude::*;
use streamlite_tests::Partitions;
use streamlite_tests::model::{Event, Outcome, Row, Settings, last_words, one_partition};
use streamlite_tests::strategies::{drifting, timestamps};

/// The same pipeline for both ways in which a window fires again.
macro_rules! windows_pipeline {
    ($name:ident, $firing:ident) => {
        pipeline!(
            /// Counts and sums by key and window; the timestamps of the results are seen by windows of one millisecond.
            fn $name(
                events: Source<Event>,
                rows: Sink<Row>,
                late_events: Sink<Event>,
                stamps: Sink<(Timestamp, u64)>,
                size: TimeDelta,
                offset: TimeDelta,
                delay: TimeDelta,
                lateness: TimeDelta,
            ) {
                let (results, late) = events
                    .event_time(|event| event.at)
                    .watermark(bounded(delay))
                    .key_by(|event| event.key)
                    .window(tumbling(size).offset(offset))
                    .allowed_lateness(lateness)
                    .$firing()
                    .with_late()
                    .aggregate(|key, window, rows| {
                        let (start, end) = (window.start.as_millis(), window.end.as_millis());
                        (
                            *key,
                            start,
                            end,
                            rows.count(),
                            rows.sum(|event| event.value),
                        )
                    });
                late.to(late_events);
                results.to(rows);
                results
                    .window(tumbling(1ms))
                    .aggregate(|window, rows| (window.start, rows.count()))
                    .to(stamps);
            }
        );
    };
}

windows_pipeline!(accumulated, accumulating);
windows_pipeline!(discarded, discarding);

/// What the library makes of partitions.
struct Ran {
    outcome: Outcome,
    stamps: Vec<(Timestamp, u64)>,
    late_counted: u64,
}

fn run(partitions: Vec<Vec<Event>>, settings: Settings, batch: usize) -> Ran {
    let (rows, got_rows) = CollectionSink::new();
    let (late, got_late) = CollectionSink::new();
    let (stamps, got_stamps) = CollectionSink::new();
    let millis = TimeDelta::from_millis;
    let (source, size, offset) = (
        Partitions::new(partitions),
        millis(settings.size),
        millis(settings.offset),
    );
    let (delay, lateness) = (millis(settings.delay), millis(settings.lateness));
    let job = if settings.discarding {
        discarded(source, rows, late, stamps, size, offset, delay, lateness)
    } else {
        accumulated(source, rows, late, stamps, size, offset, delay, lateness)
    };
    let report = job.batch_size(batch).run().expect("the settings make sense");
    Ran {
        outcome: Outcome {
            rows: got_rows.take(),
            late: got_late.take(),
        },
        stamps: got_stamps.take(),
        late_counted: report
            .operator("results, late")
            .expect("it is in the pipeline")
            .late,
    }
}

fn event(key: u8, value: i32, at: i64) -> Event {
    Event { key, value, at }
}

fn events(at_most: usize) -> impl Strategy<Value = Vec<Event>> {
    let one = (0_u8..4, -5_i32..20, timestamps()).prop_map(|(key, value, at)| event(key, value, at));
    prop::collection::vec(one, 0..at_most)
}

/// Records that drift forward, so that much is late and much is not.
fn late_and_not(at_most: usize) -> impl Strategy<Value = Vec<Event>> {
    drifting((0_u8..4, -5_i32..20), 3, -90..-50, 0..at_most).prop_map(|list| {
        list.into_iter()
            .map(|((key, value), at)| event(key, value, at))
            .collect()
    })
}

fn settings() -> impl Strategy<Value = Settings> {
    (
        prop_oneof![Just(1_i64), Just(10), 2_i64..30],
        0_i64..12,
        0_i64..25,
        any::<prop::sample::Index>(),
        any::<bool>(),
    )
        .prop_map(|(size, delay, lateness, offset, discarding)| {
            let range = usize::try_from(2 * size - 1).expect("a small size");
            let offset = i64::try_from(offset.index(range)).expect("a small offset") - (size - 1);
            Settings {
                size,
                offset,
                delay,
                lateness,
                discarding,
            }
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn one_partition_is_as_the_model_says(
        events in prop_oneof![events(60), late_and_not(60)],
        settings in settings(),
        batch in prop_oneof![Just(1_usize), 2_usize..20, Just(4096)],
    ) {
        let ran = run(vec![events.clone()], settings, batch);
        let expected = one_partition(&events, settings);
        prop_assert_eq!(&ran.outcome, &expected);
        prop_assert_eq!(ran.late_counted, expected.late.len() as u64);
    }

    #[test]
    fn several_partitions_come_to_the_same_whatever_the_batch(
        partitions in prop::collection::vec(prop_oneof![events(30), late_and_not(30)], 0..5),
        settings in settings(),
        batch in 1_usize..40,
    ) {
        let settings = Settings { discarding: false, ..settings };
        let ran = run(partitions.clone(), settings, batch);
        let (mut rows, mut late) = last_words(&partitions, settings);
        let mut last: BTreeMap<(u8, i64), Row> = BTreeMap::new();
        for row in &ran.outcome.rows {
            last.insert((row.0, row.1), *row);
        }
        rows.sort_unstable();
        let mut last: Vec<Row> = last.into_values().collect();
        last.sort_unstable();
        prop_assert_eq!(last, rows);

        let mut got_late = ran.outcome.late.clone();
        let by = |event: &Event| (event.at, event.key, event.value);
        late.sort_by_key(by);
        got_late.sort_by_key(by);
        prop_assert_eq!(ran.late_counted, late.len() as u64);
        prop_assert_eq!(got_late, late);

        let again = run(partitions, settings, 4096);
        prop_assert_eq!(ran.outcome, again.outcome, "the batch size changes nothing");
    }

    #[test]
    fn what_discarding_windows_give_adds_up(
        partitions in prop::collection::vec(prop_oneof![events(30), late_and_not(30)], 0..4),
        settings in settings(),
        batch in 1_usize..40,
    ) {
        let settings = Settings { discarding: true, ..settings };
        let ran = run(partitions.clone(), settings, batch);
        let (mut rows, _) = last_words(&partitions, settings);
        let mut sums: BTreeMap<(u8, i64), Row> = BTreeMap::new();
        for row in &ran.outcome.rows {
            let sum = sums.entry((row.0, row.1)).or_insert((row.0, row.1, row.2, 0, 0));
            *sum = (row.0, row.1, row.2, sum.3 + row.3, sum.4 + row.4);
        }
        rows.sort_unstable();
        let mut sums: Vec<Row> = sums.into_values().collect();
        sums.sort_unstable();
        prop_assert_eq!(sums, rows);
    }

    #[test]
    fn without_lateness_each_window_fires_once(
        partitions in prop::collection::vec(late_and_not(40), 1..4),
        settings in settings(),
    ) {
        let settings = Settings { lateness: 0, ..settings };
        let ran = run(partitions.clone(), settings, 7);
        let (mut rows, _) = last_words(&partitions, settings);
        let mut got = ran.outcome.rows.clone();
        rows.sort_unstable();
        got.sort_unstable();
        prop_assert_eq!(got, rows);
        // Time order: a window that ends before another fires before it.
        let ends: Vec<i64> = ran.outcome.rows.iter().map(|row| row.2).collect();
        prop_assert!(ends.is_sorted());
        // Results carry the last millisecond of their window.
        let mut stamped: BTreeMap<i64, u64> = BTreeMap::new();
        for end in ends {
            *stamped.entry(end.saturating_sub(1)).or_default() += 1;
        }
        let got: Vec<(i64, u64)> = ran.stamps.iter().map(|(at, count)| (at.as_millis(), *count)).collect();
        prop_assert_eq!(got, stamped.into_iter().collect::<Vec<_>>());
    }
}

const TEN: Settings = Settings {
    size: 10,
    offset: 0,
    delay: 0,
    lateness: 0,
    discarding: false,
};

/// The rows that a list of (key, timestamp) returns, as (start, count).
fn counts(at: &[i64], settings: Settings) -> Vec<(i64, u64)> {
    let events = at.iter().map(|&at| event(0, 1, at)).collect();
    run(vec![events], settings, 1)
        .outcome
        .rows
        .iter()
        .map(|row| (row.1, row.3))
        .collect()
}

#[test]
fn a_window_takes_its_start_and_not_its_end() {
    assert_eq!(counts(&[-1, 0, 9, 10], TEN), [(-10, 1), (0, 2), (10, 1)]);
    let offset = Settings { offset: 3, ..TEN };
    assert_eq!(counts(&[2, 3, 12, 13], offset), [(-7, 1), (3, 2), (13, 1)]);
    let back = Settings { offset: -3, ..TEN };
    assert_eq!(counts(&[-4, -3, 6, 7], back), [(-13, 1), (-3, 2), (7, 1)]);
}

#[test]
fn a_window_fires_when_the_watermark_reaches_its_end_and_not_a_millisecond_before() {
    // At 9 the watermark is 9: the window [0, 10) is open, and 5 is in it. At 10 it has fired, and 5 is late.
    assert_eq!(counts(&[0, 9, 5], TEN), [(0, 3)]);
    assert_eq!(counts(&[0, 10, 5], TEN), [(0, 1), (10, 1)]);
    let delayed = Settings { delay: 4, ..TEN };
    assert_eq!(counts(&[0, 13, 5], delayed), [(0, 2), (10, 1)]);
    assert_eq!(counts(&[0, 14, 5], delayed), [(0, 1), (10, 1)]);
}

#[test]
fn a_window_closes_when_its_lateness_is_over_and_not_a_millisecond_before() {
    let lateness = Settings { lateness: 5, ..TEN };
    assert_eq!(counts(&[0, 14, 5], lateness), [(0, 1), (0, 2), (10, 1)]);
    assert_eq!(counts(&[0, 15, 5], lateness), [(0, 1), (10, 1)]);
}

#[test]
fn a_late_record_fires_only_its_own_key_again() {
    let settings = Settings { lateness: 100, ..TEN };
    let events = vec![
        event(1, 1, 0),
        event(2, 1, 1),
        event(1, 1, 12),
        event(2, 5, 3),
        event(3, 7, 4),
    ];
    let rows = run(vec![events], settings, 1).outcome.rows;
    assert_eq!(
        rows,
        [
            (1, 0, 10, 1, 1),
            (2, 0, 10, 1, 1),
            (2, 0, 10, 2, 6),
            (3, 0, 10, 1, 7),
            (1, 10, 20, 1, 1)
        ]
    );
}

#[test]
fn keys_fire_in_the_order_of_their_first_record() {
    let events = [9_u8, 3, 7, 3, 1, 9]
        .iter()
        .map(|&key| event(key, 1, 0))
        .collect();
    let keys: Vec<u8> = run(vec![events], TEN, 2)
        .outcome
        .rows
        .iter()
        .map(|row| row.0)
        .collect();
    assert_eq!(keys, [9, 3, 7, 1]);
}

#[test]
fn a_partition_that_has_not_spoken_holds_the_watermark_back() {
    // The first partition is far ahead when the second has its first turn: were the watermark not held back, the
    // windows of the second would have fired without it, and fire again.
    let ahead = (0..600).map(|n| event(0, 1, n * 10)).collect::<Vec<_>>();
    let behind = (0..600).map(|n| event(0, 1, n * 10 + 5)).collect::<Vec<_>>();
    let rows = run(
        vec![ahead, behind],
        Settings {
            lateness: 1_000_000,
            ..TEN
        },
        4096,
    )
    .outcome
    .rows;
    assert_eq!(rows.len(), 600);
    assert!(rows.iter().all(|row| row.3 == 2));
}

#[test]
fn lateness_is_the_record_own_partitions() {
    // 1 is not late in the second partition, though the first has come to 1000.
    let ran = run(vec![vec![event(0, 1, 1_000)], vec![event(0, 1, 1)]], TEN, 1);
    assert_eq!(ran.late_counted, 0);
    // In one partition it is.
    let ran = run(vec![vec![event(0, 1, 1_000), event(0, 1, 1)]], TEN, 1);
    assert_eq!(ran.late_counted, 1);
}

#[test]
fn windows_at_both_ends_of_time_are_whole() {
    let rows = |at: &[i64]| {
        run(vec![at.iter().map(|&at| event(0, 1, at)).collect()], TEN, 1)
            .outcome
            .rows
    };
    // i64::MAX ends in 7: its window, which would end after it, is cut.
    assert_eq!(
        rows(&[i64::MAX - 8, i64::MAX]),
        [
            (0, i64::MAX - 17, i64::MAX - 7, 1, 1),
            (0, i64::MAX - 7, i64::MAX, 1, 1)
        ]
    );
    // i64::MIN ends in 8, below zero: its window starts at the beginning of time.
    assert_eq!(
        rows(&[i64::MIN, i64::MIN + 8]),
        [
            (0, i64::MIN, i64::MIN + 8, 1, 1),
            (0, i64::MIN + 8, i64::MIN + 18, 1, 1)
        ]
    );
    // A window that ends at the last timestamp by its grid, and takes everything but it.
    let grid = Settings {
        size: 10,
        offset: 7,
        ..TEN
    };
    let at = [i64::MAX - 10, i64::MAX - 1, i64::MAX];
    let rows = run(vec![at.iter().map(|&at| event(0, 1, at)).collect()], grid, 1)
        .outcome
        .rows;
    assert_eq!(
        rows,
        [(0, i64::MAX - 10, i64::MAX, 2, 2), (0, i64::MAX, i64::MAX, 1, 1)]
    );
}

#[test]
fn no_records_give_no_rows() {
    assert_eq!(run(vec![], TEN, 1).outcome, Outcome::default());
    assert_eq!(run(vec![vec![], vec![]], TEN, 1).outcome, Outcome::default());
}

#[test]
fn a_record_at_the_last_timestamp_does_not_end_the_input() {
    let at = [i64::MAX, i64::MAX, i64::MAX - 2];
    let rows = run(vec![at.iter().map(|&at| event(0, 1, at)).collect()], TEN, 1)
        .outcome
        .rows;
    assert_eq!(rows, [(0, i64::MAX - 7, i64::MAX, 3, 3)]);
}

#[test]
fn a_partition_that_has_ended_holds_nothing_back() {
    // The first partition ends at 0. In the second, the window [0, 10) fires long before the last record, which comes
    // late and fires it again: were it held back to the end, it would fire once.
    let mut going_on: Vec<Event> = (0..600).map(|n| event(0, 1, n * 10)).collect();
    going_on.push(event(0, 1, 5));
    let settings = Settings {
        lateness: 1_000_000,
        ..TEN
    };
    let rows = run(vec![vec![event(0, 1, 0)], going_on], settings, 4096)
        .outcome
        .rows;
    let first: Vec<u64> = rows.iter().filter(|row| row.1 == 0).map(|row| row.3).collect();
    assert_eq!(first, [2, 3]);
}

#[test]
fn windows_over_all_fire_again_with_what_is_new() {
    pipeline!(
        fn over_all(at: Source<i64>, counts: Sink<u64>) {
            let windows = at
                .event_time(|at| *at)
                .window(tumbling(10ms))
                .allowed_lateness(100ms)
                .discarding()
                .count();
            windows.map(|window| window.value).to(counts);
        }
    );
    let mut t = over_all::test();
    t.at.push_all([1, 2, 10]);
    assert_eq!(t.counts.take(), [2]);
    t.at.push_all([3, 4]);
    assert_eq!(t.counts.take(), [1, 1]);
    t.finish();
    assert_eq!(t.counts.take(), [1]);
}
