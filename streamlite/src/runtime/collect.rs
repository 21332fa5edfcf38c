//! A pipeline expression that ends in a stream.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use super::local::LocalJob;
use crate::assembly::Assembly;
use crate::control::Control;
use crate::error::Result;
use crate::expansion::ItemOf;
use crate::graph::Graph;
use crate::record::{Push, Record};
use crate::state::Transient;
use crate::time::Timestamp;

/// A pipeline that may borrow from where it is written: what an expression that ends in a stream returns.
#[must_use = "nothing happens before `.collect()`"]
pub struct Collectable<'env, T> {
    job: LocalJob<'env>,
    collected: Rc<RefCell<Vec<T>>>,
}

impl<T> fmt::Debug for Collectable<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Collectable")
    }
}

impl<'env, T: 'env> Collectable<'env, T> {
    /// A job of what `build` builds in front of the collector; the macro calls this.
    #[doc(hidden)]
    pub fn transient<H: ItemOf<Item = T>>(
        graph: &'static Graph,
        _last: &H,
        build: impl FnOnce(&Assembly<'env, Transient>, Collector<T>) + 'env,
    ) -> Self {
        let collected = Rc::default();
        let collector = Collector {
            collected: Rc::clone(&collected),
        };
        Self {
            job: LocalJob::transient(graph, move |cx| build(cx, collector)),
            collected,
        }
    }

    /// Reads at most so many records at once; see [`Job::batch_size`](super::Job::batch_size).
    pub fn batch_size(self, records: usize) -> Self {
        Self {
            job: self.job.batch_size(records),
            ..self
        }
    }

    /// Runs until the sources end, and returns what comes out.
    ///
    /// # Errors
    /// As [`Job::run`](super::Job::run).
    pub fn collect(self) -> Result<Vec<T>> {
        self.job.run()?;
        Ok(self.collected.take())
    }
}

/// Takes the records of an expression's last stream.
pub struct Collector<T> {
    collected: Rc<RefCell<Vec<T>>>,
}

impl<T> fmt::Debug for Collector<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Collector")
    }
}

impl<T> Push<T> for Collector<T> {
    const LOOKS_AT_TIMES: bool = false;

    #[inline]
    fn push(&mut self, record: Record<T>) {
        self.collected.borrow_mut().push(record.value);
    }

    #[inline]
    fn push_all(&mut self, records: impl Iterator<Item = Record<T>>) {
        self.collected
            .borrow_mut()
            .extend(records.map(|record| record.value));
    }

    fn watermark(&mut self, _watermark: Timestamp) {}

    /// Only the last watermark counts.
    #[inline]
    fn next_due(&self, _watermark: Timestamp) -> Timestamp {
        Timestamp::MAX
    }

    fn control(&mut self, _signal: &mut Control<'_>) {}
}
