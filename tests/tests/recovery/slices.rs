//! Tables are written down for a checkpoint while records change them: after a crash every key has what it had at the barrier.

#![expect(clippy::disallowed_methods, reason = "a test looks at what was written")]

use std::cell::Cell;
use std::path::Path;
use std::time::Duration;

use serde::ser::Error as _;
use serde::{Deserialize, Serialize, Serializer};
use streamlite::Job;
use streamlite::checkpoint::Durability;
use streamlite::prelude::*;
use streamlite::source::ReadStatus;
use streamlite::state::{capture_in_slices, look_up_in_blocks};
use streamlite_tests::sim_fs::Dice;

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Row {
    key: u32,
    at: i64,
    n: u32,
}

impl Row {
    /// A key that most have, which is another every so often, or one of many.
    fn often(&self, millis: i64) -> u32 {
        match self.key {
            0..400 => u32::try_from(self.at / millis).unwrap_or(0),
            key => key,
        }
    }

    /// One of two keys, which are others every so often.
    fn in_turn(&self, millis: i64) -> u32 {
        u32::try_from(self.at / millis).unwrap_or(0) * 2 + self.key % 2
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Total {
    key: u32,
    what: i64,
    total: u64,
}

/// One of few keys, which is another a little later.
fn key_of_time(at: i64) -> u32 {
    u32::try_from(at / 40 * 7 % 50).unwrap_or(0)
}

fn total(key: u32, what: i64, total: u64) -> Total {
    Total { key, what, total }
}

pipeline!(
    fn running_sums(rows: Source<Row>, out: Sink<Total>) {
        let sums = rows.key_by(|row| row.key).running().sum(|row| row.n);
        sums.map(|(key, sum)| total(key, 0, sum)).to(out);
    }

    fn final_sums(rows: Source<Row>, out: Sink<Total>) {
        let sums = rows.key_by(|row| row.key).sum(|row| row.n);
        sums.map(|(key, sum)| total(key, 0, sum)).to(out);
    }

    /// After a fan-out records come one by one.
    fn one_by_one(rows: Source<Row>, out: Sink<Total>) {
        let sums = rows.key_by(|row| row.key).running().sum(|row| row.n);
        let totals = rows.key_by(|row| row.key).sum(|row| row.n);
        let timed = rows.event_time(|row| row.at).watermark(bounded(300ms));
        let windows = timed.key_by(|row| row.key).window(tumbling(2s)).sum(|row| row.n);
        let windows = windows.map(|sum| (sum.key, sum.value));
        let keyed = timed.key_by(|row| row.key);
        let sliding = keyed.window(sliding(2s).every(500ms)).sum(|row| row.n);
        let sliding = sliding.map(|sum| (sum.key, sum.value));
        let sessions = timed
            .key_by(|row| row.key)
            .window(session(500ms))
            .sum(|row| row.n);
        let sessions = sessions.map(|sum| (sum.key, sum.value));
        let counted = timed.key_by(|row| row.key).window(count(3)).sum(|row| row.n);
        let counted = counted.map(|sum| (sum.key, sum.value));
        let all = sums
            .union(totals)
            .union(windows)
            .union(sliding)
            .union(sessions)
            .union(counted);
        all.map(|(key, sum)| total(key, 0, sum)).to(out);
    }

    fn processed_one_by_one(rows: Source<Row>, out: Sink<Total>) {
        let timed = rows.event_time(|row| row.at).watermark(bounded(150ms));
        let sums = timed.key_by(|row| row.key).process(|ctx| {
            let sum: u64 = 0;

            on_record(|row| {
                *sum += u64::from(row.n);
                ctx.timer_after(200ms);
            });
            on_timer(|at| {
                *sum += 1;
                ctx.emit(total(*ctx.key(), at.as_millis(), *sum));
            });
        });
        let keyed = timed.key_by(|row| row.key);
        let by_two = keyed.window(tumbling(2s)).trigger(on_count(2)).sum(|row| row.n);
        let by_two = by_two.map(|sum| total(sum.key, 1, sum.value));
        sums.union(by_two).to(out);
    }
);

/// Sums of windows that may fire several times, for late rows or by a trigger.
macro_rules! windowed {
    ($($name:ident, $window:expr, { $($more:tt)* })*) => {$(
        pipeline!(
            fn $name(rows: Source<Row>, out: Sink<Total>) {
                let timed = rows.event_time(|row| row.at).watermark(bounded(60ms));
                let sums = timed
                    .key_by(|row| row.key)
                    .window($window)
                    $($more)*
                    .aggregate(|key, window, rows| total(*key, window.at(), rows.sum(|row| row.n)));
                sums.to(out);
            }
        );
    )*};
}

/// What of a window is written.
trait At {
    fn at(&self) -> i64;
}

impl At for Window {
    fn at(&self) -> i64 {
        self.start.as_millis() + i64::from(self.index)
    }
}

impl At for CountWindow {
    fn at(&self) -> i64 {
        i64::try_from(self.start).expect("it is small")
    }
}

impl At for GlobalWindow {
    fn at(&self) -> i64 {
        i64::from(self.index)
    }
}

windowed! {
    tumbled, tumbling(2s), { .allowed_lateness(50ms) }
    tumbled_apart, tumbling(2s), { .allowed_lateness(50ms).discarding() }
    tumbled_often, tumbling(40ms), { .allowed_lateness(90ms) }
    slid, sliding(2s).every(500ms), { .allowed_lateness(50ms) }
    sessions, session(300ms), { .allowed_lateness(50ms) }
    counted, count(3), { .accumulating() }
    in_all, global(), { .accumulating() }
    tumbled_by_two, tumbling(2s), { .trigger(on_count(2).or(on_watermark())).allowed_lateness(50ms) }
    tumbled_at_times, tumbling(2s), { .trigger(every(300ms).or(on_watermark())) }
    slid_by_two, sliding(2s).every(500ms), { .trigger(on_count(2).or(on_watermark())) }
    sessions_by_two, session(300ms), { .trigger(on_count(2).or(on_watermark())).allowed_lateness(50ms) }
    sessions_at_times, session(300ms), { .trigger(every(100ms).or(on_watermark())) }
    in_all_by_two, global(), { .trigger(on_count(2)) }
}

/// Pairs of rows of both streams.
macro_rules! joined {
    ($($name:ident, $join:ident, { $($keys:tt)* } { $($more:tt)* })*) => {$(
        pipeline!(
            fn $name(rows: Source<Row>, others: Source<Row>, out: Sink<Total>) {
                let rows = rows.event_time(|row| row.at).watermark(bounded(150ms));
                let others = others.event_time(|row| row.at).watermark(bounded(150ms));
                let pairs = rows
                    .$join(others)
                    .on($($keys)*)
                    $($more)*;
                pairs.map(|pair| pair.total()).to(out);
            }
        );
    )*};
}

/// What of a pair is written.
trait Pair {
    fn total(&self) -> Total;
}

impl Pair for (Row, Row) {
    fn total(&self) -> Total {
        total(self.0.key, self.0.at, u64::from(self.0.n) + u64::from(self.1.n))
    }
}

impl Pair for (Row, Option<Row>) {
    fn total(&self) -> Total {
        let other = self.1.as_ref().map_or(1_000_000, |row| row.n);
        total(self.0.key, self.0.at, u64::from(self.0.n) + u64::from(other))
    }
}

impl Pair for (Option<Row>, Option<Row>) {
    fn total(&self) -> Total {
        let both = [&self.0, &self.1];
        let sum = both.map(|row| row.as_ref().map_or(1_000_000, |row| u64::from(row.n)));
        let row = self.0.as_ref().or(self.1.as_ref()).expect("one is there");
        total(row.key, row.at, sum[0] + sum[1])
    }
}

joined! {
    within, join, { |row| row.key, |row| row.key } { .within(-400ms..=300ms) }
    within_full, full_join, { |row| row.key, |row| row.key } { .within(-400ms..=300ms) }
    in_windows, full_join, { |row| row.key, |row| row.key } { .window(tumbling(1s)).allowed_lateness(50ms) }
    all_rows, full_join, { |row| row.key, |row| row.key } {}
    many_all_rows, full_join, { |row| row.key, |row| row.key % 30 } {}
    latest, left_join_latest, { |row| row.key, |row| row.key } {}
    latest_within, left_join_latest, { |row| row.key, |row| row.key } { .within(400ms) }
    many_within, join, { |row| row.key % 5, |row| row.key % 5 } { .within(400ms..=410ms) }
    many_within_full, full_join, { |row| row.key % 5, |row| row.key % 5 } { .within(-410ms..=-400ms) }
    many_of_one, full_join, { |row| row.often(700), |row| row.often(700) } { .within(-410ms..=-400ms) }
    many_in_turn, full_join, { |row| row.in_turn(600), |row| row.in_turn(600) } { .within(-410ms..=-400ms) }
    many_latest, left_join_latest, { |row| row.key % 2, |row| row.key % 2 } {}
}

pipeline!(
    /// Sums of a key until a pause of it, and what is left at the end.
    fn pauses(rows: Source<Row>, out: Sink<Total>) {
        let timed = rows.event_time(|row| row.at).watermark(bounded(150ms));
        let sums = timed.key_by(|row| row.key).process(|ctx| {
            let sum: Value<u64> = Value::new();
            let times: List<i64> = List::new();

            on_record(|row| {
                sum.set(sum.get().copied().unwrap_or(0) + u64::from(row.n));
                times.push(row.at);
                if let Some(last) = times.last() {
                    ctx.timer_after(200ms + TimeDelta::from_millis(last % 3));
                }
                if row.n % 5 == 0 {
                    ctx.delete_timer(row.at + 201);
                }
                if row.n % 11 == 0 {
                    sum.clear();
                }
            });
            on_timer(|at| {
                let sum = sum.take().unwrap_or(0);
                ctx.emit(total(*ctx.key(), at.as_millis(), sum + times.len() as u64));
                if at.as_millis() % 2 == 0 {
                    ctx.clear();
                }
            });
            on_end(|| ctx.emit(total(*ctx.key(), -1, sum.get().copied().unwrap_or(0))));
        });
        sums.to(out);
    }

    /// Few keys at a time, each of which has many timers, some of which are deleted, or set twice.
    fn reminders(rows: Source<Row>, out: Sink<Total>) {
        let timed = rows.event_time(|row| row.at).watermark(bounded(150ms));
        let sums = timed.key_by(|row| key_of_time(row.at)).process(|ctx| {
            let sum: u64 = 0;

            on_record(|row| {
                *sum += u64::from(row.n);
                ctx.timer_after(500ms);
                for (step, further) in [(1, 311), (2, 900), (3, 500)] {
                    ctx.timer_at(Timestamp::from_millis(row.at / step + further));
                }
                if row.n % 3 == 0 {
                    ctx.delete_timer(Timestamp::from_millis(row.at + 500));
                    ctx.delete_timer(Timestamp::from_millis(row.at / 2 + 900));
                }
            });
            on_timer(|at| {
                ctx.emit(total(*ctx.key(), at.as_millis(), *sum));
                if at.as_millis() % 2 == 0 {
                    ctx.clear();
                }
            });
        });
        sums.to(out);
    }

    /// What was seen of a key lately.
    fn forgotten(rows: Source<Row>, out: Sink<Total>) {
        let timed = rows.event_time(|row| row.at).watermark(bounded(150ms));
        let sums = timed.key_by(|row| row.key).process(|ctx| {
            #[ttl(300ms)]
            let seen: Map<u32, u64> = Map::new();

            on_record(|row| {
                let before = seen.get(&(row.n % 4)).copied().unwrap_or(0);
                seen.insert(row.n % 4, before + 1);
                ctx.emit(total(*ctx.key(), row.at, before));
            });
        });
        sums.to(out);
    }
);

/// What is read and what makes a job of it.
pub(super) struct Case {
    pub(super) name: &'static str,
    /// How many entries a slice has: so many that a checkpoint is done before the job is killed.
    slices: [usize; 2],
    job: fn(&Path, CsvSink) -> streamlite::Result<Job>,
    /// The same that keeps what it emits.
    pub(super) collected: fn(&Path, CollectionSink<Total>) -> streamlite::Result<Job>,
}

fn rows(dir: &Path, name: &str) -> streamlite::Result<CsvSource<Row>> {
    CsvSource::open(dir.join(name))
}

/// A case of a pipeline with one source, of many keys or of few, or with two.
macro_rules! case {
    (few $pipeline:ident) => {
        Case {
            name: concat!(stringify!($pipeline), " of few keys"),
            slices: [1, 64],
            job: |dir, out| Ok($pipeline(rows(dir, "few.csv")?, out)),
            collected: |dir, out| Ok($pipeline(rows(dir, "few.csv")?, out)),
        }
    };
    ($pipeline:ident) => {
        Case {
            name: stringify!($pipeline),
            slices: [64, 320],
            job: |dir, out| Ok($pipeline(rows(dir, "rows.csv")?, out)),
            collected: |dir, out| Ok($pipeline(rows(dir, "rows.csv")?, out)),
        }
    };
    (both $pipeline:ident) => {
        Case {
            name: stringify!($pipeline),
            slices: [64, 320],
            job: |dir, out| Ok($pipeline(rows(dir, "rows.csv")?, rows(dir, "others.csv")?, out)),
            collected: |dir, out| Ok($pipeline(rows(dir, "rows.csv")?, rows(dir, "others.csv")?, out)),
        }
    };
}

pub(super) fn cases() -> Vec<Case> {
    vec![
        case!(running_sums),
        case!(final_sums),
        case!(one_by_one),
        case!(processed_one_by_one),
        case!(tumbled),
        case!(tumbled_apart),
        case!(tumbled_often),
        case!(few tumbled_often),
        case!(few slid),
        case!(few sessions),
        case!(few tumbled_by_two),
        case!(slid),
        case!(sessions),
        case!(counted),
        case!(in_all),
        case!(tumbled_by_two),
        case!(tumbled_at_times),
        case!(slid_by_two),
        case!(sessions_by_two),
        case!(sessions_at_times),
        case!(in_all_by_two),
        case!(both within),
        case!(both within_full),
        case!(both in_windows),
        case!(both all_rows),
        case!(both latest),
        case!(both latest_within),
        case!(both many_all_rows),
        case!(both many_within),
        case!(both many_within_full),
        case!(both many_of_one),
        case!(both many_in_turn),
        case!(both many_latest),
        case!(pauses),
        case!(reminders),
        case!(forgotten),
    ]
}

/// Rows of so many keys, out of order.
pub(super) fn write_rows(dice: &mut Dice, to: &Path, rows: usize, keys: usize) {
    let mut row = |n: usize| format!("{},{},{}\n", dice.roll(keys), n + dice.roll(170), dice.roll(1000));
    let text: String = (0..rows).map(&mut row).collect();
    std::fs::write(to, format!("key,at,n\n{text}")).expect("a file");
}

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
    for (number, case) in cases().into_iter().enumerate() {
        let plain = tempfile::tempdir().expect("a directory");
        job(&case, plain.path()).run().expect("it runs");
        let whole = text_of(plain.path());
        assert!(whole.lines().count() > 200, "{}", case.name);
        // Each way of looking up with one of the sizes, and with the other one in the next case.
        let blocks = [Some(number % 2 == 0), Some(number % 2 == 1)];
        for (blocks, slice) in blocks.into_iter().zip(case.slices) {
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
    write_rows(&mut Dice::new(5), &dir.path().join("rows.csv"), 20_000, KEYS);
    let source = || rows(dir.path(), "rows.csv").expect("it is there");
    let jobs: [(&str, Job); 2] = [
        ("values", long_values(source(), NullSink)),
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
        loop {
            WRITTEN.set(0);
            if job.step().expect("nothing fails") == ReadStatus::End {
                break;
            }
            steps += 1;
            // Two slices where one checkpoint ends and the next one begins, and what the records of a batch change.
            most = most.max(WRITTEN.get());
        }
        assert!(steps > 1000, "{steps}");
        let stored = job.report().checkpoints.expect("it takes some").stored;
        // How many there are depends on the disk: at least one ends and another one begins.
        assert!(stored > 1, "{name}: {stored}");
        assert!(
            (64..350).contains(&most),
            "{name}: {most} of {KEYS} were written between two reads"
        );
    }
}

fn text_of(dir: &Path) -> String {
    std::fs::read_to_string(dir.join("out.csv")).expect("it is there")
}
