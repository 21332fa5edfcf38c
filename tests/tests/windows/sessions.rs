//! Sessions against a naive model: out of order, several partitions, both ends of time, any batch size, restored anywhere.

use proptest::prelude::*;
use streamlite::prelude::*;
use streamlite::state::look_up_in_blocks;
use streamlite_tests::model::{Outcome, Row};
use streamlite_tests::window_model::{Rules, sessions};
use streamlite_tests::windows::{Log, Ran, Setup, Tagged, cases, setups};

macro_rules! session_pipeline {
    ($name:ident, $mode:ident, $gap:ident, $($window:tt)*) => {
        pipeline!(
            /// Counts and sums by key and session.
            fn $name(
                events: Source<Tagged>,
                out: Sink<Row>,
                late_out: Sink<Tagged>,
                log: Log,
                $gap: TimeDelta,
                delay: TimeDelta,
                lateness: TimeDelta,
            ) {
                let (results, late) = events
                    .event_time(|tagged| log.note(tagged))
                    .watermark(bounded(delay))
                    .key_by(|(_, event)| event.key)
                    .window($($window)*)
                    .allowed_lateness(lateness)
                    .$mode()
                    .with_late()
                    .aggregate(|key, window, rows| {
                        let (start, end) = (window.start.as_millis(), window.end.as_millis());
                        (*key, start, end, rows.count(), rows.sum(|(_, event)| event.value))
                    });
                late.to(late_out);
                results.to(out);
            }
        );
    };
}

session_pipeline!(accumulated, accumulating, gap, session(gap));
session_pipeline!(discarded, discarding, gap, session(gap));
session_pipeline!(
    by_record,
    accumulating,
    gap,
    session_by(|(_, event)| gap * (1 + i64::from(event.value.rem_euclid(3))))
);

fn run(setup: &Setup, gap: i64, varies: bool, rules: Rules) -> Ran {
    let [gap, delay, lateness] = [gap, rules.delay, rules.lateness].map(TimeDelta::from_millis);
    setup.run(|source, rows, late, log| match (rules.discarding, varies) {
        (_, true) => by_record(source, rows, late, log, gap, delay, lateness),
        (false, false) => accumulated(source, rows, late, log, gap, delay, lateness),
        (true, false) => discarded(source, rows, late, log, gap, delay, lateness),
    })
}

fn rules() -> impl Strategy<Value = Rules> {
    (0_i64..12, prop_oneof![Just(0_i64), 0_i64..25], any::<bool>()).prop_map(
        |(delay, lateness, discarding)| Rules {
            delay,
            lateness,
            discarding,
            in_order: false,
        },
    )
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn sessions_are_as_the_model_says(
        setup in setups(60),
        gap in prop_oneof![Just(1_i64), 1_i64..20],
        varies in any::<bool>(),
        rules in rules(),
        blocks in prop_oneof![Just(None), Just(Some(true))],
    ) {
        let rules = Rules { discarding: rules.discarding && !varies, ..rules };
        look_up_in_blocks(blocks);
        let ran = run(&setup, gap, varies, rules);
        look_up_in_blocks(None);
        let gap_of = |event: &streamlite_tests::model::Event| {
            if varies { gap * (1 + i64::from(event.value.rem_euclid(3))) } else { gap }
        };
        let expected = sessions(&ran.reading, setup.partitions.len(), rules, gap_of);
        let Outcome { rows, late } = &ran.outcome;
        prop_assert_eq!(ran.late, late.len() as u64);
        prop_assert_eq!(rows, &expected.rows);
        prop_assert_eq!(late, &expected.late);
        let last = rows.iter().map(|row| row.2 - 1).collect::<Vec<_>>();
        prop_assert_eq!(&ran.stamps, &last, "results carry the last millisecond of their window");
        let whole = Setup { breaks: Vec::new(), one_by_one: true, ..setup };
        let again = run(&whole, gap, varies, rules);
        prop_assert_eq!(again.outcome, ran.outcome, "restored, and in rows");
    }
}
