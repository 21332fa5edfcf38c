//! A job with checkpoints on a disk that forgets: it crashes before each change of the disk, once and again while it
//! recovers, and each operation fails in each way. Whatever happens, what is committed in the end is that of one run without
//! a crash.

use std::time::Duration;

use streamlite::checkpoint::Directory;
use streamlite::prelude::*;
use streamlite::source::ReadStatus;
use streamlite_tests::sim_fs::{Crash, Dice, SimFs, Trouble};

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Row {
    key: u32,
    n: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Total {
    key: u32,
    total: u64,
}

pipeline!(
    /// Two sinks, so that one may have committed what the other has not.
    fn totals(rows: Source<Row>, out: Sink<Total>, large: Sink<Total>) {
        let sums = rows.key_by(|row| row.key).running().sum(|row| row.n);
        let totals = sums.map(|(key, total)| Total { key, total });
        totals.to(out);
        totals.filter(|sum| sum.total > 10).to(large);
    }
);

/// How many records there are, and after how many of them a checkpoint is taken.
const RECORDS: u32 = 12;
const BETWEEN: usize = 4;

fn disk() -> SimFs {
    let rows: String = (0..RECORDS).map(|n| format!("{},{n}\n", n % 3)).collect();
    SimFs::new(&[("in.csv", &format!("key,n\n{rows}"))])
}

/// Runs the job to its end, with three checkpoints and one at the end; everything on one thread at a time, so that the
/// operations come in the same order each time.
fn run(fs: &SimFs) -> streamlite::Result<Report> {
    let source = CsvSource::open_in(fs.clone(), ["in.csv"])?;
    let out = CsvSink::create_in(fs.clone(), "out.csv")?;
    let large = CsvSink::create_in(fs.clone(), "large.csv")?;
    let rarely = Checkpoints::in_storage(Directory::new_in(fs.clone(), "state"))
        .every(Duration::from_secs(100_000))
        .max_retained(2);
    let job = totals(source, out, large).batch_size(1).checkpoints(rarely);
    let mut job = job.start()?;
    loop {
        for _ in 0..BETWEEN {
            if job.step()? == ReadStatus::End {
                return job.finish();
            }
        }
        job.checkpoint()?;
    }
}

/// What the sinks have in the end.
struct Whole {
    out: String,
    large: String,
}

fn whole() -> Whole {
    let fs = disk();
    run(&fs).expect("nothing fails");
    let whole = Whole {
        out: fs.text("out.csv"),
        large: fs.text("large.csv"),
    };
    assert_eq!(whole.out.lines().count(), 1 + RECORDS as usize);
    whole
}

impl Whole {
    /// What is seen after a crash of the process is the beginning of it.
    fn check_seen(&self, fs: &SimFs, when: &dyn Fn() -> String) {
        for (path, whole) in [("out.csv", &self.out), ("large.csv", &self.large)] {
            let seen = fs.text(path);
            assert!(whole.starts_with(&seen), "{}: {path} is {seen:?}", when());
        }
    }

    /// The job goes on to the end, and everything is there once, and nothing else.
    fn check_end(&self, fs: &SimFs, when: &dyn Fn() -> String) {
        fs.set(None);
        let report = run(fs).unwrap_or_else(|error| panic!("{}: {error}", when()));
        assert_eq!(fs.text("out.csv"), self.out, "{}", when());
        assert_eq!(fs.text("large.csv"), self.large, "{}", when());
        assert_eq!(report.records_read(), u64::from(RECORDS), "{}", when());
        let left: Vec<String> = fs
            .names()
            .into_iter()
            .filter(|name| name.contains("pending"))
            .collect();
        assert!(left.is_empty(), "{}: {left:?} is left over", when());
        let stored = fs.names().into_iter().filter(|name| name.starts_with("state/"));
        let stored: Vec<String> = stored.collect();
        assert!(stored.len() <= 2 + 2 * 2, "{}: {stored:?}", when());
    }
}

/// Crashes before one change of the disk.
fn crashed(fs: &SimFs, at: usize) -> bool {
    fs.set(Some(Trouble::CrashAt(at)));
    match run(fs) {
        Ok(_) => false,
        Err(error) => {
            assert!(!error.to_string().contains("panicked"), "{error}");
            true
        }
    }
}

fn crashes(seed: u64, some: u64) -> impl Iterator<Item = Crash> {
    let three = [Crash::Process, Crash::Synced, Crash::Everything];
    three
        .into_iter()
        .chain((0..some).map(move |number| Crash::Some(seed * 1000 + number)))
}

#[test]
fn a_crash_before_any_change_of_the_disk_loses_and_doubles_nothing() {
    let whole = whole();
    let mut states = 0;
    for at in 0.. {
        let fs = disk();
        if !crashed(&fs, at) {
            assert!(at > 100, "there are more changes than {at}");
            break;
        }
        for crash in crashes(at as u64, 40) {
            let when = || format!("change {at}, {crash:?}");
            let after = fs.after(crash);
            if crash == Crash::Process {
                whole.check_seen(&after, &when);
            }
            whole.check_end(&after, &when);
            states += 1;
        }
    }
    assert!(states > 4000, "only {states} states were seen");
}

/// Of the second crash, and the third, the kinds are mixed: what a process has seen a loss of power may take after all.
#[test]
fn crashes_while_a_job_recovers_lose_and_double_nothing() {
    let whole = whole();
    let cases = std::env::var("CASES")
        .ok()
        .and_then(|cases| cases.parse().ok())
        .unwrap_or(4000);
    for seed in 0..cases {
        let mut dice = Dice::new(seed);
        let mut story = Vec::new();
        let mut fs = disk();
        for _ in 0..2 + dice.roll(2) {
            let at = dice.roll(160);
            let crash = match dice.roll(4) {
                0 => Crash::Synced,
                1 => Crash::Some(seed),
                _ => Crash::Process,
            };
            story.push((at, crash));
            crashed(&fs, at);
            fs = fs.after(crash);
        }
        whole.check_end(&fs, &|| format!("seed {seed}: {story:?}"));
    }
}

const ERRNOS: [(i32, &str); 5] = [
    (5, "EIO"),
    (28, "ENOSPC"),
    (13, "EACCES"),
    (30, "EROFS"),
    (24, "EMFILE"),
];

#[test]
fn an_operation_that_fails_loses_and_doubles_nothing() {
    let whole = whole();
    let mut errors = 0;
    for lasts in [false, true] {
        for (errno, name) in ERRNOS {
            for at in 0.. {
                let fs = disk();
                fs.set(Some(Trouble::FaultAt { at, errno, lasts }));
                let done = run(&fs);
                if fs.faults() == 0 {
                    break;
                }
                let when = || format!("operation {at} fails with {name}, lasting: {lasts}");
                match done {
                    Ok(_) => assert_eq!(fs.text("out.csv"), whole.out, "{}", when()),
                    Err(error) => {
                        errors += 1;
                        let error = error.to_string();
                        assert!(!error.contains("panicked"), "{}: {error}", when());
                    }
                }
                // What a failed sync has lost shows when the power is.
                for crash in [Crash::Process, Crash::Synced] {
                    whole.check_end(&fs.after(crash), &|| format!("{}, {crash:?}", when()));
                }
            }
        }
    }
    assert!(errors > 300, "only {errors} errors");
}
