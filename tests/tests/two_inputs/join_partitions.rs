//! Joins of streams with several partitions, each with disorder of its own: what is late is so by its own partition, and the
//! rest is joined as if it had come in any other order.

use proptest::prelude::*;
use streamlite::prelude::*;
use streamlite::source::ReadStatus;
use streamlite_tests::Partitions;
use streamlite_tests::join_model::Row;
use streamlite_tests::windows::cases;

/// Which join, its timestamp, and the numbers of the rows.
type Line = (char, i64, Option<u32>, Option<u32>);

pipeline!(
    fn joined(left: Source<Row>, right: Source<Row>, out: Sink<Line>, delay: TimeDelta) {
        let left = left.event_time(|row| row.at).watermark(bounded(delay));
        let right = right.event_time(|row| row.at).watermark(bounded(delay));

        let inner = left.join(right).on(|l| l.key, |r| r.key).within(-5ms..=10ms);
        let inner = inner.map(|(l, r)| ('i', Some(l.id), Some(r.id)));
        let full = left.full_join(right).on(|l| l.key, |r| r.key).within(-5ms..=10ms);
        let full = full.map(|(l, r)| ('f', l.map(|l| l.id), r.map(|r| r.id)));
        let windows = left
            .left_join(right)
            .on(|l| l.key, |r| r.key)
            .window(tumbling(8ms));
        let windows = windows.map(|(l, r)| ('w', Some(l.id), r.map(|r| r.id)));
        // Of two rows of one time any may have come last.
        let latest = left.left_join_latest(right).on(|l| l.key, |r| r.key).within(20ms);
        let latest = latest.map(|(l, r)| {
            (
                'l',
                Some(l.id),
                r.map(|r| u32::try_from(r.at + 1_000).unwrap_or(0)),
            )
        });

        let all = union(inner, full, windows, latest).process(|ctx| {
            on_record(|(join, l, r)| {
                assert!(
                    ctx.timestamp() >= ctx.watermark(),
                    "a row of {join} is late downstream"
                );
                ctx.emit((join, ctx.timestamp().as_millis(), l, r));
            });
        });
        all.to(out);
    }
);

/// The rows of all partitions that are not late by the watermark of their own, or are by that in windows of eight.
fn on_time(partitions: &[Vec<Row>], delay: i64, in_windows: bool) -> Vec<Row> {
    let mut rows = Vec::new();
    for partition in partitions {
        let mut watermark = i64::MIN;
        for row in partition {
            let end = if in_windows {
                row.at.div_euclid(8) * 8 + 8
            } else {
                row.at + 1
            };
            if end > watermark {
                rows.push(row.clone());
            }
            watermark = watermark.max(row.at - delay);
        }
    }
    rows
}

fn expected([left, right]: &[Vec<Vec<Row>>; 2], delay: i64) -> Vec<Line> {
    let mut lines = Vec::new();
    let (ls, rs) = (on_time(left, delay, false), on_time(right, delay, false));
    let matches = |l: &Row, r: &Row| l.key == r.key && (-5..=10).contains(&(r.at - l.at));
    for l in &ls {
        let mut count = 0;
        for r in rs.iter().filter(|r| matches(l, r)) {
            count += 1;
            lines.extend(['i', 'f'].map(|join| (join, l.at.max(r.at), Some(l.id), Some(r.id))));
        }
        if count == 0 {
            lines.push(('f', l.at, Some(l.id), None));
        }
        let before = rs
            .iter()
            .filter(|r| r.key == l.key && (0..=20).contains(&(l.at - r.at)));
        let latest = before.map(|r| r.at).max();
        lines.push((
            'l',
            l.at,
            Some(l.id),
            latest.map(|at| u32::try_from(at + 1_000).unwrap_or(0)),
        ));
    }
    let alone = rs.iter().filter(|r| !ls.iter().any(|l| matches(l, r)));
    lines.extend(alone.map(|r| ('f', r.at, None, Some(r.id))));
    let (ls, rs) = (on_time(left, delay, true), on_time(right, delay, true));
    for l in &ls {
        let window = l.at.div_euclid(8);
        let same = rs
            .iter()
            .filter(|r| r.key == l.key && r.at.div_euclid(8) == window);
        let found: Vec<_> = same.map(|r| Some(r.id)).collect();
        let found = if found.is_empty() { vec![None] } else { found };
        lines.extend(found.into_iter().map(|r| ('w', window * 8 + 7, Some(l.id), r)));
    }
    lines.sort_unstable();
    lines
}

fn sides() -> impl Strategy<Value = [Vec<Vec<Row>>; 2]> {
    let row = (0..3_u8, -10..10_i64);
    let partition = prop::collection::vec(row, 0..25);
    let side = prop::collection::vec(partition, 1..4);
    [side.clone(), side].prop_map(|sides| {
        let mut id = 0;
        sides.map(|partitions| {
            let partitions = partitions.into_iter().map(|rows| {
                let rows = rows.into_iter().enumerate().map(|(place, (key, off))| {
                    id += 1;
                    Row {
                        key,
                        id,
                        at: 2 * i64::try_from(place).expect("it is small") + off,
                    }
                });
                rows.collect()
            });
            partitions.collect()
        })
    })
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn what_is_joined_does_not_depend_on_how_partitions_are_read(
        sides in sides(),
        delay in 0..20_i64,
        batch in 1..40_usize,
        turn in 1..40_usize,
        break_at in prop::option::of(0..20_usize),
    ) {
        let job = || {
            let [left, right] = sides.clone().map(Partitions::new);
            let (sink, got) = CollectionSink::new();
            let job = joined(left, right, sink, TimeDelta::from_millis(delay));
            (job.batch_size(batch).turn_size(turn), got)
        };
        let mut lines = Vec::new();
        let (first, got) = job();
        let mut started = first.start().expect("it can be started");
        let mut has_ended = false;
        for _ in 0..break_at.unwrap_or(usize::MAX) {
            has_ended = started.step().expect("nothing fails") == ReadStatus::End;
            if has_ended {
                break;
            }
        }
        if has_ended {
            drop(started.finish().expect("nothing fails"));
            lines.extend(got.take());
        } else {
            let saved = started.savepoint().expect("it can be saved");
            drop(started);
            lines.extend(got.take());
            let (second, got) = job();
            drop(second.restore(&saved).run().expect("nothing fails"));
            lines.extend(got.take());
        }
        lines.sort_unstable();
        prop_assert_eq!(lines, expected(&sides, delay));
    }
}
