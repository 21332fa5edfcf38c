//! Joins against models that compare all rows: any interleaving of the inputs, disorder on both sides, one side that ends
//! early, rows of any length, restored anywhere.

use proptest::prelude::*;
use streamlite::prelude::*;
use streamlite::state::look_up_in_blocks;
use streamlite_tests::Partitions;
use streamlite_tests::in_rows::{ReadLog, lists, run_in_rows};
use streamlite_tests::join_model::{
    Join, Line, Outcome, Row, Side, Step, Windows, hash, interval, steps, steps_around, windows,
};
use streamlite_tests::strategies::breaks;
use streamlite_tests::windows::cases;

/// The numbers of two rows.
trait Numbers {
    fn numbers(&self) -> (Option<u32>, Option<u32>);
}

impl Numbers for (Row, Row) {
    fn numbers(&self) -> (Option<u32>, Option<u32>) {
        (Some(self.0.id), Some(self.1.id))
    }
}

impl Numbers for (Row, Option<Row>) {
    fn numbers(&self) -> (Option<u32>, Option<u32>) {
        (Some(self.0.id), self.1.as_ref().map(|row| row.id))
    }
}

impl Numbers for (Option<Row>, Row) {
    fn numbers(&self) -> (Option<u32>, Option<u32>) {
        (self.0.as_ref().map(|row| row.id), Some(self.1.id))
    }
}

impl Numbers for (Option<Row>, Option<Row>) {
    fn numbers(&self) -> (Option<u32>, Option<u32>) {
        (
            self.0.as_ref().map(|row| row.id),
            self.1.as_ref().map(|row| row.id),
        )
    }
}

/// Interval joins of a kind: with outputs for late rows, and alone. What is emitted is seen with its timestamp and the
/// watermark before it.
macro_rules! interval_joins {
    ($($name:ident $join:ident;)*) => {$(
        mod $name {
            use super::{Line, Numbers, ReadLog, Row, Side};
            use streamlite::prelude::*;

            pipeline!(
                pub(super) fn with_late(
                    left: Source<Row>,
                    right: Source<Row>,
                    out: Sink<Line>,
                    late_left: Sink<Row>,
                    late_right: Sink<Row>,
                    late_again: Sink<Line>,
                    delay: TimeDelta,
                    lower: TimeDelta,
                    upper: TimeDelta,
                ) {
                    let left = left.event_time(|row| row.at).watermark(bounded(delay));
                    let right = right.event_time(|row| row.at).watermark(bounded(delay));
                    let (pairs, ll, lr) =
                        left.$join(right).on(|l| l.key, |r| r.key).within(lower..=upper).with_late();
                    ll.to(late_left);
                    lr.to(late_right);
                    let lines = pairs.process(|ctx| {
                        on_record(|pair| {
                            let (left, right) = pair.numbers();
                            ctx.emit((ctx.timestamp().as_millis(), ctx.watermark().as_millis(), left, right));
                        });
                    });
                    lines.to(out);
                    let (counts, late) = lines.window(tumbling(7ms)).with_late().count();
                    counts.for_each(|_| {});
                    late.to(late_again);
                }
            );

            pipeline!(
                pub(super) fn in_rows(
                    left: Source<Row>,
                    right: Source<Row>,
                    out: Sink<Line>,
                    log: ReadLog,
                    delay: TimeDelta,
                    lower: TimeDelta,
                    upper: TimeDelta,
                ) {
                    let left = left.event_time(|row| log.note(Side::Left, row)).watermark(bounded(delay));
                    let right = right.event_time(|row| log.note(Side::Right, row)).watermark(bounded(delay));
                    left.$join(right)
                        .on(|l| l.key, |r| r.key)
                        .within(lower..=upper)
                        .process(|ctx| {
                            on_record(|pair| {
                                let (left, right) = pair.numbers();
                                let watermark = ctx.watermark().as_millis();
                                ctx.emit((ctx.timestamp().as_millis(), watermark, left, right));
                            });
                        })
                        .to(out);
                }
            );

            pipeline!(
                pub(super) fn alone(
                    left: Source<Row>,
                    right: Source<Row>,
                    out: Sink<Line>,
                    delay: TimeDelta,
                    lower: TimeDelta,
                    upper: TimeDelta,
                ) {
                    let left = left.event_time(|row| row.at).watermark(bounded(delay));
                    let right = right.event_time(|row| row.at).watermark(bounded(delay));
                    left.$join(right)
                        .on(|l| l.key, |r| r.key)
                        .within(lower..=upper)
                        .process(|ctx| {
                            on_record(|pair| {
                                let (left, right) = pair.numbers();
                                let watermark = ctx.watermark().as_millis();
                                ctx.emit((ctx.timestamp().as_millis(), watermark, left, right));
                            });
                        })
                        .to(out);
                }
            );
        }
    )*};
}

interval_joins! {
    inner join;
    left left_join;
    right right_join;
    full full_join;
}

fn delta(millis: i64) -> TimeDelta {
    TimeDelta::from_millis(millis)
}

macro_rules! check_interval {
    ($kind:ident, $join:expr, $steps:expr) => {{
        let (join, steps): (Join, &[Step]) = ($join, $steps);
        let (delay, lower, upper) = (delta(join.delay), delta(join.lower), delta(join.upper));
        let mut outcome = Outcome::default();
        let report = streamlite_tests::drive!($kind::with_late, t, (delay, lower, upper), steps, {
            outcome.lines.extend(t.out.take());
            outcome.late_left.extend(t.late_left.take());
            outcome.late_right.extend(t.late_right.take());
            assert!(
                t.late_again.take().is_empty(),
                "what is emitted is late downstream"
            );
        });
        drop(report);
        let expected = interval(&join, steps);
        prop_assert_eq!(&outcome, &expected);
        let mut alone = Vec::new();
        let _ = streamlite_tests::drive!(
            $kind::alone,
            t,
            (delay, lower, upper),
            steps,
            alone.extend(t.out.take())
        );
        prop_assert_eq!(alone, expected.lines);
    }};
}

fn joins() -> impl Strategy<Value = Join> {
    let bound = || prop_oneof![6 => -20..20_i64, 1 => Just(i64::MIN), 1 => Just(i64::MAX), 1 => Just(0)];
    let delay = prop_oneof![Just(0_i64), 0..30_i64];
    (bound(), bound(), delay).prop_map(|(one, other, delay)| Join {
        lower: one.min(other).max(-i64::MAX),
        upper: one.max(other).max(-i64::MAX),
        keeps_left: false,
        keeps_right: false,
        delay,
    })
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn interval_joins_match_what_comparing_all_rows_matches(
        join in joins(),
        steps in steps(),
        kind in 0..4_u8,
        blocks in proptest::option::of(any::<bool>()),
    ) {
        look_up_in_blocks(blocks);
        let join = Join { keeps_left: kind == 1 || kind == 3, keeps_right: kind >= 2, ..join };
        match kind {
            0 => check_interval!(inner, join, &steps),
            1 => check_interval!(left, join, &steps),
            2 => check_interval!(right, join, &steps),
            _ => check_interval!(full, join, &steps),
        }
    }
}

macro_rules! check_in_rows {
    ($kind:ident, $join:expr, $lists:expr, $batch:expr, $breaks:expr) => {{
        let (join, lists, batch): (Join, [Vec<Row>; 2], usize) = ($join, $lists, $batch);
        let (delay, lower, upper) = (delta(join.delay), delta(join.lower), delta(join.upper));
        let (lines, steps) = run_in_rows(&lists, batch, $breaks, |[left, right], log, sink| {
            $kind::in_rows(left, right, sink, log, delay, lower, upper)
        });
        prop_assert_eq!(lines, interval(&join, &steps).lines, "read as {:?}", steps);
    }};
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn interval_joins_come_to_the_same_in_rows_of_any_length(
        join in joins(),
        steps in steps(),
        kind in 0..4_u8,
        batch in prop_oneof![1..5_usize, 5..70_usize],
        breaks in breaks(2),
        blocks in proptest::option::of(any::<bool>()),
    ) {
        look_up_in_blocks(blocks);
        let join = Join { keeps_left: kind == 1 || kind == 3, keeps_right: kind >= 2, ..join };
        match kind {
            0 => check_in_rows!(inner, join, lists(&steps), batch, breaks),
            1 => check_in_rows!(left, join, lists(&steps), batch, breaks),
            2 => check_in_rows!(right, join, lists(&steps), batch, breaks),
            _ => check_in_rows!(full, join, lists(&steps), batch, breaks),
        }
    }
}

/// Joins in windows, of all kinds of joins.
macro_rules! window_joins {
    ($($windows:ident $parameters:tt $window:expr;)*) => {$(
        mod $windows {
            window_joins!(@one inner join $parameters $window);
            window_joins!(@one left left_join $parameters $window);
            window_joins!(@one right right_join $parameters $window);
            window_joins!(@one full full_join $parameters $window);
        }
    )*};
    (@one $name:ident $join:ident ($($parameter:ident),*) $window:expr) => {
        pub(super) mod $name {
            use crate::joins::{Line, Numbers, Row};
            use streamlite::prelude::*;

            pipeline!(
                pub(crate) fn joined(
                    left: Source<Row>,
                    right: Source<Row>,
                    out: Sink<Line>,
                    late_left: Sink<Row>,
                    late_right: Sink<Row>,
                    delay: TimeDelta,
                    lateness: TimeDelta,
                    $($parameter: TimeDelta),*
                ) {
                    let left = left.event_time(|row| row.at).watermark(bounded(delay));
                    let right = right.event_time(|row| row.at).watermark(bounded(delay));
                    let (pairs, ll, lr) = left
                        .$join(right)
                        .on(|l| l.key, |r| r.key)
                        .window($window)
                        .allowed_lateness(lateness)
                        .with_late();
                    ll.to(late_left);
                    lr.to(late_right);
                    pairs
                        .process(|ctx| {
                            on_record(|pair| {
                                let (left, right) = pair.numbers();
                                let watermark = ctx.watermark().as_millis();
                                ctx.emit((ctx.timestamp().as_millis(), watermark, left, right));
                            });
                        })
                        .to(out);
                }
            );
        }
    };
}

window_joins! {
    tumbling_windows (size) tumbling(size);
    sliding_windows (size, step) sliding(size).every(step);
    sessions (gap) session(gap);
}

macro_rules! check_windows {
    ($windows:ident, $kind:ident, $join:expr, $of:expr, $lateness:expr, $steps:expr, ($($size:expr),*)) => {{
        let (join, steps): (Join, &[Step]) = ($join, $steps);
        let (delay, lateness) = (delta(join.delay), delta($lateness));
        let mut outcome = Outcome::default();
        let _ = streamlite_tests::drive!($windows::$kind::joined, t, (delay, lateness, $(delta($size)),*), steps, {
            outcome.lines.extend(t.out.take());
            outcome.late_left.extend(t.late_left.take());
            outcome.late_right.extend(t.late_right.take());
        });
        if matches!($of, Windows::Sessions(_)) {
            outcome.lines.sort_unstable();
        }
        prop_assert_eq!(outcome, windows(&join, $of, $lateness, steps));
    }};
}

macro_rules! check_kinds {
    ($windows:ident, $number:expr, $($rest:tt)*) => {
        match $number {
            0 => check_windows!($windows, inner, $($rest)*),
            1 => check_windows!($windows, left, $($rest)*),
            2 => check_windows!($windows, right, $($rest)*),
            _ => check_windows!($windows, full, $($rest)*),
        }
    };
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn joins_in_windows_match_what_comparing_all_rows_matches(
        steps in steps_around(false),
        number in 0..4_u8,
        (kind, size, every) in (0..3_u8, 1..30_i64, 1..30_i64),
        (delay, lateness) in (0..30_i64, prop_oneof![Just(0_i64), 0..40_i64]),
        blocks in proptest::option::of(any::<bool>()),
    ) {
        look_up_in_blocks(blocks);
        let (keeps_left, keeps_right) = (number == 1 || number == 3, number >= 2);
        let join = Join { lower: 0, upper: 0, keeps_left, keeps_right, delay };
        let every = every.min(size);
        match kind {
            0 => {
                let of = Windows::Sliding(size, size);
                check_kinds!(tumbling_windows, number, join, of, lateness, &steps, (size));
            }
            1 => {
                let of = Windows::Sliding(size, every);
                check_kinds!(sliding_windows, number, join, of, lateness, &steps, (size, every));
            }
            _ => {
                let of = Windows::Sessions(size);
                check_kinds!(sessions, number, join, of, lateness, &steps, (size));
            }
        }
    }
}

/// Joins of all rows, of a kind.
macro_rules! hash_joins {
    ($($name:ident $join:ident;)*) => {
        mod of_all_rows {
            $(
                pub(super) mod $name {
                    use crate::joins::{Line, Numbers, Row};
                    use streamlite::prelude::*;

                    pipeline!(
                        pub(crate) fn joined(left: Source<Row>, right: Source<Row>, out: Sink<Line>) {
                            let left = left.event_time(|row| row.at);
                            let right = right.event_time(|row| row.at);
                            left.$join(right)
                                .on(|l| l.key, |r| r.key)
                                .process(|ctx| {
                                    on_record(|pair| {
                                        let (left, right) = pair.numbers();
                                        let watermark = ctx.watermark().as_millis();
                                        ctx.emit((ctx.timestamp().as_millis(), watermark, left, right));
                                    });
                                })
                                .to(out);
                        }
                    );
                }
            )*
        }
    };
}

hash_joins! {
    inner join;
    left left_join;
    right right_join;
    full full_join;
}

macro_rules! check_hash {
    ($kind:ident, $join:expr, $steps:expr) => {{
        let mut lines = Vec::new();
        let _ = streamlite_tests::drive!(
            of_all_rows::$kind::joined,
            t,
            (),
            $steps,
            lines.extend(t.out.take())
        );
        prop_assert_eq!(lines, hash($join, $steps));
    }};
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn joins_of_all_rows_match_what_comparing_all_rows_matches(steps in steps(), number in 0..4_u8) {
        let (keeps_left, keeps_right) = (number == 1 || number == 3, number >= 2);
        let join = Join { lower: 0, upper: 0, keeps_left, keeps_right, delay: 0 };
        match number {
            0 => check_hash!(inner, &join, &steps),
            1 => check_hash!(left, &join, &steps),
            2 => check_hash!(right, &join, &steps),
            _ => check_hash!(full, &join, &steps),
        }
    }
}

/// A transfer: from whom, to whom, how much, and when.
type Transfer = (u8, u8, i64, i64);

pipeline!(
    /// What all accounts have together: what is taken from one is given to another, so it is nothing.
    fn bank(transfers: Source<Transfer>, totals: Sink<(i128, u64)>, delay: TimeDelta, lateness: TimeDelta) {
        let transfers = transfers.event_time(|(.., at)| *at).watermark(bounded(delay));
        let debits = transfers
            .key_by(|(from, ..)| *from)
            .window(tumbling(10ms))
            .aggregate(|account, _window, rows| (*account, rows.sum(|(_, _, amount, _)| *amount)));
        let credits = transfers
            .key_by(|(_, to, ..)| *to)
            .window(tumbling(10ms))
            .aggregate(|account, _window, rows| (*account, rows.sum(|(_, _, amount, _)| *amount)));
        let balances = debits
            .full_join(credits)
            .on(|(account, _)| *account, |(account, _)| *account)
            .window(tumbling(10ms))
            .allowed_lateness(lateness);
        balances
            .map(|(debit, credit)| credit.map_or(0, |(_, sum)| sum) - debit.map_or(0, |(_, sum)| sum))
            .window(tumbling(10ms))
            .aggregate(|_window, rows| (rows.sum(|balance| *balance), rows.count()))
            .to(totals);
    }
);

proptest! {
    #![proptest_config(cases())]

    /// Whatever comes too late does so on both sides, and no total is taken between the two halves of a transfer.
    #[test]
    fn money_is_neither_made_nor_lost(
        transfers in proptest::collection::vec((0..5_u8, 0..5_u8, 1..100_i64, -40..40_i64), 0..60),
        delay in 0..30_i64,
        lateness in 0..20_i64,
        (batch, moves) in (1..9_usize, 0..4_i64),
    ) {
        let moved = transfers.iter().zip(0..).map(|((from, to, amount, at), n)| (*from, *to, *amount, at + n * moves));
        let (sink, got) = CollectionSink::new();
        let source = Partitions::new(vec![moved.collect::<Vec<Transfer>>()]);
        let report = bank(source, sink, delta(delay), delta(lateness)).batch_size(batch).run();
        prop_assert!(report.is_ok());
        let totals = got.take();
        prop_assert!(transfers.is_empty() || !totals.is_empty());
        prop_assert!(totals.iter().all(|(total, accounts)| *total == 0 && *accounts > 0), "{:?}", totals);
    }
}
