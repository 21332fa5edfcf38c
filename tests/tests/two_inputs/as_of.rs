//! As-of joins against a model that looks through all rows: any interleaving of the inputs, disorder on both sides, one side
//! that ends early, rows of any length, restored anywhere.

use proptest::prelude::*;
use streamlite::prelude::*;
use streamlite::state::look_up_in_blocks;
use streamlite_tests::in_rows::{ReadLog, lists, run_in_rows};
use streamlite_tests::join_model::{Join, Line, Outcome, Row, Side, Step, latest, steps};
use streamlite_tests::strategies::breaks;
use streamlite_tests::windows::cases;

/// The number of the right row, if there is one.
trait Number {
    fn number(&self) -> Option<u32>;
}

impl Number for Row {
    fn number(&self) -> Option<u32> {
        Some(self.id)
    }
}

impl Number for Option<Row> {
    fn number(&self) -> Option<u32> {
        self.as_ref().map(|row| row.id)
    }
}

/// As-of joins of a kind, with these settings: by a test driver, and in rows. What is emitted is seen with its timestamp and
/// the watermark before it.
macro_rules! as_of_joins {
    ($($name:ident $join:ident $(within $within:ident)?;)*) => {$(
        mod $name {
            use super::{Line, Number, ReadLog, Row, Side};
            use streamlite::prelude::*;

            pipeline!(
                pub(super) fn driven(
                    left: Source<Row>,
                    right: Source<Row>,
                    out: Sink<Line>,
                    late_left: Sink<Row>,
                    late_right: Sink<Row>,
                    late_again: Sink<Line>,
                    delay: TimeDelta,
                    oldest: TimeDelta,
                ) {
                    let left = left.inspect(|_| _ = oldest).event_time(|row| row.at).watermark(bounded(delay));
                    let right = right.event_time(|row| row.at).watermark(bounded(delay));
                    let (rows, ll, lr) =
                        left.$join(right).on(|l| l.key, |r| r.key)$(.$within(oldest))?.with_late();
                    ll.to(late_left);
                    lr.to(late_right);
                    let lines = rows.process(|ctx| {
                        on_record(|(left, right)| {
                            let (at, watermark) = (ctx.timestamp().as_millis(), ctx.watermark().as_millis());
                            ctx.emit((at, watermark, Some(left.id), right.number()));
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
                    oldest: TimeDelta,
                ) {
                    let left = left
                        .inspect(|_| _ = oldest)
                        .event_time(|row| log.note(Side::Left, row))
                        .watermark(bounded(delay));
                    let right = right.event_time(|row| log.note(Side::Right, row)).watermark(bounded(delay));
                    left.$join(right)
                        .on(|l| l.key, |r| r.key)
                        $(.$within(oldest))?
                        .process(|ctx| {
                            on_record(|(left, right)| {
                                let (at, watermark) = (ctx.timestamp().as_millis(), ctx.watermark().as_millis());
                                ctx.emit((at, watermark, Some(left.id), right.number()));
                            });
                        })
                        .to(out);
                }
            );
        }
    )*};
}

as_of_joins! {
    inner join_latest;
    left left_join_latest;
    recent join_latest within within;
    left_recent left_join_latest within within;
}

fn delta(millis: i64) -> TimeDelta {
    TimeDelta::from_millis(millis)
}

macro_rules! check {
    ($kind:ident, $join:expr, $oldest:expr, $steps:expr) => {{
        let (join, oldest, steps): (Join, Option<i64>, &[Step]) = ($join, $oldest, $steps);
        let settings = (delta(join.delay), delta(oldest.unwrap_or(0)));
        let mut outcome = Outcome::default();
        let report = streamlite_tests::drive!($kind::driven, t, (settings.0, settings.1), steps, {
            outcome.lines.extend(t.out.take());
            outcome.late_left.extend(t.late_left.take());
            outcome.late_right.extend(t.late_right.take());
            assert!(
                t.late_again.take().is_empty(),
                "what is emitted is late downstream"
            );
        });
        drop(report);
        prop_assert_eq!(outcome, latest(&join, oldest, steps));
    }};
}

macro_rules! check_in_rows {
    ($kind:ident, $join:expr, $oldest:expr, $steps:expr, $batch:expr, $breaks:expr) => {{
        let (join, oldest): (Join, Option<i64>) = ($join, $oldest);
        let settings = (delta(join.delay), delta(oldest.unwrap_or(0)));
        let (lines, steps) = run_in_rows(&lists($steps), $batch, $breaks, |[left, right], log, sink| {
            $kind::in_rows(left, right, sink, log, settings.0, settings.1)
        });
        prop_assert_eq!(lines, latest(&join, oldest, &steps).lines, "read as {:?}", steps);
    }};
}

fn joins() -> impl Strategy<Value = (Join, Option<i64>)> {
    let delay = prop_oneof![Just(0_i64), 0..30_i64];
    let oldest = prop_oneof![Just(0_i64), 0..30_i64, Just(i64::MAX)];
    (delay, proptest::option::of(oldest), any::<bool>()).prop_map(|(delay, oldest, keeps_left)| {
        let join = Join {
            lower: 0,
            upper: 0,
            keeps_left,
            keeps_right: false,
            delay,
        };
        (join, oldest)
    })
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn each_left_row_has_the_latest_right_row(
        (join, oldest) in joins(),
        steps in steps(),
        blocks in proptest::option::of(any::<bool>()),
    ) {
        look_up_in_blocks(blocks);
        match (join.keeps_left, oldest) {
            (false, None) => check!(inner, join, oldest, &steps),
            (true, None) => check!(left, join, oldest, &steps),
            (false, Some(_)) => check!(recent, join, oldest, &steps),
            (true, Some(_)) => check!(left_recent, join, oldest, &steps),
        }
    }

    #[test]
    fn rows_of_any_length_come_to_the_same(
        (join, oldest) in joins(),
        steps in steps(),
        batch in prop_oneof![1..5_usize, 5..70_usize],
        breaks in breaks(2),
        blocks in proptest::option::of(any::<bool>()),
    ) {
        look_up_in_blocks(blocks);
        match (join.keeps_left, oldest) {
            (false, None) => check_in_rows!(inner, join, oldest, &steps, batch, breaks),
            (true, None) => check_in_rows!(left, join, oldest, &steps, batch, breaks),
            (false, Some(_)) => check_in_rows!(recent, join, oldest, &steps, batch, breaks),
            (true, Some(_)) => check_in_rows!(left_recent, join, oldest, &steps, batch, breaks),
        }
    }
}
