//! What a savepoint promises: a restored job goes on exactly, or it is refused and says why.

use streamlite::prelude::*;
use streamlite::source::ReadStatus;
use streamlite::time::ManualClock;
use streamlite::{Job, Savepoint};
use streamlite_tests::Partitions;
use streamlite_tests::model::Event;

/// Declares the same pipeline several times, each in a module of its own, so that one can take the other's savepoint.
macro_rules! versions {
    ($($version:ident { $($function:tt)* })*) => {$(
        mod $version {
            #[allow(unused_imports)]
            use super::*;
            pipeline!(pub(super) $($function)*);
        }
    )*};
}

/// The numbers from 1 to 5, of which so many are read at once.
fn numbers() -> CollectionSource<std::ops::RangeInclusive<u32>> {
    CollectionSource::new(1..=5)
}

/// What a job remembers after two records.
fn after_two(job: Job) -> Savepoint {
    let mut job = job.batch_size(1).start().expect("it starts");
    for _ in 0..2 {
        job.step().expect("nothing goes wrong");
    }
    job.savepoint().expect("it can be saved")
}

/// Why a job cannot go on.
fn refused(job: Job, savepoint: &Savepoint) -> String {
    job.restore(savepoint)
        .start()
        .expect_err("it must be refused")
        .to_string()
}

pipeline!(
    fn everything(
        events: Source<Event>,
        others: Source<Event>,
        counts: Sink<(u8, u64, i32)>,
        sums: Sink<(u8, i64)>,
    ) {
        let both = events
            .event_time(|e| e.at)
            .watermark(bounded(3ms))
            .union(others.event_time(|e| e.at));
        both.key_by(|e| e.key)
            .window(tumbling(10ms))
            .allowed_lateness(5ms)
            .aggregate(|key, _window, rows| (*key, rows.count(), rows.max(|e| e.value)))
            .to(counts);
        both.key_by(|e| e.key).running().sum(|e| e.value).to(sums);
    }
);

fn saved_everything() -> Savepoint {
    let event = |at: i64| Event {
        key: (at % 3) as u8,
        at,
        value: at as i32,
    };
    let source = |from: i64| {
        Partitions::new(vec![
            (from..from + 20).map(event).collect(),
            vec![event(from + 7)],
        ])
    };
    let mut job = everything(source(0), source(2), NullSink, NullSink)
        .turn_size(3)
        .start()
        .expect("it starts");
    for _ in 0..9 {
        job.step().expect("nothing goes wrong");
    }
    job.savepoint().expect("it can be saved")
}

#[test]
fn a_savepoint_with_any_byte_changed_is_refused() {
    let savepoint = saved_everything();
    let whole = savepoint.to_bytes();
    assert!(whole.len() > 500, "it holds windows, sums and positions");
    assert_eq!(
        Savepoint::from_bytes(&whole).expect("nothing was changed"),
        savepoint
    );
    for place in 0..whole.len() {
        for change in [0x01, 0x80, 0xff] {
            let mut bytes = whole.clone();
            bytes[place] ^= change;
            let error = Savepoint::from_bytes(&bytes).expect_err("a byte was changed");
            assert!(error.to_string().starts_with("reading a savepoint: "), "{error}");
        }
        assert!(
            Savepoint::from_bytes(&whole[..place]).is_err(),
            "it was cut off at {place}"
        );
    }
    let mut longer = whole;
    longer.push(0);
    let error = Savepoint::from_bytes(&longer).expect_err("a byte was added");
    assert!(error.to_string().contains("follow its end"), "{error}");
}

#[test]
fn a_savepoint_that_serde_wrote_is_checked_as_well() {
    let savepoint = saved_everything();
    let whole = postcard::to_stdvec(&savepoint).expect("it serializes");
    for place in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[place] ^= 1;
        assert!(
            postcard::from_bytes::<Savepoint>(&bytes).is_err(),
            "byte {place} was changed"
        );
    }
    let text = serde_json::to_string(&savepoint).expect("it serializes");
    assert_eq!(
        serde_json::from_str::<Savepoint>(&text).expect("it was just written"),
        savepoint
    );
}

versions! {
    min_max { fn extremes(numbers: Source<u32>, out: Sink<(u32, u32)>) {
        let both = numbers.running().aggregate(|rows| (rows.min(|n| *n), rows.max(|n| *n)));
        both.to(out);
    } }
    max_min { fn extremes(numbers: Source<u32>, out: Sink<(u32, u32)>) {
        let both = numbers.running().aggregate(|rows| (rows.max(|n| *n), rows.min(|n| *n)));
        both.to(out);
    } }
    sum { fn one(numbers: Source<u32>, out: Sink<u64>) {
        let value = numbers.running().sum(|n| *n);
        value.to(out);
    } }
    count { fn one(numbers: Source<u32>, out: Sink<u64>) {
        let value = numbers.running().count();
        value.to(out);
    } }
    some { fn one(numbers: Source<u32>, out: Sink<u64>) {
        let value = numbers.running().aggregate(|rows| rows.filter(|n| *n > 1).count());
        value.to(out);
    } }
    at_the_end { fn one(numbers: Source<u32>, out: Sink<u64>) {
        let value = numbers.sum(|n| *n);
        value.to(out);
    } }
    keyed_by_u32 { fn keyed(numbers: Source<u32>, out: Sink<u64>) {
        let counts = numbers.key_by(|n| n % 2).running().count().map(|(_, count)| count);
        counts.to(out);
    } }
    keyed_by_bool { fn keyed(numbers: Source<u32>, out: Sink<u64>) {
        let counts = numbers.key_by(|n| n % 2 == 0).running().count().map(|(_, count)| count);
        counts.to(out);
    } }
    ten { fn windows(numbers: Source<u32>, out: Sink<u64>) {
        let counts = numbers.event_time(|n| i64::from(*n)).window(tumbling(10ms)).count().map(|row| row.value);
        counts.to(out);
    } }
    twenty { fn windows(numbers: Source<u32>, out: Sink<u64>) {
        let counts = numbers.event_time(|n| i64::from(*n)).window(tumbling(20ms)).count().map(|row| row.value);
        counts.to(out);
    } }
    later { fn windows(numbers: Source<u32>, out: Sink<u64>) {
        let counts = numbers.event_time(|n| i64::from(*n)).window(tumbling(10ms)).allowed_lateness(5ms).count().map(|row| row.value);
        counts.to(out);
    } }
    discarding { fn windows(numbers: Source<u32>, out: Sink<u64>) {
        let counts = numbers.event_time(|n| i64::from(*n)).window(tumbling(10ms)).discarding().count().map(|row| row.value);
        counts.to(out);
    } }
    moved { fn windows(numbers: Source<u32>, out: Sink<u64>) {
        let counts = numbers.event_time(|n| i64::from(*n)).window(tumbling(10ms).offset(1ms)).count().map(|row| row.value);
        counts.to(out);
    } }
    other_bound { fn windows(numbers: Source<u32>, out: Sink<u64>) {
        let counts = numbers.event_time(|n| i64::from(*n)).watermark(bounded(2ms)).window(tumbling(10ms)).count().map(|row| row.value);
        counts.to(out);
    } }
}

#[test]
fn a_state_is_refused_by_an_operator_of_another_shape() {
    let savepoint = after_two(min_max::extremes(numbers(), NullSink));
    assert_eq!(
        refused(max_min::extremes(numbers(), NullSink), &savepoint),
        "restoring the state of `both`: it was saved by `running` with key (), aggregate min of u32 and max of u32, and \
         belongs to `running` with key (), aggregate max of u32 and min of u32 now; undo the change, or start the job anew"
    );
    let savepoint = after_two(sum::one(numbers(), NullSink));
    for (other, shape) in [
        (count::one(numbers(), NullSink), "count of rows"),
        (some::one(numbers(), NullSink), "filtered count of rows"),
        (at_the_end::one(numbers(), NullSink), "`aggregate` with"),
    ] {
        let error = refused(other, &savepoint);
        assert!(error.contains("`value`") && error.contains(shape), "{error}");
    }
    let savepoint = after_two(keyed_by_u32::keyed(numbers(), NullSink));
    let error = refused(keyed_by_bool::keyed(numbers(), NullSink), &savepoint);
    assert!(error.contains("key u32") && error.contains("key bool"), "{error}");
    let savepoint = after_two(ten::windows(numbers(), NullSink));
    for other in [
        twenty::windows(numbers(), NullSink),
        later::windows(numbers(), NullSink),
        discarding::windows(numbers(), NullSink),
        moved::windows(numbers(), NullSink),
    ] {
        let error = refused(other, &savepoint);
        assert!(error.contains("restoring the state of `counts"), "{error}");
    }
    let tuned = other_bound::windows(numbers(), NullSink).restore(&savepoint);
    tuned.run().expect("how far out of order records come may change");
}

versions! {
    before { fn counted(numbers: Source<u32>, out: Sink<u32>) {
        let even = numbers.filter(|n| n % 2 == 0);
        even.to(out);
    } }
    inserted { fn counted(numbers: Source<u32>, out: Sink<u32>) {
        let odd = numbers.filter(|n| n % 2 == 1);
        let even = numbers.filter(|n| n % 2 == 0);
        let even = even.map(|n| n);
        odd.for_each(|_| ());
        even.to(out);
    } }
}

#[test]
fn counts_go_to_the_statements_that_counted_them() {
    let savepoint = after_two(before::counted(numbers(), NullSink));
    let report = inserted::counted(numbers(), NullSink)
        .restore(&savepoint)
        .run()
        .expect("it goes on");
    let counts = report.operators.iter();
    let counts: Vec<_> = counts
        .map(|operator| (operator.name, operator.records_in, operator.records_out))
        .collect();
    // `odd` came later: it saw what was read since. Of two statements of one name the first has the counts of before.
    assert_eq!(counts[0], ("odd", 5, 2));
    assert_eq!(counts[1], ("even", 5, 2));
    assert_eq!(counts[2].0, "even");
    assert_eq!(counts[2].2, 1, "of the records that were read since, one is even");
    assert_eq!((report.sources[0].records, report.sinks[1].records), (5, 2));
}

versions! {
    old_port { fn ported(numbers: Source<u32>, out: Sink<u64>) {
        let sums = numbers.running().sum(|n| *n);
        sums.to(out);
    } }
    new_port { fn ported(integers: Source<u32>, out: Sink<u64>) {
        let sums = integers.running().sum(|n| *n);
        sums.to(out);
    } }
    kept_port { fn ported(#[uid = "numbers"] integers: Source<u32>, out: Sink<u64>) {
        let sums = integers.running().sum(|n| *n);
        sums.to(out);
    } }
    old_sink { fn kept(numbers: Source<u32>, out: Sink<u64>) {
        numbers.running().sum(|n| *n).to(out);
    } }
    new_sink { fn kept(numbers: Source<u32>, #[uid = "out"] sums: Sink<u64>) {
        numbers.running().sum(|n| *n).to(sums);
    } }
}

#[test]
fn a_source_that_was_renamed_is_refused_or_keeps_its_uid() {
    let savepoint = after_two(old_port::ported(numbers(), NullSink));
    assert_eq!(
        refused(new_port::ported(numbers(), NullSink), &savepoint),
        "restoring a savepoint: it has the positions of a source `numbers`, and this pipeline has no such source; give \
         it its old name back, or write `#[uid = \"numbers\"]` before it"
    );
    let (out, got) = CollectionSink::new();
    let job = kept_port::ported(numbers(), out).restore(&savepoint);
    let report = job.run().expect("the uid is the old");
    assert_eq!((got.take(), report.sources[0].records), (vec![6, 10, 15], 5));
}

#[test]
fn a_sink_that_was_renamed_keeps_the_state_of_its_statement_by_its_uid() {
    let savepoint = after_two(old_sink::kept(numbers(), NullSink));
    let (out, got) = CollectionSink::new();
    new_sink::kept(numbers(), out)
        .restore(&savepoint)
        .run()
        .expect("the uid is the old");
    assert_eq!(got.take(), [6, 10, 15]);
}

#[test]
fn a_source_of_another_kind_is_refused() {
    let savepoint = after_two(old_port::ported(numbers(), NullSink));
    let error = refused(
        old_port::ported(Partitions::new(vec![vec![1]]), NullSink),
        &savepoint,
    );
    assert!(
        error.contains("`CollectionSource`") && error.contains("`Partitions`"),
        "{error}"
    );
}

pipeline!(
    fn in_fragment(numbers: Source<u32>, out: Sink<u64>) {
        let all = summed_twice(numbers);
        all.to(out);
    }

    fn summed_twice(numbers: Stream<u32>) -> Stream<u64> {
        let sum = numbers.map(|n| n + 1).running().sum(|n| *n);
        #[uid = "other"]
        let other = numbers.running().sum(|n| *n);
        sum.union(other)
    }
);

versions! {
    first { fn shared(numbers: Source<u32>, out: Sink<u64>) {
        let all = parts(numbers);
        all.to(out);
    }
    fn parts(numbers: Stream<u32>) -> Stream<u64> {
        let first = numbers.running().sum(|n| *n);
        first
    } }
    second { fn shared(numbers: Source<u32>, out: Sink<u64>) {
        let all = parts(numbers);
        all.to(out);
    }
    fn parts(numbers: Stream<u32>) -> Stream<u64> {
        #[uid = "first"]
        let renamed = numbers.running().sum(|n| *n);
        renamed
    } }
}

#[test]
fn a_uid_inside_a_fragment_is_its_identity() {
    let savepoint = after_two(first::shared(numbers(), NullSink));
    let (out, got) = CollectionSink::new();
    second::shared(numbers(), out)
        .restore(&savepoint)
        .run()
        .expect("the uid is the old");
    assert_eq!(got.take(), [6, 10, 15]);
    let savepoint = after_two(in_fragment(numbers(), NullSink));
    let (out, got) = CollectionSink::new();
    in_fragment(numbers(), out)
        .restore(&savepoint)
        .run()
        .expect("it goes on");
    assert_eq!(got.take(), [9, 6, 14, 10, 20, 15]);
}

#[test]
fn the_time_of_all_runs_counts_with_the_records_of_all_runs() {
    let clock = ManualClock::default();
    let job = before::counted(numbers(), NullSink)
        .clock(clock.clone())
        .batch_size(1);
    let mut job = job.start().expect("it starts");
    for _ in 0..2 {
        job.step().expect("nothing goes wrong");
    }
    clock.advance(TimeDelta::from_millis(2_000));
    let savepoint = job.savepoint().expect("it can be saved");
    let job = before::counted(numbers(), NullSink)
        .clock(clock.clone())
        .restore(&savepoint);
    let mut job = job.start().expect("it goes on");
    while job.step().expect("nothing goes wrong") != ReadStatus::End {}
    clock.advance(TimeDelta::from_millis(500));
    let report = job.finish().expect("nothing goes wrong");
    assert_eq!(report.elapsed, TimeDelta::from_millis(2_500));
    assert!((report.records_per_second() - 2.0).abs() < 1e-9);
}

#[test]
fn run_and_spawn_go_on_from_a_savepoint_too() {
    let savepoint = after_two(sum::one(numbers(), NullSink));
    for spawned in [false, true] {
        let (out, got) = CollectionSink::new();
        let job = sum::one(numbers(), out).restore(&savepoint);
        let report = if spawned {
            job.spawn().and_then(JobHandle::join)
        } else {
            job.run()
        };
        assert_eq!(report.expect("nothing goes wrong").sources[0].records, 5);
        assert_eq!(got.take(), [6, 10, 15]);
    }
}

#[test]
fn the_test_driver_goes_on_as_a_job_does() {
    let mut t = min_max::extremes::test();
    t.numbers.push_all([3, 5]);
    let savepoint = t.savepoint();
    let mut again = min_max::extremes::test().restore(&savepoint);
    again.numbers.push(4);
    assert_eq!(again.out.take(), [(3, 5)]);
    assert_eq!(again.finish().sources[0].records, 3);
    t.numbers.end();
    let ended = t.savepoint();
    let mut again = min_max::extremes::test().restore(&ended);
    assert_eq!(again.finish().sources[0].records, 2, "nothing has happened");
}

#[test]
#[should_panic(expected = "it has started already")]
fn a_test_driver_is_restored_before_anything_else() {
    let mut t = min_max::extremes::test();
    t.numbers.push(1);
    let savepoint = t.savepoint();
    let _ = t.restore(&savepoint);
}

#[test]
#[should_panic(expected = "the input `numbers` has ended")]
fn an_input_that_had_ended_takes_nothing_after_a_restore() {
    let mut t = min_max::extremes::test();
    t.numbers.end();
    let savepoint = t.savepoint();
    min_max::extremes::test().restore(&savepoint).numbers.push(1);
}

/// Panics where it is saved.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
struct Unsavable(u32);

impl Serialize for Unsavable {
    fn serialize<S: serde::Serializer>(&self, _serializer: S) -> Result<S::Ok, S::Error> {
        panic!("it cannot be saved")
    }
}

pipeline!(
    fn unsavable(numbers: Source<u32>, out: Sink<u64>) {
        numbers
            .key_by(|n| Unsavable(*n))
            .running()
            .count()
            .map(|(_, count)| count)
            .to(out);
    }
);

#[test]
fn a_panic_while_a_state_is_saved_is_an_error() {
    let mut job = unsavable(numbers(), NullSink)
        .batch_size(1)
        .start()
        .expect("it starts");
    job.step().expect("nothing goes wrong");
    let error = job.savepoint().expect_err("it panics");
    assert!(error.to_string().contains("it cannot be saved"), "{error}");
    let again = job.step().expect_err("the job has failed");
    assert_eq!(again.to_string(), error.to_string());
}
