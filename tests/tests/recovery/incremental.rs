//! Checkpoints have what changed: whatever happens to a job, each that is retained is one that it can go on from.

#![expect(clippy::disallowed_methods, reason = "a test looks at what was written")]

use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use streamlite::checkpoint::{CheckpointFile, CheckpointStorage, Directory, Durability, Epoch};
use streamlite::prelude::*;
use streamlite::sink::Collected;
use streamlite::source::ReadStatus;
use streamlite::state::{capture_in_slices, look_up_in_blocks};
use streamlite::{Error, Job};
use streamlite_tests::sim_fs::Dice;

use super::slices::{Case, Total, cases, write_rows};

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

/// A job goes on from a checkpoint, by the files that there are now, as if there were none after it.
fn goes_on(case: &Case, rows: &Path, dir: &Path, epoch: Epoch, whole: &[Total]) {
    let copy = tempfile::tempdir().expect("a directory");
    for file in std::fs::read_dir(dir).expect("it is there") {
        let file = file.expect("it can be read");
        std::fs::copy(file.path(), copy.path().join(file.file_name())).expect("there is room");
    }
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
    for _ in 0..6 {
        capture_in_slices(Some([1, 64, 320][dice.roll(3)]));
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
    let seeds: u64 = std::env::var("CASES").map_or(2, |cases| cases.parse().expect("a number"));
    let mut tried = 0;
    for case in cases() {
        for seed in 0..seeds {
            tried += run(&case, dir.path(), seed * 97 + 5);
        }
    }
    assert!(tried > 100, "{tried}");
}
