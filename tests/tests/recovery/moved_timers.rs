//! Keys that come elsewhere at each start, and what belongs to them with them: few keys that are part of a state, and many
//! timers beside it, or when many have come; and those that are left of very many.

use std::time::Duration;

use streamlite::checkpoint::{Directory, Durability};
use streamlite::prelude::*;
use streamlite::sink::Collected;
use streamlite::source::ReadStatus;
use streamlite::{Job, Timestamp};

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Row {
    key: u32,
    at: i64,
    what: What,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
enum What {
    Keep,
    Remind,
    /// It is there for its timers alone.
    RemindAlone,
    Clear,
}

/// A key, when, how many records, and the sum of its marks.
type Told = (u32, i64, u64, u64);

pipeline!(
    fn reminders(rows: Source<Row>, out: Sink<Told>) {
        let told = rows
            .event_time(|row| row.at)
            .key_by(|row| row.key)
            .process(|ctx| {
                let seen: u64 = 0;
                let marks: List<u64> = List::new();

                on_record(|row| {
                    *seen += 1;
                    match row.what {
                        What::Keep => {}
                        What::Clear => ctx.clear(),
                        What::Remind | What::RemindAlone => {
                            // So many that they are saved in stretches.
                            marks.extend(0..40 + u64::from(row.key % 7));
                            for after in [10_000, 20_000, 30_000] {
                                ctx.timer_at(Timestamp::from_millis(after + i64::from(row.key)));
                            }
                            if matches!(row.what, What::RemindAlone) {
                                ctx.clear();
                            }
                        }
                    }
                });
                on_timer(|at| ctx.emit((*ctx.key(), at.as_millis(), *seen, marks.iter().sum())));
                on_end(|| ctx.emit((*ctx.key(), -1, *seen, marks.iter().sum())));
            });
        told.to(out);
    }
);

/// Of each four keys one is gone, one has timers, one is there for its timers alone, and one is there; then time passes.
fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    let mut row = |key, what| {
        let at = i64::try_from(rows.len()).expect("they are few");
        rows.push(Row { key, at, what });
    };
    let keys = 0..60;
    let kinds = [What::Keep, What::Remind, What::RemindAlone, What::Keep];
    keys.clone()
        .zip(kinds.into_iter().cycle())
        .for_each(|(key, what)| row(key, what));
    keys.clone().step_by(4).for_each(|key| row(key, What::Clear));
    // Others are gone before the next start.
    keys.skip(3).step_by(8).for_each(|key| row(key, What::Clear));
    // So that there are more starts.
    for at in (500..545).chain([10_500, 20_500, 20_501]) {
        rows.push(Row {
            key: 3,
            at,
            what: What::Keep,
        });
    }
    rows
}

/// Many keys come and few stay; others come where those were, which half of them leave again.
fn comings() -> Vec<Row> {
    let mut rows = Vec::new();
    let mut row = |key, what| {
        let at = i64::try_from(rows.len()).expect("they are few");
        rows.push(Row { key, at, what });
    };
    (0..150).for_each(|key| row(key, What::Keep));
    (0..150)
        .filter(|key| key % 9 != 4)
        .for_each(|key| row(key, What::Clear));
    (200..230).for_each(|key| row(key, What::Keep));
    (200..230).step_by(2).for_each(|key| row(key, What::Clear));
    rows
}

/// So many keys come that few are left in slots of several parts; of each 16 one has timers and a list, one is there for its
/// timers alone, and one is there. Then time passes, and others come.
fn leavings() -> Vec<Row> {
    let mut rows = Vec::new();
    let mut row = |key, at, what| rows.push(Row { key, at, what });
    let kinds = [What::Keep, What::Remind, What::RemindAlone, What::Keep];
    for key in 0..KEYS {
        let is_left = key % 16 < 4;
        let what = if is_left {
            kinds[key as usize % 4]
        } else {
            What::Keep
        };
        row(key, i64::from(key / 100), what);
    }
    (0..KEYS)
        .filter(|key| key % 16 == 0 || key % 16 > 3)
        .for_each(|key| row(key, 300, What::Clear));
    (KEYS..KEYS + 40).for_each(|key| row(key, 400, What::Keep));
    for at in [5_000, 15_000, 25_000, 60_000] {
        (0..KEYS)
            .step_by(160)
            .for_each(|key| row(key + 3, at, What::Keep));
    }
    rows
}

const KEYS: u32 = 20_000;

fn job(rows: Vec<Row>, batch: usize) -> (Job, Collected<Told>) {
    let (sink, out) = CollectionSink::new();
    (
        reminders(CollectionSource::new(rows), sink).batch_size(batch),
        out,
    )
}

#[test]
fn timers_go_with_their_keys() {
    assert!(same_with_starts(&rows(), 15) > 100);
}

#[test]
fn keys_end_in_the_order_in_which_they_came() {
    assert_eq!(same_with_starts(&comings(), 15), 32);
}

#[test]
fn what_is_left_of_very_many_keys_goes_with_them() {
    assert!(same_with_starts(&leavings(), 3_000) > 10_000);
}

/// Runs a job with a start after each step, and returns how much it tells, which is what it tells without one.
fn same_with_starts(rows: &[Row], batch: usize) -> usize {
    let (whole, out) = job(rows.to_vec(), batch);
    whole.run().expect("it runs");
    let whole = out.take();
    let dir = tempfile::tempdir().expect("a directory");
    let mut seen = Vec::new();
    // A start after each step: what is emitted after it is that of the next one.
    for start in 0.. {
        assert!(start < 40, "it ends");
        let storage = Directory::new(dir.path()).durability(Durability::Process);
        let checkpoints = Checkpoints::in_storage(storage).every(Duration::from_secs(3_600));
        let (job, out) = job(rows.to_vec(), batch);
        let mut job = job.checkpoints(checkpoints).start().expect("it goes on");
        let status = job.step().expect("nothing fails");
        if status == ReadStatus::End {
            assert!(start > 7, "only {start} starts");
            job.finish().expect("it ends");
            seen.extend(out.take());
            break;
        }
        job.checkpoint().expect("it is stored");
        seen.extend(out.take());
    }
    assert_eq!(seen, whole);
    whole.len()
}
