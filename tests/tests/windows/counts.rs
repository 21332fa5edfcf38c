//! Windows of so many records, and of all, against a naive model.

use proptest::prelude::*;
use streamlite::prelude::*;
use streamlite::state::look_up_in_blocks;
use streamlite_tests::model::Row;
use streamlite_tests::window_model::{self, Rules, counts};
use streamlite_tests::windows::{Log, Ran, Setup, Tagged, cases, setups};

macro_rules! count_pipeline {
    ($name:ident, $size:ident, $step:ident, $window:expr, $rows:ident, $sum:expr) => {
        pipeline!(
            /// Counts and sums by key and so many records.
            fn $name(
                events: Source<Tagged>,
                out: Sink<Row>,
                late_out: Sink<Tagged>,
                log: Log,
                $size: u64,
                $step: u64,
            ) {
                let (results, late) = events
                    .event_time(|tagged| log.note(tagged))
                    .key_by(|(_, event)| event.key)
                    .window($window)
                    .with_late()
                    .aggregate(|key, window, $rows| {
                        let (start, end) = (window.start.cast_signed(), window.end.cast_signed());
                        (*key, start, end, $rows.count(), $sum)
                    });
                late.to(late_out);
                results.to(out);
            }
        );
    };
}

/// Depends on the order, and does not say how two become one exactly.
fn fold(sum: i64, (_, event): &Tagged) -> i64 {
    sum.wrapping_mul(31).wrapping_add(i64::from(event.value))
}

count_pipeline!(
    summed,
    size,
    step,
    count(size).every(step),
    rows,
    rows.sum(|(_, event)| event.value)
);
count_pipeline!(
    listed,
    size,
    step,
    count(size).every(step).partial(),
    rows,
    window_model::sum(
        rows.collect(|(_, event)| i64::from(event.value)).into_iter(),
        true
    )
);
count_pipeline!(
    folded,
    size,
    step,
    count(size).every(step).partial(),
    rows,
    rows.fold(7_i64, fold, |one, other| one ^ other)
);

pipeline!(
    /// The same without `every`, and without keys.
    fn plain(events: Source<Tagged>, out: Sink<Row>, late_out: Sink<Tagged>, log: Log, size: u64) {
        let (results, late) = events
            .event_time(|tagged| log.note(tagged))
            .window(count(size))
            .with_late()
            .aggregate(|window, rows| {
                let (start, end) = (window.start.cast_signed(), window.end.cast_signed());
                (0, start, end, rows.count(), rows.sum(|(_, event)| event.value))
            });
        late.to(late_out);
        results.to(out);
    }
);

pipeline!(
    /// One window for all records of a key.
    fn whole(events: Source<Tagged>, out: Sink<Row>, late_out: Sink<Tagged>, log: Log) {
        let (results, late) = events
            .event_time(|tagged| log.note(tagged))
            .key_by(|(_, event)| event.key)
            .window(global())
            .with_late()
            .aggregate(|key, _window, rows| {
                (
                    *key,
                    0,
                    rows.count() as i64,
                    rows.count(),
                    rows.sum(|(_, event)| event.value),
                )
            });
        late.to(late_out);
        results.to(out);
    }
);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Summed,
    Listed,
    Folded,
    Plain,
    Whole,
}

fn run(setup: &Setup, kind: Kind, size: u64, step: u64) -> Ran {
    setup.run(|source, rows, late, log| match kind {
        Kind::Summed => summed(source, rows, late, log, size, step),
        Kind::Listed => listed(source, rows, late, log, size, step),
        Kind::Folded => folded(source, rows, late, log, size, step),
        Kind::Plain => plain(source, rows, late, log, size),
        Kind::Whole => whole(source, rows, late, log),
    })
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn windows_of_so_many_records_are_as_the_model_says(
        setup in setups(80),
        size in 1_u64..12,
        step in 1_u64..12,
        kind in prop::sample::select(vec![Kind::Summed, Kind::Listed, Kind::Folded, Kind::Plain, Kind::Whole]),
        blocks in prop_oneof![Just(None), Just(Some(true))],
    ) {
        look_up_in_blocks(blocks);
        let ran = run(&setup, kind, size, step);
        look_up_in_blocks(None);
        let in_order = matches!(kind, Kind::Listed | Kind::Folded);
        let rules = Rules { delay: 0, lateness: 0, discarding: false, in_order };
        let mut reading = ran.reading.clone();
        let (size_in_all, step_in_all) = match kind {
            Kind::Plain => (size, size),
            Kind::Whole => (1_000_000, 1_000_000),
            _ => (size, step),
        };
        if kind == Kind::Plain {
            reading.iter_mut().filter_map(|(_, event)| event.as_mut()).for_each(|event| event.key = 0);
        }
        let partial = !matches!(kind, Kind::Summed | Kind::Plain);
        let (size_in_all, step_in_all) = (size_in_all as usize, step_in_all as usize);
        let (expected, greatest, gaps) = counts(&reading, rules, size_in_all, step_in_all, partial);
        prop_assert_eq!(&ran.outcome.rows, &expected);
        prop_assert_eq!(&ran.stamps, &greatest, "results carry the greatest timestamp of their records");
        prop_assert_eq!(ran.in_gaps, gaps);
        prop_assert!(ran.outcome.late.is_empty());
        let whole = Setup { breaks: Vec::new(), one_by_one: true, ..setup };
        prop_assert_eq!(run(&whole, kind, size, step).outcome, ran.outcome, "restored, and in rows");
    }
}
