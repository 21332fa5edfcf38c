//! A job that is saved, dropped and restored at any moment produces the same output and the same counts.

use proptest::prelude::*;
use streamlite::prelude::*;
use streamlite::source::ReadStatus;
use streamlite::{Job, Report, Savepoint};
use streamlite_tests::Partitions;
use streamlite_tests::model::Event;
use streamlite_tests::strategies::{breaks, drifting};

/// A count of a window.
type Count = Windowed<u8, u64>;

pipeline!(
    /// Everything that keeps something: event time on partitions, several of them in one chain, unions, windows with
    /// lateness, running aggregates, totals at the end, and a fragment with a state of its own.
    fn everything(
        events: Source<Event>,
        others: Source<Event>,
        counts: Sink<Count>,
        lates: Sink<Event>,
        sums: Sink<(u8, i64)>,
        totals: Sink<(u8, u64, Vec<i32>)>,
        greatest: Sink<(Timestamp, i32)>,
        cascade: Sink<(Timestamp, u128)>,
    ) {
        let timed = events.event_time(|e| e.at).watermark(bounded(3ms));
        let other_timed = others.event_time(|e| e.at);
        let both = timed.union(other_timed);
        let (windows, late) = both
            .key_by(|e| e.key)
            .window(tumbling(10ms))
            .allowed_lateness(6ms)
            .with_late()
            .count();
        windows.to(counts);
        late.to(lates);
        windows
            .window(tumbling(20ms))
            .aggregate(|window, rows| (window.start, rows.sum(|count| count.value)))
            .window(tumbling(60ms))
            .aggregate(|window, rows| (window.start, rows.sum(|(_, sum)| *sum)))
            .to(cascade);
        summed(both).to(sums);
        both.key_by(|e| e.key)
            .aggregate(|key, rows| (*key, rows.count(), rows.collect(|e| e.value)))
            .to(totals);
        both.map(|e| e.value)
            .max(|value| *value)
            .window(tumbling(1ms))
            .aggregate(|window, rows| (window.start, rows.max(|value| *value)))
            .to(greatest);
    }

    fn summed(events: Stream<Event>) -> Stream<(u8, i64)> {
        events.key_by(|e| e.key).running().sum(|e| e.value)
    }
);

/// What came out of one run or of several.
#[derive(Debug, Default, PartialEq)]
struct Out {
    counts: Vec<Count>,
    lates: Vec<Event>,
    sums: Vec<(u8, i64)>,
    totals: Vec<(u8, u64, Vec<i32>)>,
    greatest: Vec<(Timestamp, i32)>,
    cascade: Vec<(Timestamp, u128)>,
}

/// How a job is run.
#[derive(Clone, Debug)]
struct Setup {
    events: Vec<Vec<Event>>,
    others: Vec<Vec<Event>>,
    turn: usize,
    batch: usize,
}

impl Setup {
    fn job(&self) -> (Job, impl FnOnce(&mut Out) + use<>) {
        let (counts, got_counts) = CollectionSink::new();
        let (lates, got_lates) = CollectionSink::new();
        let (sums, got_sums) = CollectionSink::new();
        let (totals, got_totals) = CollectionSink::new();
        let (greatest, got_greatest) = CollectionSink::new();
        let (cascade, got_cascade) = CollectionSink::new();
        let events = Partitions::new(self.events.clone());
        let others = Partitions::new(self.others.clone());
        let job = everything(events, others, counts, lates, sums, totals, greatest, cascade);
        let take = move |out: &mut Out| {
            out.counts.extend(got_counts.take());
            out.lates.extend(got_lates.take());
            out.sums.extend(got_sums.take());
            out.totals.extend(got_totals.take());
            out.greatest.extend(got_greatest.take());
            out.cascade.extend(got_cascade.take());
        };
        (job.batch_size(self.batch).turn_size(self.turn), take)
    }

    fn run(&self) -> (Out, Report) {
        let ((job, take), mut out) = (self.job(), Out::default());
        let report = job.run().expect("nothing goes wrong");
        take(&mut out);
        (out, report)
    }

    /// Runs with a break after so many steps each; what is saved goes through bytes, as on a disk.
    fn run_with_breaks(&self, breaks: &[usize]) -> (Out, Report) {
        let (mut out, mut saved) = (Out::default(), None::<Savepoint>);
        let mut breaks = breaks.iter();
        loop {
            let (job, take) = self.job();
            let mut job = match &saved {
                None => job.start(),
                Some(saved) => job.restore(saved).start(),
            }
            .expect("it can be started");
            let mut left = breaks.next().copied().unwrap_or(usize::MAX);
            let mut ended = false;
            while left > 0 && !ended {
                ended = job.step().expect("nothing goes wrong") == ReadStatus::End;
                left -= 1;
            }
            if ended {
                let report = job.finish().expect("nothing goes wrong");
                take(&mut out);
                return (out, report);
            }
            let bytes = postcard::to_stdvec(&job.savepoint().expect("everything can be saved"))
                .expect("it serializes");
            saved = Some(postcard::from_bytes(&bytes).expect("it was just written"));
            take(&mut out);
        }
    }
}

/// What a report says, but for the time that it took.
fn counts_of(
    report: &Report,
) -> (
    Vec<(u64, u64)>,
    Vec<(u64, u64, u64, u64, Option<Timestamp>)>,
    Vec<u64>,
) {
    (
        report
            .sources
            .iter()
            .map(|source| (source.records, source.skipped))
            .collect(),
        report
            .operators
            .iter()
            .map(|op| {
                (
                    op.records_in,
                    op.records_out,
                    op.late,
                    op.late_dropped,
                    op.watermark,
                )
            })
            .collect(),
        report.sinks.iter().map(|sink| sink.records).collect(),
    )
}

fn partition() -> impl Strategy<Value = Vec<Event>> {
    let event = |((key, value), at)| Event { key, value, at };
    drifting((0_u8..3, -5_i32..20), 2, -15..6, 0..40)
        .prop_map(move |list| list.into_iter().map(event).collect())
}

fn setup() -> impl Strategy<Value = Setup> {
    let lists = || prop::collection::vec(partition(), 0..4);
    (lists(), lists(), 1_usize..12, 1_usize..6).prop_map(|(events, others, turn, batch)| Setup {
        events,
        others,
        turn,
        batch,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn breaks_change_nothing(setup in setup(), breaks in breaks(5)) {
        let (expected, expected_report) = setup.run();
        let (out, report) = setup.run_with_breaks(&breaks);
        prop_assert_eq!(out, expected);
        prop_assert_eq!(counts_of(&report), counts_of(&expected_report));
    }

    #[test]
    fn the_batch_size_changes_nothing(setup in setup(), batch in 1_usize..50) {
        let (expected, _) = setup.run();
        let (out, _) = Setup { batch, ..setup }.run();
        prop_assert_eq!(out, expected);
    }
}

#[test]
fn a_total_carries_the_greatest_timestamp_of_its_records() {
    let event = |at: i64| Event { key: 0, value: 1, at };
    let events = vec![[3, 9, 7].map(event).to_vec()];
    let (out, _) = Setup {
        events,
        others: Vec::new(),
        turn: 1,
        batch: 1,
    }
    .run();
    assert_eq!(out.greatest, [(Timestamp::from_millis(9), 1)]);
}

#[test]
fn a_lone_partition_is_judged_by_its_own_watermark_after_a_restore() {
    let event = |at: i64| Event { key: 0, value: 1, at };
    let events = vec![[100, 0, 1].map(event).to_vec()];
    let setup = Setup {
        events,
        others: Vec::new(),
        turn: 1,
        batch: 1,
    };
    let (out, _) = setup.run_with_breaks(&[1, 1]);
    assert_eq!(out.lates, [0, 1].map(event));
}

#[test]
fn jobs_emit_long_before_their_end() {
    let event = |at: i64| Event { key: 0, value: 1, at };
    let events = vec![(0..200).map(event).collect(), (0..100).map(event).collect()];
    let setup = Setup {
        events,
        others: vec![(0..200).map(event).collect()],
        turn: 5,
        batch: 5,
    };
    let (job, take) = setup.job();
    let mut job = job.start().expect("it can be started");
    for _ in 0..60 {
        job.step().expect("nothing goes wrong");
    }
    let (mut out, _) = (Out::default(), job.savepoint());
    take(&mut out);
    assert!(
        out.counts.len() > 3 && !out.cascade.is_empty(),
        "{} windows",
        out.counts.len()
    );
}

#[test]
fn what_another_pipeline_saved_is_refused() {
    pipeline!(
        fn one(numbers: Source<u32>, out: Sink<u32>) {
            numbers.to(out);
        }

        fn two(numbers: Source<u32>, out: Sink<u32>) {
            numbers.to(out);
        }
    );
    let mut job = one(CollectionSource::new([1]), NullSink)
        .start()
        .expect("it can be started");
    let saved = job.savepoint().expect("it has nothing to save");
    let error = two(CollectionSource::new([1]), NullSink)
        .restore(&saved)
        .start()
        .expect_err("it is another pipeline");
    assert_eq!(
        error.to_string(),
        "restoring a savepoint: it was saved by the pipeline `one`, and this one is `two`"
    );
}

#[test]
fn a_state_that_no_operator_takes_is_an_error() {
    mod before {
        use streamlite::prelude::*;
        pipeline!(
            pub(super) fn count(numbers: Source<u32>, out: Sink<u64>) {
                let counts = numbers.running().count();
                counts.to(out);
            }
        );
    }
    mod after {
        use streamlite::prelude::*;
        pipeline!(
            pub(super) fn count(numbers: Source<u32>, out: Sink<u64>) {
                let renamed = numbers.running().count();
                renamed.to(out);
            }
        );
    }
    mod kept {
        use streamlite::prelude::*;
        pipeline!(
            pub(super) fn count(numbers: Source<u32>, out: Sink<u64>) {
                #[uid = "counts"]
                let renamed = numbers.map(|n| n + 1).running().count().map(|n| n * 10);
                renamed.to(out);
            }
        );
    }
    let mut job = before::count(CollectionSource::new([1, 2, 3]), NullSink)
        .batch_size(2)
        .start()
        .expect("it starts");
    job.step().expect("nothing goes wrong");
    let saved = job.savepoint().expect("it can be saved");

    let error = after::count(CollectionSource::new([1, 2, 3]), NullSink)
        .restore(&saved)
        .start()
        .expect_err("it is lost");
    assert_eq!(
        error.to_string(),
        "restoring the state of `counts`: no operator of this pipeline has this name; give the stream its old `let` name, or `#[uid = \"…\"]`"
    );

    let (out, got) = CollectionSink::new();
    let mut job = kept::count(CollectionSource::new([1, 2, 3]), out)
        .restore(&saved)
        .start()
        .expect("the uid is the old");
    while job.step().expect("nothing goes wrong") != ReadStatus::End {}
    assert_eq!(got.take(), [30]);
}

#[test]
fn a_partition_that_is_gone_is_an_error_and_a_new_one_is_read() {
    pipeline!(
        fn copy(numbers: Source<u32>, out: Sink<u32>) {
            numbers.to(out);
        }
    );
    let mut job = copy(Partitions::new(vec![vec![1, 2], vec![3, 4, 5]]), NullSink)
        .turn_size(1)
        .start()
        .expect("starts");
    for _ in 0..2 {
        job.step().expect("nothing goes wrong");
    }
    let saved = job.savepoint().expect("it can be saved");
    let error = copy(Partitions::new(vec![vec![1, 2]]), NullSink)
        .restore(&saved)
        .start()
        .expect_err("one is gone");
    assert!(
        error
            .to_string()
            .contains("`numbers` has no partition `1` any more"),
        "{error}"
    );

    let (out, got) = CollectionSink::new();
    let lists = vec![vec![1, 2], vec![3, 4, 5], vec![6]];
    let mut job = copy(Partitions::new(lists), out)
        .turn_size(1)
        .restore(&saved)
        .start()
        .expect("it starts");
    while job.step().expect("nothing goes wrong") != ReadStatus::End {}
    let mut rest = got.take();
    rest.sort_unstable();
    assert_eq!(rest, [2, 4, 5, 6]);
}
