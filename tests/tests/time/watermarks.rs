//! Watermarks by every strategy against a naive model, any sizes of reads, restored at random points; timestamps ahead of the
//! clock; time by the clock.

#![allow(unused_variables, reason = "not every strategy has every setting")]

use std::ops::ControlFlow;

use proptest::prelude::*;
use streamlite::prelude::*;
use streamlite::source::{Opening, Partition, Position, ReadStatus, Reader};
use streamlite::time::ManualClock;
use streamlite_tests::Partitions;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Stamped {
    at: i64,
    /// What it says itself about how far event time has come.
    mark: Option<i64>,
}

/// The watermark is the second greatest timestamp.
struct SecondGreatest;

impl WatermarkStrategy<Stamped> for SecondGreatest {
    /// The greatest two, the lower one first.
    type State = Vec<Timestamp>;

    fn on_record(
        &self,
        greatest: &mut Vec<Timestamp>,
        _record: &Stamped,
        timestamp: Timestamp,
    ) -> Option<Timestamp> {
        greatest.push(timestamp);
        greatest.sort();
        if greatest.len() > 2 {
            greatest.remove(0);
        }
        (greatest.len() == 2).then(|| greatest[0])
    }
}

/// Which strategy, in words that the model reads, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Nothing,
    Ascending,
    Bounded,
    Periodic,
    Punctuated,
    PeriodicPunctuated,
    Own,
}

#[derive(Clone, Copy, Debug)]
struct Settings {
    by: By,
    delay: i64,
    every: i64,
    /// What the clock shows, and how far ahead of it is likely.
    now: i64,
    skew: i64,
}

macro_rules! pipelines {
    (($delay:ident, $every:ident): $($by:ident $name:ident: { $($strategy:tt)* })+) => {
        pipeline!($(
            fn $name(
                events: Source<Stamped>,
                all: Sink<Stamped>,
                lates: Sink<Stamped>,
                counts: Sink<u64>,
                $delay: TimeDelta,
                $every: TimeDelta,
                skew: TimeDelta,
            ) {
                let timed = events.event_time(|e| e.at) $($strategy)* .max_future_skew(skew);
                let (windows, late) = timed.window(tumbling(1ms)).with_late().count();
                windows.map(|window| window.value).to(counts);
                late.to(lates);
                timed.to(all);
            }
        )+);

        /// Pushes chunks, and saves and restores after some of them; the watermark after each chunk, and what was late.
        fn run(chunks: &[(Vec<Stamped>, bool)], settings: Settings) -> Ran {
            let [delay, every, skew] = [settings.delay, settings.every, settings.skew].map(TimeDelta::from_millis);
            let mut ran = Ran::default();
            match settings.by {
                $(By::$by => {
                    let now = TimeDelta::from_millis(settings.now);
                    let mut t = $name::test(delay, every, skew);
                    t.clock.advance(now);
                    for (chunk, is_saved) in chunks {
                        t.events.push_all(chunk.iter().copied());
                        if *is_saved {
                            ran.late.append(&mut t.lates.take());
                            let saved = t.savepoint();
                            t = $name::test(delay, every, skew).restore(&saved);
                            t.clock.advance(now);
                        }
                        let watermark = t.report().operator("timed").and_then(|timed| timed.watermark);
                        ran.watermarks.push(watermark.expect("it has event time").as_millis());
                    }
                    ran.late.append(&mut t.lates.take());
                    ran.ahead = t.report().operator("timed").expect("it is there").ahead_of_clock;
                    t.finish();
                })+
            }
            ran
        }

        /// The late records of several partitions.
        fn run_partitions(partitions: Vec<Vec<Stamped>>, settings: Settings, batch: usize) -> (Vec<Stamped>, Vec<Stamped>) {
            let [delay, every, skew] = [settings.delay, settings.every, settings.skew].map(TimeDelta::from_millis);
            let (all, got) = CollectionSink::new();
            let (lates, got_late) = CollectionSink::new();
            let source = Partitions::new(partitions);
            let job = match settings.by {
                $(By::$by => $name(source, all, lates, NullSink, delay, every, skew),)+
            };
            job.clock(ManualClock::at(settings.now.into())).batch_size(batch).run().expect("the settings make sense");
            (got.take(), got_late.take())
        }
    };
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Ran {
    watermarks: Vec<i64>,
    late: Vec<Stamped>,
    ahead: u64,
}

pipelines! { (delay, every):
    Nothing by_nothing: {}
    Ascending by_ascending: { .watermark(ascending()) }
    Bounded by_bounded: { .watermark(bounded(delay)) }
    Periodic by_periodic: { .watermark(periodic(every, bounded(delay))) }
    Punctuated by_punctuated: { .watermark(punctuated(|e| e.mark)) }
    PeriodicPunctuated by_periodic_punctuated: { .watermark(periodic(every, punctuated(|e| e.mark))) }
    Own by_own: { .watermark(SecondGreatest) }
}

/// The rules again, over the list of all records that came before, in numbers without ends.
fn watermark(before: &[Stamped], settings: Settings) -> i64 {
    let Settings {
        by,
        delay,
        every,
        now,
        skew,
    } = settings;
    let is_likely = |at: i64| i128::from(at) <= i128::from(now) + i128::from(skew);
    let likely: Vec<Stamped> = before.iter().copied().filter(|e| is_likely(e.at)).collect();
    let at = |list: &[Stamped]| -> Vec<i128> { list.iter().map(|e| i128::from(e.at)).collect() };
    let floor = |at: i128| at.div_euclid(i128::from(every)) * i128::from(every);
    let said = |list: &[Stamped]| -> Option<i128> {
        let greatest = || at(list).into_iter().max();
        let mark = || list.last().and_then(|last| last.mark).map(i128::from);
        match by {
            By::Nothing | By::Ascending => greatest(),
            By::Bounded => greatest().map(|at| at - i128::from(delay)),
            By::Periodic => greatest().map(|at| floor((at - i128::from(delay)).max(i64::MIN.into()))),
            By::Punctuated => mark(),
            By::PeriodicPunctuated => mark().map(floor),
            By::Own => {
                let mut sorted = at(list);
                sorted.sort_unstable();
                sorted.len().checked_sub(2).map(|place| sorted[place])
            }
        }
    };
    let all = (1..=likely.len()).filter_map(|until| said(&likely[..until]));
    let likely = all.filter(|said| is_likely(i64::try_from(*said).unwrap_or(i64::MIN)));
    let highest = likely.max().unwrap_or(i64::MIN.into());
    i64::try_from(highest.min(i128::from(i64::MAX) - 1)).unwrap_or(i64::MIN)
}

fn late(records: &[Stamped], settings: Settings) -> Vec<Stamped> {
    let mut late = Vec::new();
    for (place, record) in records.iter().enumerate() {
        if record.at < watermark(&records[..place], settings) {
            late.push(*record);
        }
    }
    late
}

fn timestamp() -> impl Strategy<Value = i64> {
    prop_oneof![
        10 => -40_i64..40,
        2 => (-4_i64..4, -1_i64..=1).prop_map(|(step, edge)| step * 10 + edge),
        1 => (0_i64..3).prop_map(|from| i64::MAX - from),
        1 => (0_i64..12).prop_map(|from| i64::MIN + from),
    ]
}

/// Records that drift forward and jump now and then.
fn records(at_most: usize) -> impl Strategy<Value = Vec<Stamped>> {
    let jump = prop_oneof![20 => -8_i64..12, 1 => timestamp()];
    prop::collection::vec((jump, prop::option::of(-15_i64..5)), 0..at_most).prop_map(|steps| {
        let drifted = steps.into_iter().enumerate().map(|(place, (step, mark))| {
            let at = (place as i64 * 2 - 20).saturating_add(step);
            Stamped {
                at,
                mark: mark.map(|mark| at.saturating_add(mark)),
            }
        });
        drifted.collect()
    })
}

fn settings() -> impl Strategy<Value = Settings> {
    let by = prop::sample::select(vec![
        By::Nothing,
        By::Ascending,
        By::Bounded,
        By::Periodic,
        By::Punctuated,
        By::PeriodicPunctuated,
        By::Own,
    ]);
    let skew = prop_oneof![Just(i64::MAX), 0_i64..20];
    (by, 0_i64..8, 1_i64..12, 0_i64..30, skew).prop_map(|(by, delay, every, now, skew)| Settings {
        by,
        delay,
        every,
        now,
        skew,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn each_strategy_is_as_the_model_says(
        chunks in prop::collection::vec((records(12), prop::bool::weighted(0.2)), 1..8),
        settings in settings(),
    ) {
        let ran = run(&chunks, settings);
        let all: Vec<Stamped> = chunks.iter().flat_map(|(chunk, _)| chunk.clone()).collect();
        let mut seen = 0;
        let expected: Vec<i64> = chunks.iter().map(|(chunk, _)| {
            seen += chunk.len();
            watermark(&all[..seen], settings)
        }).collect();
        prop_assert_eq!(&ran.watermarks, &expected);
        prop_assert_eq!(&ran.late, &late(&all, settings));
        let horizon = i128::from(settings.now) + i128::from(settings.skew);
        let ahead = all.iter().filter(|e| i128::from(e.at) > horizon).count() as u64;
        if !matches!(settings.by, By::Punctuated | By::PeriodicPunctuated) {
            prop_assert_eq!(ran.ahead, ahead);
        } else {
            prop_assert!(ran.ahead >= ahead, "a mark may be too far ahead, too");
        }
    }

    #[test]
    fn what_is_late_in_several_partitions_does_not_depend_on_the_others_or_on_the_batch(
        partitions in prop::collection::vec(records(30), 0..5),
        settings in settings(),
        batch in prop_oneof![Just(1_usize), 2_usize..20, Just(4096)],
    ) {
        let (all, mut got) = run_partitions(partitions.clone(), settings, batch);
        let again = run_partitions(partitions.clone(), settings, 4096);
        prop_assert_eq!(&(all, got.clone()), &again);
        let mut expected: Vec<Stamped> = partitions.iter().flat_map(|records| late(records, settings)).collect();
        expected.sort_unstable();
        got.sort_unstable();
        prop_assert_eq!(got, expected);
    }
}

const MINUTE: i64 = 60_000;

pipeline!(
    fn guarded(at: Source<i64>, out: Sink<u64>) {
        let timed = at
            .event_time(|at| *at)
            .watermark(bounded(5s))
            .max_future_skew(5min);
        timed
            .window(tumbling(1s))
            .count()
            .map(|window| window.value)
            .to(out);
    }

    fn unguarded(at: Source<i64>, out: Sink<u64>) {
        let timed = at
            .event_time(|at| *at)
            .watermark(bounded(5s))
            .max_future_skew(TimeDelta::MAX);
        timed
            .window(tumbling(1s))
            .count()
            .map(|window| window.value)
            .to(out);
    }

    fn as_by_default(at: Source<i64>, out: Sink<u64>) {
        let timed = at.event_time(|at| *at).watermark(bounded(5s));
        timed
            .window(tumbling(1s))
            .count()
            .map(|window| window.value)
            .to(out);
    }
);

#[test]
fn a_timestamp_that_is_far_ahead_of_the_clock_moves_no_watermark_and_is_counted() {
    let mut t = guarded::test();
    let watermark = |report: Report| report.operator("timed").and_then(|timed| timed.watermark);
    t.at.push(5 * MINUTE);
    assert_eq!(
        watermark(t.report()),
        Some(Timestamp::from_millis(5 * MINUTE - 5_000)),
        "five minutes are likely"
    );
    t.at.push(5 * MINUTE + 1);
    assert_eq!(
        watermark(t.report()),
        Some(Timestamp::from_millis(5 * MINUTE - 5_000)),
        "a millisecond more is not"
    );
    t.at.push_all([5 * MINUTE - 1, i64::MAX, 5 * MINUTE]);
    assert_eq!(
        watermark(t.report()),
        Some(Timestamp::from_millis(5 * MINUTE - 5_000))
    );
    t.clock.advance(TimeDelta::from_millis(1));
    t.at.push(5 * MINUTE + 1);
    assert_eq!(
        watermark(t.report()),
        Some(Timestamp::from_millis(5 * MINUTE - 4_999)),
        "time has come to it"
    );

    let saved = t.savepoint();
    let mut t = guarded::test().restore(&saved);
    t.at.push(i64::MAX - 1);
    let report = t.finish();
    let timed = report.operator("timed").expect("it is there");
    assert_eq!(
        timed.ahead_of_clock, 3,
        "two before the savepoint, and one after it"
    );
    assert_eq!(t.out.take(), [1, 4, 2], "all of them are in a window");
    assert!(
        report.to_string().contains(
            "3 records of `timed` were further ahead of the clock than is likely, and did not move the watermark: mend \
             the clock that stamps them, or allow more with `.max_future_skew(…)`"
        ),
        "{report}"
    );
}

/// Five records that are ten minutes ahead of each other, of a source that does not say what it is.
struct Stepping {
    is_live: Option<bool>,
}

struct Steps(i64);

impl Source for Stepping {
    type Item = i64;
    type Reader = Steps;

    fn partitions(&mut self) -> streamlite::Result<Vec<Partition>> {
        Ok(vec![Partition::new("all")])
    }

    fn open(&mut self, _at: &Opening<'_>) -> streamlite::Result<Steps> {
        Ok(Steps(0))
    }

    fn is_live(&self) -> bool {
        self.is_live.unwrap_or_else(|| Whatever.is_live())
    }

    fn describe(&self) -> String {
        "five steps".to_owned()
    }
}

/// A source with nothing but what it must have.
struct Whatever;

impl Source for Whatever {
    type Item = i64;
    type Reader = Steps;

    fn partitions(&mut self) -> streamlite::Result<Vec<Partition>> {
        Ok(Vec::new())
    }

    fn open(&mut self, _at: &Opening<'_>) -> streamlite::Result<Steps> {
        Ok(Steps(0))
    }

    fn describe(&self) -> String {
        "nothing".to_owned()
    }
}

impl Reader for Steps {
    type Item = i64;

    fn read<F: FnMut(i64) -> ControlFlow<()>>(
        &mut self,
        _at_most: usize,
        mut out: F,
    ) -> streamlite::Result<ReadStatus> {
        if self.0 == 5 {
            return Ok(ReadStatus::End);
        }
        let _ = out(self.0 * 10 * MINUTE);
        self.0 += 1;
        Ok(ReadStatus::Ready)
    }

    fn position(&mut self) -> streamlite::Result<Position> {
        Ok(Position::of(&self.0))
    }
}

#[test]
fn the_timestamps_of_a_source_are_compared_with_the_clock_if_it_is_live() {
    let ahead = |job: fn(Stepping, NullSink) -> Job, is_live: Option<bool>| {
        let report = job(Stepping { is_live }, NullSink)
            .clock(ManualClock::at(Timestamp::from_millis(15 * MINUTE)))
            .run()
            .expect("it runs");
        report.operator("timed").expect("it is there").ahead_of_clock
    };
    // At 0, 10, 20, 30 and 40 minutes; the clock shows a quarter past.
    assert_eq!(ahead(as_by_default, None), 2, "20 is likely");
    assert_eq!(ahead(as_by_default, Some(true)), 2);
    assert_eq!(ahead(as_by_default, Some(false)), 0);
    assert_eq!(ahead(guarded, Some(false)), 2, "it is said");
    assert_eq!(ahead(unguarded, Some(true)), 0, "it is said");
}

#[test]
fn a_collection_and_a_test_input_are_not_live() {
    let (out, _) = CollectionSink::new();
    let report = as_by_default(CollectionSource::new([0, i64::MAX]), out)
        .run()
        .expect("it runs");
    assert_eq!(report.operator("timed").expect("it is there").ahead_of_clock, 0);
    let mut t = as_by_default::test();
    t.at.push(i64::MAX - 10_000);
    assert_eq!(
        t.finish().operator("timed").expect("it is there").ahead_of_clock,
        0
    );
}

/// What a setting is refused with.
macro_rules! refused {
    ($($setting:tt)*) => {
        pipeline!(from([1_i64]).event_time(|at| *at) $($setting)* .count()).collect().map(|_| ()).expect_err("it makes no sense").to_string()
    };
}

#[test]
fn settings_that_make_no_sense_are_refused_before_anything_is_read() {
    let ms = TimeDelta::from_millis;
    let errors = [
        refused!(.watermark(bounded(ms(-1)))),
        refused!(.watermark(periodic(ms(0), ascending()))),
        refused!(.watermark(periodic(ms(-1), ascending()))),
        refused!(.watermark(periodic(ms(1), bounded(ms(-1))))),
        refused!(.idle_after(ms(0))),
        refused!(.idle_after(ms(-1))),
        refused!(.max_future_skew(ms(-1))),
    ];
    insta::assert_snapshot!(errors.join("\n"));
    let fine = pipeline!(
        from([1_i64])
            .event_time(|at| *at)
            .watermark(periodic(1ms, bounded(0ms)))
            .idle_after(1ms)
            .max_future_skew(0ms)
            .count()
    );
    assert_eq!(fine.collect().expect("they make sense"), [1]);
}

pipeline!(
    /// By the clock, whatever the records say.
    fn by_the_clock(at: Source<i64>, rows: Sink<(i64, u64)>) {
        at.event_time(|at| *at)
            .watermark(bounded(1h))
            .processing_time()
            .window(tumbling(1s))
            .aggregate(|window, rows| (window.start.as_millis(), rows.count()))
            .to(rows);
    }

    /// By the clock first, and by what the records say after that.
    fn by_the_records(at: Source<i64>, rows: Sink<(i64, u64)>) {
        at.processing_time()
            .event_time(|at| *at)
            .window(tumbling(1s))
            .aggregate(|window, rows| (window.start.as_millis(), rows.count()))
            .to(rows);
    }
);

#[test]
fn processing_time_is_the_clocks_whatever_the_records_say() {
    let mut t = by_the_clock::test();
    t.at.push_all([i64::MAX, 5, i64::MIN]);
    t.clock.advance(TimeDelta::from_millis(999));
    t.at.push(0);
    assert_eq!(t.rows.take(), []);
    t.clock.advance(TimeDelta::from_millis(1));
    assert_eq!(
        t.rows.take(),
        [(0, 4)],
        "no record is needed for a window to fire"
    );
    t.at.watermark(100_000);
    t.at.push(0);
    assert_eq!(
        t.rows.take(),
        [],
        "a source that knows event time says nothing about the clock"
    );
    let saved = t.savepoint();

    // The clock of this one shows zero again.
    let mut t = by_the_clock::test().restore(&saved);
    t.at.push(0);
    t.clock.advance(TimeDelta::from_millis(1_999));
    assert_eq!(t.rows.take(), []);
    t.at.push(0);
    t.clock.advance(TimeDelta::from_millis(1));
    assert_eq!(
        t.rows.take(),
        [(1_000, 3)],
        "time had come to 1 s, and did not go back"
    );
    let report = t.finish();
    assert_eq!(report.late(), 0);
    let mut t = by_the_clock::test();
    t.at.push(3);
    t.finish();
    assert_eq!(t.rows.take(), [(0, 1)], "at the end everything fires");
}

#[test]
fn event_time_behind_processing_time_goes_by_the_records() {
    let mut t = by_the_records::test();
    t.at.push_all([0, 999]);
    t.clock.advance(TimeDelta::from_secs(60));
    assert_eq!(t.rows.take(), []);
    t.at.push(1_000);
    assert_eq!(t.rows.take(), [(0, 2)]);
    t.finish();
    assert_eq!(t.rows.take(), [(1_000, 1)]);
}

pipeline!(
    /// Marks that may be ahead of the clock.
    fn marked(events: Source<Stamped>, lates: Sink<Stamped>, counts: Sink<u64>) {
        let timed = events
            .event_time(|e| e.at)
            .watermark(punctuated(|e| e.mark))
            .max_future_skew(0s);
        let (windows, late) = timed.window(tumbling(1ms)).with_late().count();
        windows.map(|window| window.value).to(counts);
        late.to(lates);
    }

    fn resting(at: Source<i64>, counts: Sink<u64>) {
        let timed = at.event_time(|at| *at).idle_after(1h);
        timed.count().to(counts);
    }
);

#[test]
fn what_a_mark_says_counts_for_the_next_record_of_the_same_row() {
    let mut t = marked::test();
    let event = |at: i64, mark: Option<i64>| Stamped { at, mark };
    t.events.push(event(0, Some(0)));
    // The clock was read at 0: whether 50 is too far ahead is asked anew.
    t.clock.advance(TimeDelta::from_millis(100));
    t.events.push_all([
        event(-10, Some(50)),
        event(10, None),
        event(60, Some(101)),
        event(55, None),
    ]);
    assert_eq!(
        t.lates.take(),
        [event(-10, Some(50)), event(10, None)],
        "50 was said just before; 101 is too far ahead"
    );
    assert_eq!(
        t.finish().operator("timed").map(|timed| timed.ahead_of_clock),
        Some(1)
    );
}

#[test]
fn the_last_timestamp_there_is_does_not_end_the_input() {
    let mut t = resting::test();
    // The partition was quiet: the record comes by itself.
    t.clock.advance(TimeDelta::from_millis(100));
    t.at.push(i64::MAX);
    let watermark = t.report().operator("timed").and_then(|timed| timed.watermark);
    assert_eq!(watermark, Some(Timestamp::from_millis(i64::MAX - 1)));
    assert!(t.counts.take().is_empty(), "the input has not ended");
    t.at.push(1);
    t.finish();
    assert_eq!(t.counts.take(), [2]);
}
