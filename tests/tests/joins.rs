//! Joins against models that compare all rows: any interleaving of the inputs, disorder on both sides, one side that ends
//! early, rows of any length, restored anywhere.

use proptest::prelude::*;
use streamlite::prelude::*;
use streamlite::state::look_up_in_blocks;
use streamlite_tests::join_model::{Join, Line, Outcome, Row, Side, Step, interval, steps};
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
            use super::{Line, Numbers, Row};
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

/// Runs steps by a test driver.
macro_rules! drive {
    ($pipeline:path, $t:ident, ($($argument:expr),*), $steps:expr, $take:expr) => {{
        use $pipeline as pipeline;
        let mut $t = pipeline::test($($argument),*);
        for step in $steps {
            match step {
                Step::Rows(Side::Left, rows) => $t.left.push_all(rows.iter().cloned()),
                Step::Rows(Side::Right, rows) => $t.right.push_all(rows.iter().cloned()),
                Step::End(Side::Left) => $t.left.end(),
                Step::End(Side::Right) => $t.right.end(),
                Step::Restore => {
                    let saved = $t.savepoint();
                    $take;
                    $t = pipeline::test($($argument),*).restore(&saved);
                }
            }
        }
        $take;
        $t.try_finish().expect("nothing fails")
    }};
}

fn delta(millis: i64) -> TimeDelta {
    TimeDelta::from_millis(millis)
}

macro_rules! check_interval {
    ($kind:ident, $join:expr, $steps:expr) => {{
        let (join, steps): (Join, &[Step]) = ($join, $steps);
        let (delay, lower, upper) = (delta(join.delay), delta(join.lower), delta(join.upper));
        let mut outcome = Outcome::default();
        let report = drive!($kind::with_late, t, (delay, lower, upper), steps, {
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
        let _ = drive!(
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
