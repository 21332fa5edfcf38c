//! Checkpoints have what changed: whatever happens to a job, each that is retained is one that it can go on from.

#![expect(clippy::disallowed_methods, reason = "a test looks at what was written")]

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use streamlite::checkpoint::{CheckpointFile, CheckpointStorage, Directory, Durability, Epoch};
use streamlite::prelude::*;
use streamlite::sink::Collected;
use streamlite::source::ReadStatus;
use streamlite::state::{capture_in_slices, look_up_in_blocks};
use streamlite::{Error, Job, RunningJob};
use streamlite_tests::sim_fs::Dice;
use tempfile::TempDir;

use super::cases::{Case, Total, cases, write_rows};

/// A storage that fails now and then.
#[derive(Debug)]
struct Moody {
    storage: Directory,
    dice: Arc<Mutex<Dice>>,
}

impl Moody {
    fn mood(&self, doing: &'static str) -> streamlite::Result<()> {
        if is_bad(&self.dice) {
            return Err(Error::io(doing, "the storage", io::Error::other("not now")));
        }
        Ok(())
    }
}

fn is_bad(dice: &Mutex<Dice>) -> bool {
    dice.lock().expect("nobody panics").roll(60) == 0
}

struct MoodyFile {
    file: Box<dyn CheckpointFile>,
    dice: Arc<Mutex<Dice>>,
}

impl Write for MoodyFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if is_bad(&self.dice) {
            return Err(io::Error::other("not now"));
        }
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl CheckpointFile for MoodyFile {
    fn finish(self: Box<Self>) -> io::Result<()> {
        if is_bad(&self.dice) {
            return Err(io::Error::other("not now"));
        }
        self.file.finish()
    }
}

impl CheckpointStorage for Moody {
    fn lock(&mut self) -> streamlite::Result<()> {
        self.storage.lock()
    }

    fn list(&self) -> streamlite::Result<Vec<String>> {
        self.storage.list()
    }

    fn read(&self, name: &str) -> streamlite::Result<Option<Vec<u8>>> {
        self.storage.read(name)
    }

    fn create(&mut self, name: &str) -> streamlite::Result<Box<dyn CheckpointFile>> {
        self.mood("creating")?;
        Ok(Box::new(MoodyFile {
            file: self.storage.create(name)?,
            dice: Arc::clone(&self.dice),
        }))
    }

    fn rename(&mut self, from: &str, to: &str) -> streamlite::Result<()> {
        self.mood("renaming")?;
        self.storage.rename(from, to)
    }

    fn remove(&mut self, name: &str) -> streamlite::Result<()> {
        self.mood("removing")?;
        self.storage.remove(name)
    }

    fn sync(&mut self) -> streamlite::Result<()> {
        self.mood("syncing")?;
        self.storage.sync()
    }

    fn describe(&self) -> String {
        self.storage.describe()
    }
}

/// A job of a case, with checkpoints in a directory, and what it emits.
fn job(case: &Case, rows: &Path) -> (Job, Collected<Total>) {
    let (sink, out) = CollectionSink::new();
    let job = (case.collected)(rows, sink).expect("the rows are there");
    (job.batch_size(41), out)
}

/// The checkpoints of a directory.
fn stored(dir: &Path) -> Vec<Epoch> {
    let stored = Checkpoints::list(dir).unwrap_or_default();
    stored.iter().map(|stored| stored.epoch).collect()
}

fn copy_of(dir: &Path) -> TempDir {
    let copy = tempfile::tempdir().expect("a directory");
    for file in std::fs::read_dir(dir).expect("it is there") {
        let file = file.expect("it can be read");
        std::fs::copy(file.path(), copy.path().join(file.file_name())).expect("there is room");
    }
    copy
}

/// A job goes on from a checkpoint, by the files that there are now, as if there were none after it.
fn goes_on(case: &Case, rows: &Path, dir: &Path, epoch: Epoch, whole: &[Total]) {
    let copy = copy_of(dir);
    for later in stored(copy.path()).into_iter().filter(|stored| *stored > epoch) {
        let Epoch { incarnation, number } = later;
        let name = format!("MANIFEST-{:010}-{number:010}", incarnation.0);
        std::fs::remove_file(copy.path().join(name)).expect("it is there");
    }
    let (job, out) = job(case, rows);
    let checkpoints = Checkpoints::in_storage(Directory::new(copy.path()).durability(Durability::Process));
    let mut job = job.checkpoints(checkpoints).start().expect("it goes on");
    let report = job.report();
    let resumed = report.checkpoints.as_ref().and_then(|report| report.resumed_from);
    assert_eq!(resumed, Some(epoch), "{}", case.name);
    let before = usize::try_from(report.records_written()).expect("they are few");
    while job.step().expect("nothing fails") != ReadStatus::End {}
    job.finish().expect("it ends");
    let (out, rest) = (out.take(), &whole[before..]);
    let first = out.iter().zip(rest).find(|(one, other)| one != other);
    assert!(
        out == rest,
        "{}, from checkpoint {epoch}: {} of {}, {first:?}",
        case.name,
        out.len(),
        rest.len()
    );
}

/// How many checkpoints were tried.
fn run(case: &Case, rows: &Path, seed: u64) -> usize {
    let mut dice = Dice::new(seed);
    let (plain, out) = job(case, rows);
    plain.run().expect("it runs");
    let whole = out.take();
    let dir = tempfile::tempdir().expect("a directory");
    let moods = Arc::new(Mutex::new(Dice::new(seed + 1)));
    let retained = 1 + dice.roll(3);
    let mut tried = Vec::new();
    for _ in 0..4 {
        // As large tables are, or some as small ones are, which are written whole.
        capture_in_slices([Some(1), Some(64), Some(320), None][dice.roll(4)]);
        look_up_in_blocks([None, Some(false), Some(true)][dice.roll(3)]);
        let storage = Moody {
            storage: Directory::new(dir.path()).durability(Durability::Process),
            dice: Arc::clone(&moods),
        };
        let checkpoints = Checkpoints::in_storage(storage)
            .every(Duration::from_nanos(1_000_000))
            .max_retained(retained)
            .tolerable_failures(1_000);
        // A start may fail, too, and changes nothing.
        let (job, _out) = job(case, rows);
        let Ok(mut job) = job.checkpoints(checkpoints).start() else {
            continue;
        };
        for _ in 0..5 + dice.roll(20) {
            // Not to the end: a checkpoint there would be the last.
            if !matches!(job.step(), Ok(ReadStatus::Ready)) || job.report().records_read() > 2_300 {
                break;
            }
            if dice.roll(8) == 0 && job.checkpoint().is_err() {
                break;
            }
        }
        // A crash: what is being stored is stored.
        drop(job);
        capture_in_slices(None);
        for epoch in stored(dir.path()) {
            goes_on(case, rows, dir.path(), epoch, &whole);
            tried.push(epoch);
        }
    }
    look_up_in_blocks(None);
    tried.len()
}

#[test]
fn a_job_goes_on_from_each_checkpoint_that_is_retained() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut dice = Dice::new(11);
    write_rows(&mut dice, &dir.path().join("rows.csv"), 2_500, 700);
    write_rows(&mut dice, &dir.path().join("others.csv"), 2_500, 700);
    write_rows(&mut dice, &dir.path().join("few.csv"), 2_500, 100);
    let seeds: u64 = std::env::var("CASES").map_or(1, |cases| cases.parse().expect("a number"));
    let mut tried = 0;
    for case in cases() {
        for seed in 0..seeds {
            tried += run(&case, dir.path(), seed * 97 + 5);
        }
    }
    println!("{tried} checkpoints that jobs went on from");
    assert!(tried > 100, "{tried}");
}

/// Rows that are by themselves, as their keys have many, and change after they were written: with a checkpoint after each step,
/// so that each has little, and a crash every few.
#[test]
fn rows_of_keys_that_have_many_are_what_they_were() {
    let rows = tempfile::tempdir().expect("a directory");
    write_rows(&mut Dice::new(6), &rows.path().join("rows.csv"), 2_500, 700);
    // One stream ends before the other.
    write_rows(&mut Dice::new(7), &rows.path().join("others.csv"), 1_700, 700);
    let many: Vec<Case> = cases()
        .into_iter()
        .filter(|case| case.name.starts_with("many_"))
        .collect();
    assert_eq!(many.len(), 11);
    let all = std::env::var_os("CASES").is_some();
    for (number, case) in (0..).zip(many) {
        let (plain, out) = job(&case, rows.path());
        // Which rows are read after each other is seen.
        plain.turn_size(41).run().expect("it runs");
        let whole = out.take();
        // One that is at once whole after each step, or such as take several steps.
        let slices = [Some(64), None, Some(320)];
        // Two of them in turn, and all with `CASES`.
        let slices = (0..).zip(slices);
        for (seed, slice) in slices.filter(|(seed, _)| all || seed % 3 != number % 3) {
            let is_in_steps = slice == Some(320);
            let every = Duration::from_nanos(if is_in_steps { 1_000_000 } else { 3_600_000_000_000 });
            let mut dice = Dice::new(seed);
            let dir = tempfile::tempdir().expect("a directory");
            capture_in_slices(slice);
            let mut starts = 0;
            loop {
                starts += 1;
                let (job, out) = job(&case, rows.path());
                let storage = Directory::new(dir.path()).durability(Durability::Process);
                let checkpoints = Checkpoints::in_storage(storage).every(every);
                let job = job.turn_size(41).checkpoints(checkpoints);
                let mut job = job.start().expect("it goes on");
                let before = usize::try_from(job.report().records_written()).expect("they are few");
                let steps = if is_in_steps {
                    15 + dice.roll(30)
                } else {
                    2 + dice.roll(9)
                };
                let has_ended = (0..steps).any(|_| {
                    let status = job.step().expect("nothing fails");
                    if !is_in_steps {
                        job.checkpoint().expect("it is stored");
                    }
                    status == ReadStatus::End
                });
                let out = out.take();
                let expected = &whole[before..before + out.len()];
                assert!(out == expected, "{}, seed {seed}, start {starts}", case.name);
                if has_ended {
                    break;
                }
            }
            assert!(starts >= if is_in_steps { 2 } else { 8 }, "{starts}");
            capture_in_slices(None);
        }
    }
}

/// What is done to a file.
#[derive(Clone, Copy, Debug)]
enum Harm {
    Flip(usize, u32),
    CutOff(usize),
    Longer,
    Gone,
    /// Another file has its name.
    Swapped,
}

/// A job whose tables are in several files, and whose directory is not written any more.
fn kept(case: &Case, rows: &Path, dir: &Path) {
    capture_in_slices(Some(64));
    let (job, _out) = job(case, rows);
    let checkpoints = Checkpoints::in_storage(Directory::new(dir).durability(Durability::Process));
    let checkpoints = checkpoints.every(Duration::from_secs(3_600)).max_retained(2);
    let mut job = job.checkpoints(checkpoints).start().expect("it starts");
    // Until both checkpoints need the file in which all was written, and one after it.
    let tables = || {
        let names = names(dir);
        names.iter().filter(|name| name.starts_with("tables-")).count()
    };
    let mut counts = vec![0];
    while counts.len() < 16 || !counts.ends_with(&[2, 3]) {
        job.step().expect("nothing fails");
        job.checkpoint().expect("it is stored");
        counts.push(tables());
    }
    capture_in_slices(None);
}

/// How large the newest files of tables are, without those that were there before.
fn newest_tables(dir: &Path, before: &BTreeSet<String>) -> u64 {
    let names = names(dir);
    let newest = names.difference(before);
    let newest = newest.filter(|name| name.starts_with("tables-"));
    let sizes = newest.map(|name| std::fs::metadata(dir.join(name)).expect("it is there").len());
    sizes.sum()
}

fn names(dir: &Path) -> BTreeSet<String> {
    let files = std::fs::read_dir(dir).expect("it is there");
    let names = files.map(|file| file.expect("it can be read").file_name());
    names
        .map(|name| name.into_string().expect("it is plain"))
        .collect()
}

/// Entries are where they were after a start, so that what files have of them goes on counting.
#[test]
fn the_first_checkpoint_after_a_start_has_what_it_had_without_it() {
    let rows = tempfile::tempdir().expect("a directory");
    write_rows(&mut Dice::new(3), &rows.path().join("rows.csv"), 2_500, 700);
    write_rows(&mut Dice::new(4), &rows.path().join("others.csv"), 2_500, 700);
    write_rows(&mut Dice::new(5), &rows.path().join("few.csv"), 2_500, 100);
    let mut smaller = 0;
    for case in cases() {
        let dir = tempfile::tempdir().expect("a directory");
        capture_in_slices(Some(64));
        let begun = || {
            let (job, _out) = job(&case, rows.path());
            let storage = Directory::new(dir.path()).durability(Durability::Process);
            let checkpoints = Checkpoints::in_storage(storage).every(Duration::from_secs(3_600));
            job.checkpoints(checkpoints.max_retained(3))
                .start()
                .expect("it starts")
        };
        let stored = |job: &mut RunningJob, steps: usize| {
            for _ in 0..steps {
                job.step().expect("nothing fails");
            }
            let before = names(dir.path());
            job.checkpoint().expect("it is stored");
            newest_tables(dir.path(), &before)
        };
        let mut job = begun();
        let first = stored(&mut job, 30);
        let without = stored(&mut job, 2);
        drop(job);
        // As if that one had not been.
        let newest = names(dir.path())
            .into_iter()
            .rfind(|name| name.starts_with("MANIFEST-"));
        let newest = newest.expect("there are two");
        std::fs::remove_file(dir.path().join(newest)).expect("it is there");
        let then = stored(&mut begun(), 2);
        capture_in_slices(None);
        // And it has what changed before it.
        let (plain, out) = self::job(&case, rows.path());
        plain.run().expect("it runs");
        let newest = self::stored(dir.path())
            .into_iter()
            .max()
            .expect("there are some");
        goes_on(&case, rows.path(), dir.path(), newest, &out.take());
        // Which part is written whole may differ, and timers that were deleted are forgotten.
        assert!(
            then <= without + without / 2 + 64,
            "{}: {first} bytes, then {without} without a start, and {then} after one",
            case.name
        );
        smaller += usize::from(without * 2 < first);
    }
    assert!(smaller > 10, "{smaller}");
}

#[test]
fn a_damaged_file_of_tables_is_found_wherever_it_is_damaged() {
    let rows = tempfile::tempdir().expect("a directory");
    write_rows(&mut Dice::new(3), &rows.path().join("rows.csv"), 1_000, 300);
    let case = &cases()[0];
    let (plain, out) = job(case, rows.path());
    plain.run().expect("it runs");
    let whole = out.take();
    let dir = tempfile::tempdir().expect("a directory");
    kept(case, rows.path(), dir.path());
    let files = std::fs::read_dir(dir.path()).expect("it is there");
    let names = files.map(|file| {
        file.expect("it can be read")
            .file_name()
            .into_string()
            .expect("text")
    });
    let mut names: Vec<String> = names.filter(|name| name.starts_with("tables-")).collect();
    names.sort_unstable();
    assert!(names.len() > 2, "{names:?}");
    let newest = names.last().expect("there is one");
    let step = if std::env::var_os("ALL_BITS").is_some() {
        1
    } else {
        7
    };
    let (mut went_on, mut refused) = (0, 0);
    for (number, name) in names.iter().enumerate() {
        let bytes = std::fs::read(dir.path().join(name)).expect("it is there");
        let (mut unseen, mut tried) = (0, 0);
        let places = (number % step..bytes.len()).step_by(step);
        let flips = places
            .clone()
            .flat_map(|place| [Harm::Flip(place, 1), Harm::Flip(place, 6)]);
        let cuts = places.map(Harm::CutOff);
        for harm in flips.chain(cuts).chain([Harm::Longer, Harm::Gone, Harm::Swapped]) {
            tried += 1;
            let copy = copy_of(dir.path());
            let path = copy.path().join(name);
            let mut damaged = bytes.clone();
            match harm {
                Harm::Flip(place, bit) => damaged[place] ^= 1 << bit,
                Harm::CutOff(place) => damaged.truncate(place),
                Harm::Longer => damaged.push(0),
                Harm::Gone => {}
                Harm::Swapped => {
                    let other = &names[(number + 1) % names.len()];
                    damaged = std::fs::read(dir.path().join(other)).expect("it is there");
                }
            }
            std::fs::write(&path, damaged).expect("there is room");
            if matches!(harm, Harm::Gone) {
                std::fs::remove_file(&path).expect("it is there");
            }
            let (job, out) = job(case, rows.path());
            let checkpoints =
                Checkpoints::in_storage(Directory::new(copy.path()).durability(Durability::Process));
            match job.checkpoints(checkpoints).start() {
                Ok(mut job) => {
                    let report = job.report();
                    let checkpoints = report.checkpoints.as_ref().expect("it takes some");
                    if checkpoints.quarantined.is_empty() {
                        unseen += 1;
                    } else {
                        went_on += 1;
                    }
                    let before = usize::try_from(report.records_written()).expect("they are few");
                    while job.step().expect("nothing fails") != ReadStatus::End {}
                    job.finish().expect("it ends");
                    assert!(out.take() == whole[before..], "{harm:?} of {name}");
                }
                Err(error) => {
                    assert!(error.to_string().contains(name), "{harm:?}: {error}");
                    refused += 1;
                }
            }
        }
        // A file that only an older checkpoint needs is not read; of the newest one's no damage goes unseen.
        let is_needed = unseen == 0;
        assert!(
            is_needed || unseen == tried && name != newest,
            "{unseen} of {tried}: {name}"
        );
    }
    println!("{} damaged files: {refused} were refused", went_on + refused);
    // The newest file is needed by the newest checkpoint alone; others are needed by both.
    assert!(went_on > 20 && refused > 20, "{went_on}, {refused}");
}
