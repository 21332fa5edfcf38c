//! Records that go in rows, and are looked up in blocks, give what they give one by one: the same output in the same
//! order, whatever the batch size and the size of the tables.

use proptest::prelude::*;
use streamlite::prelude::*;
use streamlite::sink::Record;
use streamlite::state::look_up_in_blocks;
use streamlite_tests::model::Event;
use streamlite_tests::strategies::drifting;
use streamlite_tests::{Partitions, Recorder};

type Row = (u8, Timestamp, u64, i64, Vec<i32>);

pipeline!(
    /// Every operator that knows rows, and every one that does not, before and after one another.
    fn all_sorts(
        events: Source<Event>,
        windows: Sink<Row>,
        lates: Sink<Event>,
        again: Sink<(Timestamp, u64)>,
        means: Sink<(String, f64)>,
        totals: Sink<(u8, Vec<i32>)>,
        odd: Sink<i32>,
        all: Sink<(Timestamp, Option<i32>)>,
        delay: TimeDelta,
        lateness: TimeDelta,
    ) {
        let timed = events
            .filter(|e| e.value % 7 != 0)
            .event_time(|e| e.at)
            .watermark(bounded(delay));
        let (results, late) = timed
            .key_by(|e| e.key)
            .window(tumbling(10ms))
            .allowed_lateness(lateness)
            .with_late()
            .aggregate(|key, window, rows| {
                (
                    *key,
                    window.start,
                    rows.count(),
                    rows.sum(|e| e.value),
                    rows.collect(|e| e.value),
                )
            });
        late.to(lates);
        results.to(windows);
        results
            .window(tumbling(20ms))
            .aggregate(|window, rows| (window.start, rows.count()))
            .to(again);
        timed
            .map(|e| (format!("key {}", e.key), e.value))
            .key_by_ref(|(name, _)| name.as_str())
            .running()
            .mean(|(_, value)| *value)
            .to(means);
        timed
            .flat_map(|e| (0..e.value.rem_euclid(3)).map(move |n| (e.key, e.value * 3 + n)))
            .key_by(|(key, _)| *key)
            .aggregate(|key, rows| (*key, rows.collect(|(_, value)| *value)))
            .to(totals);
        let (even, uneven) = timed.split(|e| e.value % 2 == 0);
        uneven.filter_map(|e| (e.value > 0).then_some(e.value)).to(odd);
        even.window(tumbling(5ms))
            .aggregate(|window, rows| (window.start, rows.filter(|e| e.value > 3).max(|e| e.value)))
            .to(all);
    }
);

pipeline!(
    /// Windows that get whole rows, as no other use of the stream takes it record by record; and windows after them.
    fn windowed(
        events: Source<Event>,
        rows: Sink<(Timestamp, u64, i64)>,
        delay: TimeDelta,
        lateness: TimeDelta,
    ) {
        events
            .event_time(|e| e.at)
            .watermark(bounded(delay))
            .map(|e| (e.key, e.value))
            .key_by(|(key, _)| *key)
            .window(tumbling(10ms))
            .allowed_lateness(lateness)
            .sum(|(_, value)| *value)
            .window(tumbling(7ms))
            .aggregate(|window, rows| (window.start, rows.count(), rows.sum(|sum| sum.value) as i64))
            .to(rows);
    }

    /// The same for an aggregate over the whole input.
    fn summed(events: Source<Event>, rows: Sink<(u8, Vec<i32>)>, delay: TimeDelta) {
        events
            .event_time(|e| e.at)
            .watermark(bounded(delay))
            .key_by(|e| e.key)
            .aggregate(|key, rows| (*key, rows.collect(|e| e.value)))
            .to(rows);
    }
);

/// What the pipelines emit whose operators get whole rows.
type InRows = (Vec<Record<(Timestamp, u64, i64)>>, Vec<Record<(u8, Vec<i32>)>>);

fn run_in_rows(source: &Partitions<Event>, batch: usize, delay: i64, lateness: i64) -> InRows {
    let (windows, sums) = (Recorder::default(), Recorder::default());
    let (delay, lateness) = (TimeDelta::from_millis(delay), TimeDelta::from_millis(lateness));
    windowed(source.clone(), windows.clone(), delay, lateness)
        .batch_size(batch)
        .run()
        .expect("nothing fails");
    summed(source.clone(), sums.clone(), delay)
        .batch_size(batch)
        .run()
        .expect("nothing fails");
    (windows.take(), sums.take())
}

/// All outputs, with their timestamps and the watermarks that they are judged by.
#[derive(Debug, PartialEq)]
struct Ran {
    windows: Vec<Record<Row>>,
    lates: Vec<Record<Event>>,
    again: Vec<Record<(Timestamp, u64)>>,
    means: Vec<Record<(String, f64)>>,
    totals: Vec<Record<(u8, Vec<i32>)>>,
    odd: Vec<Record<i32>>,
    all: Vec<Record<(Timestamp, Option<i32>)>>,
    counts: Vec<(u64, u64, u64, Option<Timestamp>)>,
}

fn run(source: Partitions<Event>, batch: usize, delay: i64, lateness: i64) -> Ran {
    let windows = Recorder::default();
    let lates = Recorder::default();
    let again = Recorder::default();
    let means = Recorder::default();
    let totals = Recorder::default();
    let odd = Recorder::default();
    let all = Recorder::default();
    let (delay, lateness) = (TimeDelta::from_millis(delay), TimeDelta::from_millis(lateness));
    let job = all_sorts(
        source,
        windows.clone(),
        lates.clone(),
        again.clone(),
        means.clone(),
        totals.clone(),
        odd.clone(),
        all.clone(),
        delay,
        lateness,
    );
    let report = job.batch_size(batch).run().expect("nothing fails");
    let counts = report.operators.iter().map(|operator| {
        (
            operator.records_in,
            operator.records_out,
            operator.late,
            operator.watermark,
        )
    });
    Ran {
        windows: windows.take(),
        lates: lates.take(),
        again: again.take(),
        means: means.take(),
        totals: totals.take(),
        odd: odd.take(),
        all: all.take(),
        counts: counts.collect(),
    }
}

/// Records that drift forward out of order, so that some are late and some fire a window again.
fn events(at_most: usize) -> impl Strategy<Value = Vec<Event>> {
    let event = |((key, value), at)| Event { key, value, at };
    drifting((0_u8..9, -9_i32..30), 1, -30..10, 0..at_most)
        .prop_map(move |list| list.into_iter().map(event).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn rows_and_blocks_are_never_seen(
        lists in prop::collection::vec(events(400), 1..4),
        batch in prop_oneof![1_usize..5, 100_usize..300, Just(4096)],
        delay in 0_i64..25,
        lateness in 0_i64..20,
    ) {
        look_up_in_blocks(Some(false));
        let expected = run(Partitions::new(lists.clone()).one_by_one(), 1, delay, lateness);
        let in_rows = run_in_rows(&Partitions::new(lists.clone()).one_by_one(), 1, delay, lateness);
        for blocks in [Some(true), Some(false), None] {
            look_up_in_blocks(blocks);
            let got = run(Partitions::new(lists.clone()), batch, delay, lateness);
            prop_assert_eq!(&got, &expected, "in rows, blocks {:?}", blocks);
            let got = run_in_rows(&Partitions::new(lists.clone()), batch, delay, lateness);
            prop_assert_eq!(&got, &in_rows, "whole rows, blocks {:?}", blocks);
        }
        look_up_in_blocks(None);
    }
}

/// Tables beyond the size from which on keys are looked up in blocks by themselves.
#[test]
fn large_tables_give_what_small_ones_would() {
    let mut state = 1_u64;
    let mut random = |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let records: Vec<(u64, i64)> = (0..300_000_i64)
        .map(|n| {
            (
                random(40_000),
                n / 10 - i64::try_from(random(3_000)).expect("it is small"),
            )
        })
        .collect();
    let windows = |batch: usize| {
        pipeline!(
            from(records.iter().copied())
                .event_time(|(_, at)| *at)
                .watermark(bounded(2s))
                .key_by(|(key, _)| *key)
                .window(tumbling(5s))
                .allowed_lateness(1s)
                .aggregate(|key, window, rows| (*key, window.start, rows.count(), rows.max(|(_, at)| *at)))
        )
        .batch_size(batch)
        .collect()
        .expect("it is all in memory")
    };
    let running = |batch: usize| {
        pipeline!(
            from(records.iter().copied())
                .key_by(|(key, _)| *key)
                .running()
                .count()
        )
        .batch_size(batch)
        .collect()
        .expect("it is all in memory")
    };
    let (one_by_one, counted) = (windows(1), running(1));
    assert!(one_by_one.len() > 40_000);
    let mut model = std::collections::HashMap::new();
    let expected: Vec<(u64, u64)> = records
        .iter()
        .map(|(key, _)| {
            let count = model.entry(*key).or_insert(0);
            *count += 1;
            (*key, *count)
        })
        .collect();
    assert!(counted == expected);
    for batch in [50, 128, 1_000, 4_096] {
        assert!(windows(batch) == one_by_one, "{batch} at once differ");
        assert!(running(batch) == expected, "{batch} at once differ");
    }
}

/// A panic in the middle of a block is the job's error, and what came before it is out.
#[test]
fn a_panic_in_a_block_is_an_error() {
    look_up_in_blocks(Some(true));
    let mut seen = 0;
    let error = pipeline!({
        from(0..1_000_u32)
            .key_by(|n| n % 10)
            .running()
            .count()
            .map(|(key, count)| {
                if (key, count) == (5, 50) {
                    panic!("the fiftieth five")
                } else {
                    count
                }
            })
            .for_each(|_| seen += 1);
    })
    .run()
    .expect_err("it panics");
    look_up_in_blocks(None);
    assert!(error.to_string().contains("the fiftieth five"), "{error}");
    assert_eq!(seen, 495);
}

/// A source that waits for each record is processed record by record: nothing stays after for company.
#[test]
fn what_an_iterator_waits_for_is_processed_at_once() {
    let (sender, receiver) = std::sync::mpsc::channel();
    let (seen, noted) = std::sync::mpsc::channel();
    let job = std::thread::spawn(move || {
        pipeline!({
            from(receiver)
                .filter(|n: &u32| *n > 0)
                .map(|n| n * 2)
                .for_each(|n| seen.send(n).expect("the test listens"));
        })
        .run()
        .map(|_| ())
    });
    for n in 1..20 {
        sender.send(n).expect("the job listens");
        let got = noted.recv_timeout(std::time::Duration::from_secs(10));
        assert_eq!(got, Ok(n * 2));
    }
    drop(sender);
    job.join().expect("it does not panic").expect("nothing fails");
}
