//! A job with checkpoints on a simulated disk, for the tests that let it crash and damage what it has written.

use std::time::Duration;

use streamlite::checkpoint::Directory;
use streamlite::prelude::*;
use streamlite::source::ReadStatus;
use streamlite::state::capture_in_slices;

use crate::sim_fs::SimFs;

/// A record of the input.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Row {
    /// As in the file.
    pub key: u32,
    /// As in the file.
    pub n: u32,
}

/// A record of the output.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Total {
    /// As in the file.
    pub key: u32,
    /// As in the file.
    pub total: u64,
}

pipeline!(
    /// Two sinks, so that one may have committed what the other has not.
    pub fn totals(rows: Source<Row>, out: Sink<Total>, large: Sink<Total>) {
        let sums = rows.key_by(|row| row.key).running().sum(|row| row.n);
        let totals = sums.map(|(key, total)| Total { key, total });
        totals.to(out);
        totals.filter(|sum| sum.total > 10).to(large);
    }
);

/// How many records there are, and after how many of them a checkpoint is taken.
pub const RECORDS: u32 = 12;
const BETWEEN: usize = 4;

/// A disk with the input.
#[must_use]
pub fn disk() -> SimFs {
    let rows: String = (0..RECORDS).map(|n| format!("{},{n}\n", n % 3)).collect();
    SimFs::new(&[("in.csv", &format!("key,n\n{rows}"))])
}

/// Runs the job to its end, with three checkpoints and one at the end; everything on one thread at a time, so that the
/// operations come in the same order each time.
///
/// # Errors
/// What the job fails with.
pub fn run(fs: &SimFs) -> streamlite::Result<Report> {
    // As large tables are: what changed is in files beside the states.
    capture_in_slices(Some(2));
    let source = CsvSource::open_in(fs.clone(), ["in.csv"])?;
    let out = CsvSink::create_in(fs.clone(), "out.csv")?;
    let large = CsvSink::create_in(fs.clone(), "large.csv")?.roll_at(12);
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
#[derive(Debug)]
pub struct Whole {
    /// What the first sink has.
    pub out: String,
    /// What the second one has.
    pub large: String,
}

/// What the files of the second sink hold, one after the other, without their headers.
#[must_use]
pub fn large(fs: &SimFs) -> String {
    let names = fs.names().into_iter().filter(|name| name.starts_with("large-"));
    let texts = names.map(|name| fs.text(&name));
    let header = "key,total\n";
    let rows = texts.map(|text| match text.strip_prefix(header) {
        Some(rows) => rows.to_owned(),
        None if header.starts_with(&text) => String::new(),
        None => text,
    });
    rows.collect()
}

/// What one run without a crash writes.
///
/// # Panics
/// If it fails.
#[must_use]
pub fn whole() -> Whole {
    let fs = disk();
    run(&fs).expect("nothing fails");
    let whole = Whole {
        out: fs.text("out.csv"),
        large: large(&fs),
    };
    assert_eq!(whole.out.lines().count(), 1 + RECORDS as usize);
    let files = fs.names().into_iter().filter(|name| name.starts_with("large-"));
    assert!(files.count() > 1, "it has rolled");
    whole
}

impl Whole {
    /// What is seen after a crash of the process is the beginning of it.
    ///
    /// # Panics
    /// If it is not so.
    pub fn check_seen(&self, fs: &SimFs, when: &dyn Fn() -> String) {
        for (path, whole, seen) in [
            ("out.csv", &self.out, fs.text("out.csv")),
            ("large.csv", &self.large, large(fs)),
        ] {
            assert!(whole.starts_with(&seen), "{}: {path} is {seen:?}", when());
        }
    }

    /// The job goes on to the end, and everything is there once, and nothing else.
    ///
    /// # Panics
    /// If it is not so.
    pub fn check_end(&self, fs: &SimFs, when: &dyn Fn() -> String) {
        fs.set(None);
        let report = run(fs).unwrap_or_else(|error| panic!("{}: {error}", when()));
        assert_eq!(fs.text("out.csv"), self.out, "{}", when());
        assert_eq!(large(fs), self.large, "{}", when());
        assert_eq!(report.records_read(), u64::from(RECORDS), "{}", when());
        let left: Vec<String> = fs
            .names()
            .into_iter()
            .filter(|name| name.contains("pending"))
            .collect();
        assert!(left.is_empty(), "{}: {left:?} is left over", when());
        let stored = fs.names().into_iter().filter(|name| name.starts_with("state/"));
        let stored: Vec<String> = stored.collect();
        // Of each checkpoint a manifest, a state, and a file of tables.
        assert!(stored.len() <= 2 + 2 * 3, "{}: {stored:?}", when());
    }
}
