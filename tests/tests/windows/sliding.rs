//! Sliding windows against a naive model: out of order, several partitions, both ends of time, any batch size, restored
//! anywhere.

use proptest::prelude::*;
use streamlite::prelude::*;
use streamlite::state::look_up_in_blocks;
use streamlite_tests::model::{Outcome, Row};
use streamlite_tests::window_model::{self, Rules, aligned};
use streamlite_tests::windows::{Log, Ran, Setup, Tagged, cases, setups};

macro_rules! sliding_pipeline {
    ($name:ident, $mode:ident, $rows:ident, $sum:expr) => {
        pipeline!(
            /// Counts and sums by key and window.
            fn $name(
                events: Source<Tagged>,
                out: Sink<Row>,
                late_out: Sink<Tagged>,
                log: Log,
                size: TimeDelta,
                slide: TimeDelta,
                offset: TimeDelta,
                delay: TimeDelta,
                lateness: TimeDelta,
            ) {
                let (results, late) = events
                    .event_time(|tagged| log.note(tagged))
                    .watermark(bounded(delay))
                    .key_by(|(_, event)| event.key)
                    .window(sliding(size).every(slide).offset(offset))
                    .allowed_lateness(lateness)
                    .$mode()
                    .with_late()
                    .aggregate(|key, window, $rows| {
                        let (start, end) = (window.start.as_millis(), window.end.as_millis());
                        (*key, start, end, $rows.count() | fired(window), $sum)
                    });
                late.to(late_out);
                results.to(out);
            }
        );
    };
}

sliding_pipeline!(shared, accumulating, rows, rows.sum(|(_, event)| event.value));
sliding_pipeline!(
    shared_discarding,
    discarding,
    rows,
    rows.sum(|(_, event)| event.value)
);
sliding_pipeline!(
    in_order,
    accumulating,
    rows,
    window_model::sum(
        rows.collect(|(_, event)| i64::from(event.value)).into_iter(),
        true
    )
);
sliding_pipeline!(
    in_order_discarding,
    discarding,
    rows,
    window_model::sum(
        rows.collect(|(_, event)| i64::from(event.value)).into_iter(),
        true
    )
);

/// Which firing it is, beside the count.
fn fired(window: Window) -> u64 {
    (u64::from(window.index) << 33) | (u64::from(window.firing == Firing::Late) << 32)
}

/// Takes out again which firings they are.
fn take_firings(rows: &mut [Row]) -> Vec<(bool, u64)> {
    let firings = rows.iter().map(|row| (row.3 >> 32 & 1 == 1, row.3 >> 33));
    let firings = firings.collect();
    rows.iter_mut().for_each(|row| row.3 &= u64::from(u32::MAX));
    firings
}

#[derive(Clone, Copy, Debug)]
struct Grid {
    size: i64,
    slide: i64,
    offset: i64,
}

fn run(setup: &Setup, grid: Grid, rules: Rules) -> Ran {
    let millis = TimeDelta::from_millis;
    let (size, slide, offset) = (millis(grid.size), millis(grid.slide), millis(grid.offset));
    let (delay, lateness) = (millis(rules.delay), millis(rules.lateness));
    setup.run(
        |source, rows, late, log| match (rules.in_order, rules.discarding) {
            (false, false) => shared(source, rows, late, log, size, slide, offset, delay, lateness),
            (false, true) => shared_discarding(source, rows, late, log, size, slide, offset, delay, lateness),
            (true, false) => in_order(source, rows, late, log, size, slide, offset, delay, lateness),
            (true, true) => {
                in_order_discarding(source, rows, late, log, size, slide, offset, delay, lateness)
            }
        },
    )
}

fn grids() -> impl Strategy<Value = Grid> {
    let sizes = (
        prop_oneof![Just(10_i64), 1_i64..30],
        prop_oneof![Just(5_i64), Just(10), 1_i64..25],
    );
    (sizes, any::<prop::sample::Index>()).prop_map(|((size, slide), offset)| {
        let range = usize::try_from(2 * slide - 1).expect("a small slide");
        let offset = i64::try_from(offset.index(range)).expect("a small offset") - (slide - 1);
        Grid { size, slide, offset }
    })
}

fn rules() -> impl Strategy<Value = Rules> {
    (
        0_i64..12,
        prop_oneof![Just(0_i64), 0_i64..25],
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(|(delay, lateness, discarding, in_order)| Rules {
            delay,
            lateness,
            discarding,
            in_order,
        })
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn sliding_windows_are_as_the_model_says(
        setup in setups(60),
        grid in grids(),
        rules in rules(),
        blocks in prop_oneof![Just(None), Just(Some(true))],
    ) {
        look_up_in_blocks(blocks);
        let mut ran = run(&setup, grid, rules);
        let firings = take_firings(&mut ran.outcome.rows);
        look_up_in_blocks(None);
        let partitions = setup.partitions.len();
        let windows_of = |at| window_model::sliding(at, grid.size, grid.slide, grid.offset);
        let (expected, gaps) = aligned(&ran.reading, partitions, rules, windows_of);
        let Outcome { rows, late } = &ran.outcome;
        prop_assert_eq!(ran.late, late.len() as u64);
        prop_assert_eq!(ran.in_gaps, gaps);
        prop_assert_eq!(rows, &expected.rows);
        prop_assert_eq!(late, &expected.late);
        let last = rows.iter().map(|row| row.2 - 1).collect::<Vec<_>>();
        prop_assert_eq!(&ran.stamps, &last, "results carry the last millisecond of their window");
        for (place, row) in rows.iter().enumerate() {
            let same = |other: &&Row| (other.0, other.1, other.2) == (row.0, row.1, row.2);
            let before = rows[..place].iter().filter(same).count() as u64;
            prop_assert_eq!(firings[place].1, before, "the number of the firing");
            prop_assert!(firings[place].0 || before == 0, "it is on time once");
        }
        let whole = Setup { breaks: Vec::new(), one_by_one: true, ..setup };
        let mut again = run(&whole, grid, rules);
        prop_assert_eq!(take_firings(&mut again.outcome.rows), firings);
        prop_assert_eq!(again.outcome, ran.outcome, "restored, and in rows");
    }
}
