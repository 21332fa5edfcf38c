//! Jobs over two sources that never wait, so that rows are as long as a batch.

use std::sync::{Arc, Mutex, MutexGuard};

use streamlite::prelude::*;
use streamlite::source::ReadStatus;
use streamlite::{Job, Savepoint};

use crate::Partitions;
use crate::join_model::{Row, Side, Step};

/// Takes note of the order in which rows are read.
#[derive(Clone, Debug, Default)]
pub struct ReadLog(Arc<Mutex<Vec<Step>>>);

impl ReadLog {
    fn steps(&self) -> MutexGuard<'_, Vec<Step>> {
        self.0.lock().expect("nobody panicked")
    }

    /// A row is read; says when it happened.
    ///
    /// # Panics
    /// If a test has panicked in the middle.
    pub fn note(&self, side: Side, row: &Row) -> Timestamp {
        self.steps().push(Step::Rows(side, vec![row.clone()]));
        Timestamp::from_millis(row.at)
    }

    /// What was read. A reader says that it has ended before the rows of its last batch go on: the end is after them.
    fn take(&self) -> Vec<Step> {
        let mut steps = std::mem::take(&mut *self.steps());
        for side in [Side::Left, Side::Right] {
            let is_end = |step: &Step| matches!(step, Step::End(of) if *of == side);
            let is_row = |step: &Step| matches!(step, Step::Rows(of, _) if *of == side);
            let end = steps.iter().position(is_end).expect("both end");
            if let Some(last) = steps.iter().rposition(is_row).filter(|last| *last > end) {
                steps[end..=last].rotate_left(1);
            }
        }
        steps
    }
}

/// The rows of the two streams.
#[must_use]
pub fn lists(steps: &[Step]) -> [Vec<Row>; 2] {
    [Side::Left, Side::Right].map(|side| {
        let rows = steps.iter().filter_map(|step| match step {
            Step::Rows(of, rows) if *of == side => Some(rows),
            _ => None,
        });
        rows.flatten().cloned().collect()
    })
}

/// Runs a job over two lists of rows in batches; it is saved and goes on in another after so many steps each. Gives what
/// came of it, and what was read, in order.
///
/// # Panics
/// If the job fails.
pub fn run_in_rows<T: Send + 'static>(
    lists: &[Vec<Row>; 2],
    batch: usize,
    breaks: Vec<usize>,
    job: impl Fn([Partitions<Row>; 2], ReadLog, CollectionSink<T>) -> Job,
) -> (Vec<T>, Vec<Step>) {
    let (log, mut saved, mut breaks) = (ReadLog::default(), None::<Savepoint>, breaks.into_iter());
    let mut lines = Vec::new();
    loop {
        let sources = [(Side::Left, &lists[0]), (Side::Right, &lists[1])].map(|(side, list)| {
            let log = log.clone();
            Partitions::new(vec![list.clone()]).at_end(move |_| log.steps().push(Step::End(side)))
        });
        let (sink, got) = CollectionSink::new();
        let job = job(sources, log.clone(), sink)
            .batch_size(batch)
            .turn_size(batch.min(7));
        let mut started = match &saved {
            None => job.start(),
            Some(saved) => job.restore(saved).start(),
        }
        .expect("it can be started");
        let mut left = breaks.next().unwrap_or(usize::MAX);
        let mut has_ended = false;
        while left > 0 && !has_ended {
            has_ended = started.step().expect("nothing fails") == ReadStatus::End;
            left -= 1;
        }
        if has_ended {
            drop(started.finish().expect("nothing fails"));
            lines.extend(got.take());
            return (lines, log.take());
        }
        saved = Some(started.savepoint().expect("it can be saved"));
        drop(started);
        lines.extend(got.take());
    }
}
