//! Sinks that commit with checkpoints: answers that are lost, calls that fail, starts again.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use streamlite::Restart;
use streamlite::prelude::*;
use streamlite::sink::{Epoch, Incarnation, Outcome, Record, Token, Transactional, Writer};
use streamlite::source::ReadStatus;

fn every_turn(dir: &Path) -> Checkpoints {
    Checkpoints::in_dir(dir).every(Duration::from_nanos(1_000_000))
}

/// A database in memory, which may lose answers and fail.
#[derive(Default)]
struct Database {
    fence: Incarnation,
    prepared: BTreeMap<Epoch, Vec<u32>>,
    committed: Vec<(Epoch, Vec<u32>)>,
    /// How many commits in a row have an answer that is lost, of every third.
    lost: usize,
    calls: usize,
    /// At which call to prepare it cannot be reached, once.
    fails_at: Option<usize>,
    prepares: usize,
}

#[derive(Clone, Default)]
struct Table {
    database: Arc<Mutex<Database>>,
    open: Arc<Mutex<Vec<u32>>>,
    ended: Arc<Mutex<Vec<u32>>>,
}

impl Database {
    /// What is committed, in order.
    fn rows(&self) -> Vec<u32> {
        self.committed.iter().flat_map(|(_, rows)| rows.clone()).collect()
    }
}

impl Table {
    fn database(&self) -> MutexGuard<'_, Database> {
        self.database.lock().expect("nobody panics")
    }

    /// The same database, for another start of the job.
    fn again(&self) -> Self {
        Self {
            database: Arc::clone(&self.database),
            ..Self::default()
        }
    }
}

impl Sink<u32> for Table {
    type Writer = Self;

    fn open(&mut self) -> streamlite::Result<Self> {
        Ok(self.clone())
    }

    fn transactions(&mut self) -> Option<Box<dyn Transactional>> {
        Some(Box::new(self.clone()))
    }

    fn describe(&self) -> String {
        "a table".to_owned()
    }
}

impl Writer<u32> for Table {
    fn write(&mut self, record: Record<u32>) -> streamlite::Result<()> {
        self.open.lock().expect("nobody panics").push(record.value);
        Ok(())
    }

    fn flush(&mut self) -> streamlite::Result<()> {
        Ok(())
    }

    fn end_transaction(&mut self, _epoch: Epoch) -> streamlite::Result<()> {
        let mut ended = self.ended.lock().expect("nobody panics");
        ended.append(&mut self.open.lock().expect("nobody panics"));
        Ok(())
    }
}

impl Transactional for Table {
    fn fence(&mut self, incarnation: Incarnation) -> streamlite::Result<()> {
        let mut database = self.database();
        assert!(database.fence < incarnation, "no number comes twice");
        database.fence = incarnation;
        Ok(())
    }

    fn last_committed(&mut self) -> streamlite::Result<Option<Epoch>> {
        Ok(self.database().committed.last().map(|(epoch, _)| *epoch))
    }

    fn prepare(&mut self, epoch: Epoch) -> streamlite::Result<Option<Token>> {
        let mut database = self.database();
        assert_eq!(database.fence, epoch.incarnation);
        database.prepares += 1;
        if Some(database.prepares) == database.fails_at {
            let cause = std::io::ErrorKind::ConnectionReset.into();
            return Err(streamlite::Error::io("preparing in", "a table", cause));
        }
        let rows = std::mem::take(&mut *self.ended.lock().expect("nobody panics"));
        database.prepared.insert(epoch, rows);
        Ok(Some(Token {
            epoch,
            contents: vec![7],
        }))
    }

    fn commit(&mut self, token: &Token) -> streamlite::Result<Outcome> {
        assert_eq!(token.contents, [7]);
        let mut database = self.database();
        database.calls += 1;
        // Every other answer that is lost was that of a commit that has happened.
        let is_lost = database.lost > 0 && !database.calls.is_multiple_of(3);
        if is_lost {
            database.lost -= 1;
        }
        if (!is_lost || database.calls.is_multiple_of(2))
            && let Some(rows) = database.prepared.remove(&token.epoch)
        {
            let last = database.committed.last().map(|(epoch, _)| *epoch);
            assert!(last < Some(token.epoch), "in the order of the checkpoints");
            database.committed.push((token.epoch, rows));
        }
        Ok(if is_lost {
            Outcome::Unknown
        } else {
            Outcome::Committed
        })
    }

    fn abort_all_except(&mut self, tokens: &[Token]) -> streamlite::Result<()> {
        let mut database = self.database();
        let fence = database.fence;
        let is_kept =
            |epoch: &Epoch| epoch.incarnation >= fence || tokens.iter().any(|token| token.epoch == *epoch);
        database.prepared.retain(|epoch, _| is_kept(epoch));
        Ok(())
    }
}

pipeline!(
    fn copied(numbers: Source<u32>, out: Sink<u32>) {
        numbers.to(out);
    }
);

#[test]
fn a_sink_whose_answers_are_lost_has_everything_once() {
    let dir = tempfile::tempdir().expect("a directory");
    let table = Table::default();
    table.database().lost = 6;
    let job = copied(CollectionSource::new(1..=40), table.clone()).batch_size(1);
    let mut job = job
        .checkpoints(every_turn(dir.path()))
        .start()
        .expect("it starts");
    while job.step().expect("nothing fails") != ReadStatus::End {
        job.checkpoint().expect("it is told again until it is sure");
    }
    job.finish().expect("it ends");
    let database = table.database();
    assert_eq!(database.rows(), (1..=40).collect::<Vec<_>>());
    assert!(database.prepared.is_empty() && database.lost == 0);
}

/// The checkpoints are gone, and the sink has everything: it has it twice if that is accepted, and not a third time.
#[test]
fn a_sink_of_ones_own_has_twice_what_was_accepted() {
    let table = Table::default();
    let job = |dir: &Path| {
        let job = copied(CollectionSource::new(1..=40), table.again());
        job.batch_size(7).checkpoints(every_turn(dir))
    };
    let first = tempfile::tempdir().expect("a directory");
    job(first.path()).run().expect("it runs");
    let committed = table.database().committed.last().expect("there is one").0;
    let second = tempfile::tempdir().expect("a directory");
    for _ in 0..2 {
        let accepting = every_turn(second.path()).accept_duplicates_of(committed);
        job(second.path())
            .checkpoints(accepting)
            .run()
            .expect("it is accepted");
        let twice: Vec<u32> = (1..=40).chain(1..=40).collect();
        assert_eq!(table.database().rows(), twice);
    }
    job(second.path()).run().expect("there is nothing left to do");
    assert_eq!(table.database().rows().len(), 80);
}

#[test]
fn a_job_that_fails_is_started_again_and_has_everything_once() {
    let dir = tempfile::tempdir().expect("a directory");
    let table = Table::default();
    table.database().fails_at = Some(2);
    let mut starts = 0;
    let restart = Restart::times(3).backoff(Duration::from_millis(1)..=Duration::from_millis(2));
    let report = restart.run(|| {
        starts += 1;
        let job = copied(CollectionSource::new(1..=400_000), table.again()).batch_size(100);
        Ok(job.checkpoints(every_turn(dir.path())))
    });
    let report = report.expect("it goes on");
    assert_eq!(starts, 2);
    assert!(report.checkpoints.expect("it takes some").resumed_from.is_some());
    let database = table.database();
    assert_eq!(database.rows(), (1..=400_000).collect::<Vec<_>>());
}

#[test]
fn a_job_is_not_started_again_where_it_would_fail_again() {
    let mut starts = 0;
    let restart = Restart::times(3).backoff(Duration::from_millis(1)..=Duration::from_millis(2));
    let error = restart.run(|| {
        starts += 1;
        let dir = Checkpoints::in_dir("unused").max_retained(0);
        Ok(copied(CollectionSource::new(1..=4), NullSink).checkpoints(dir))
    });
    let error = error.expect_err("nothing is kept").to_string();
    assert_eq!(
        error,
        "max_retained(0): the newest one is needed to go on; keep at least one"
    );
    assert_eq!(starts, 1);

    let mut starts = 0;
    let restart = Restart::times(2).backoff(Duration::from_millis(1)..=Duration::from_millis(2));
    let failed = restart.run(|| {
        starts += 1;
        let dir = tempfile::tempdir().expect("a directory");
        let missing = LinesSource::open(dir.path().join("*.txt"))?;
        let numbers = lines_to_numbers(missing, NullSink);
        Ok(numbers)
    });
    failed.expect_err("there is no such file");
    assert_eq!(starts, 1, "a job that cannot be made is not made again");
}

pipeline!(
    fn lines_to_numbers(lines: Source<String>, out: Sink<usize>) {
        lines.map(|line| line.len()).to(out);
    }
);
