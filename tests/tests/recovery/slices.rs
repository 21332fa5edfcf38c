//! Tables are written down for a checkpoint while records change them: after a crash every key has what it had at the barrier.

#![expect(clippy::disallowed_methods, reason = "a test looks at what was written")]

use std::cell::Cell;
use std::path::Path;
use std::time::Duration;

use serde::ser::Error as _;
use serde::{Deserialize, Serialize, Serializer};
use streamlite::checkpoint::Durability;
use streamlite::prelude::*;
use streamlite::source::ReadStatus;
use streamlite::state::{capture_in_slices, look_up_in_blocks};
use streamlite::{Job, RunningJob};
use streamlite_tests::sim_fs::Dice;

use super::cases::{Case, Row, Total, cases, rows, total, write_rows};

fn every_turn(dir: &Path) -> Checkpoints {
    let checkpoints = Checkpoints::in_dir(dir).every(Duration::from_nanos(1_000_000));
    checkpoints.durability(Durability::Process)
}

#[test]
fn what_is_written_down_in_slices_is_what_there_was_at_the_barrier() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut dice = Dice::new(7);
    write_rows(&mut dice, &dir.path().join("rows.csv"), 2500, 700);
    write_rows(&mut dice, &dir.path().join("others.csv"), 2500, 700);
    write_rows(&mut dice, &dir.path().join("few.csv"), 2500, 100);
    let job = |case: &Case, out: &Path| {
        let sink = CsvSink::create(out.join("out.csv")).expect("it can be");
        let job = (case.job)(dir.path(), sink).expect("it is there");
        job.batch_size(41)
    };
    let all = std::env::var_os("CASES").is_some();
    for (number, case) in cases().into_iter().enumerate() {
        let plain = tempfile::tempdir().expect("a directory");
        job(&case, plain.path()).run().expect("it runs");
        let whole = text_of(plain.path());
        assert!(whole.lines().count() > 200, "{}", case.name);
        // Each way of looking up with one of the sizes, and with the other one in the next case; one of the two unless `CASES`
        // says otherwise.
        let ways = [Some(number % 2 == 0), Some(number % 2 == 1)];
        let ways = (0..).zip(ways.into_iter().zip(case.slices));
        for (_, (blocks, slice)) in ways.filter(|(way, _)| all || *way == number / 2 % 2) {
            look_up_in_blocks(blocks);
            capture_in_slices(Some(slice));
            let out = tempfile::tempdir().expect("a directory");
            let mut starts = 0;
            loop {
                starts += 1;
                let checkpoints = every_turn(&out.path().join("state"));
                let job = job(&case, out.path()).checkpoints(checkpoints);
                let mut job = job.start().expect("it goes on");
                let steps = 8 + dice.roll(30);
                if (0..steps).any(|_| job.step().expect("nothing fails") == ReadStatus::End) {
                    job.finish().expect("it ends");
                    break;
                }
            }
            assert!(
                text_of(out.path()) == whole,
                "{}, {blocks:?}, slices of {slice}, {starts} starts",
                case.name
            );
        }
    }
    capture_in_slices(None);
    look_up_in_blocks(None);
}

thread_local! {
    static CANNOT_BE_WRITTEN: Cell<bool> = const { Cell::new(false) };
}

/// A number that cannot be written at times.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
struct Moody(u64);

impl Serialize for Moody {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if CANNOT_BE_WRITTEN.get() {
            return Err(S::Error::custom("not now"));
        }
        self.0.serialize(serializer)
    }
}

pipeline!(
    /// The first sum is written down after windows of every kind.
    fn moody(rows: Source<Row>, out: Sink<Total>) {
        let timed = rows.event_time(|row| row.at).watermark(bounded(60ms));
        let keyed = timed.key_by(|row| row.key);
        let a_moody = keyed.process(|ctx| {
            let sum: Moody = Moody::default();
            on_record(|row| {
                sum.0 += u64::from(row.n);
                ctx.emit(total(row.key, row.at, sum.0));
            });
        });
        let tumbled = keyed
            .window(tumbling(40ms))
            .allowed_lateness(90ms)
            .sum(|row| row.n);
        let by_two = keyed.window(tumbling(2s)).trigger(on_count(2)).sum(|row| row.n);
        let slid = keyed.window(sliding(2s).every(500ms)).sum(|row| row.n);
        let windows = tumbled.union(by_two).union(slid);
        let windows = windows.map(|sum| total(sum.key, 1, sum.value));
        a_moody.union(windows).to(out);
    }
);

/// A checkpoint that fails while tables are being written down leaves nothing behind in them.
#[test]
fn a_checkpoint_that_was_given_up_is_in_no_later_one() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut dice = Dice::new(23);
    write_rows(&mut dice, &dir.path().join("few.csv"), 2500, 100);
    let job = |out: &Path| {
        let sink = CsvSink::create(out.join("out.csv")).expect("it can be");
        let source = rows(dir.path(), "few.csv").expect("it is there");
        moody(source, sink).batch_size(41)
    };
    let plain = tempfile::tempdir().expect("a directory");
    job(plain.path()).run().expect("it runs");
    let whole = text_of(plain.path());
    let mut failed = 0;
    for slice in [1, 8, 64] {
        capture_in_slices(Some(slice));
        let out = tempfile::tempdir().expect("a directory");
        loop {
            let checkpoints = every_turn(&out.path().join("state")).tolerable_failures(u32::MAX);
            let job = job(out.path()).checkpoints(checkpoints);
            let mut job = job.start().expect("it goes on");
            let mut has_ended = false;
            for step in 0..20 + dice.roll(30) {
                CANNOT_BE_WRITTEN.set(step % 12 > 7);
                has_ended = has_ended || job.step().expect("nothing fails") == ReadStatus::End;
            }
            CANNOT_BE_WRITTEN.set(false);
            failed += job.report().checkpoints.expect("it takes some").failed;
            if has_ended {
                job.finish().expect("it ends");
                break;
            }
        }
        assert!(text_of(out.path()) == whole, "slices of {slice}");
    }
    assert!(failed > 0, "none was given up");
    capture_in_slices(None);
}

thread_local! {
    static WRITTEN: Cell<usize> = const { Cell::new(0) };
}

/// A value of four kilobytes, which counts how often one is written.
#[derive(Clone, Debug, Default, Deserialize)]
struct Long(Vec<u8>);

impl Serialize for Long {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        WRITTEN.set(WRITTEN.get() + 1);
        self.0.serialize(serializer)
    }
}

pipeline!(
    fn long_values(rows: Source<Row>, out: Sink<u32>) {
        let sizes = rows.key_by(|row| row.key).process(|ctx| {
            let long: Long = Long::default();
            on_record(|row| {
                long.0.resize(4096, 1);
                ctx.emit(row.n);
            });
        });
        sizes.to(out);
    }

    /// Three maps, in which each of the keys has a value.
    fn maps_of_long_values(rows: Source<Row>, out: Sink<u32>) {
        let sizes = rows.key_by(|row| row.key % 3).process(|ctx| {
            let long: Map<u32, Long> = Map::new();
            on_record(|row| {
                let value = long.get_or_insert_with(row.key, || Long(vec![0; 4096]));
                value.0[0] = 1;
                ctx.emit(row.n);
            });
        });
        sizes.to(out);
    }

    fn long_results(rows: Source<Row>, out: Sink<u32>) {
        let folded = rows
            .key_by(|row| row.key)
            .running()
            .fold(Long::default(), |mut long, row| {
                long.0.resize(4096, row.n.to_le_bytes()[0]);
                long
            });
        folded.map(|(key, _long)| key).to(out);
    }
);

/// A table of few keys may be long, too: it is not written at once, though its slots are few.
#[test]
fn between_two_reads_no_more_is_written_than_a_slice() {
    const KEYS: usize = 1000;
    const BATCH: usize = 16;
    let dir = tempfile::tempdir().expect("a directory");
    write_rows(&mut Dice::new(5), &dir.path().join("rows.csv"), 200_000, KEYS);
    let source = || rows(dir.path(), "rows.csv").expect("it is there");
    let jobs: [(&str, Job); 3] = [
        ("values", long_values(source(), NullSink)),
        ("maps", maps_of_long_values(source(), NullSink)),
        ("results", long_results(source(), NullSink)),
    ];
    for (name, job) in jobs {
        let checkpoints = every_turn(&dir.path().join(name));
        let mut job = job
            .batch_size(BATCH)
            .checkpoints(checkpoints)
            .start()
            .expect("it starts");
        let (mut most, mut steps) = (0, 0);
        // How long a checkpoint takes depends on the disk: until several have ended, and others begun.
        let stored = |job: &mut RunningJob| job.report().checkpoints.expect("it takes some").stored;
        while steps % 16 != 0 || steps < 1_000 || stored(&mut job) < 3 {
            WRITTEN.set(0);
            assert_eq!(job.step().expect("nothing fails"), ReadStatus::Ready, "{name}");
            steps += 1;
            // Two slices where one checkpoint ends and the next one begins, and what the records of a batch change.
            most = most.max(WRITTEN.get());
        }
        assert!(
            (64..350).contains(&most),
            "{name}: {most} of {KEYS} were written between two reads"
        );
    }
}

fn text_of(dir: &Path) -> String {
    std::fs::read_to_string(dir.join("out.csv")).expect("it is there")
}
