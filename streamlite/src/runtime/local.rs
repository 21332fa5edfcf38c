//! A pipeline expression that ends in a sink.

use std::fmt;
use std::sync::Arc;

use super::driver::{Driver, Origin, Sizes};
use super::requests::Requests;
use crate::assembly::Assembly;
use crate::error::Result;
use crate::graph::Graph;
use crate::metrics::Report;
use crate::state::Transient;
use crate::time::SystemClock;

/// A pipeline that may borrow from where it is written: what an expression that ends in `.to(…)` or `.for_each(…)`
/// returns.
#[must_use = "nothing happens before `.run()`"]
pub struct LocalJob<'env> {
    graph: &'static Graph,
    build: Build<'env>,
    sizes: Sizes,
}

type Build<'env> = Box<dyn FnOnce(&Assembly<'env, Transient>) + 'env>;

impl fmt::Debug for LocalJob<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LocalJob")
    }
}

impl<'env> LocalJob<'env> {
    /// A job of what `build` builds; the macro calls this.
    #[doc(hidden)]
    pub fn transient(graph: &'static Graph, build: impl FnOnce(&Assembly<'env, Transient>) + 'env) -> Self {
        Self {
            graph,
            build: Box::new(build),
            sizes: Sizes::default(),
        }
    }

    /// Reads at most so many records at once; see [`Job::batch_size`](super::Job::batch_size).
    pub fn batch_size(self, records: usize) -> Self {
        let sizes = Sizes {
            batch: records.max(1),
            ..self.sizes
        };
        Self { sizes, ..self }
    }

    /// Runs until the sources end.
    ///
    /// # Errors
    /// As [`Job::run`](super::Job::run).
    pub fn run(self) -> Result<Report> {
        let clock = Arc::new(SystemClock::new());
        Driver::start(self.graph, clock, self.sizes, Origin::default(), self.build)?.run(&Requests::default())
    }
}
