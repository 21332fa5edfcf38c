//! How records spread over workers. There is one, so that nothing runs for it.

use std::fmt;

use crate::assembly::{Context, Stage};
use crate::record::Push;

/// Says which worker a record goes to.
///
/// A closure says it by [`partition_by`](crate::flow::Stream::partition_by); a partitioner has a name, and may keep something of
/// the records before:
///
/// ```
/// use streamlite::flow::Partitioner;
/// use streamlite::prelude::*;
///
/// /// So many records go to a worker before the next one has its turn.
/// struct InRuns {
///     of: usize,
///     seen: usize,
/// }
///
/// impl<T> Partitioner<T> for InRuns {
///     fn worker(&mut self, _record: &T, workers: usize) -> usize {
///         self.seen += 1;
///         (self.seen - 1) / self.of % workers
///     }
/// }
///
/// let mut in_runs = InRuns { of: 2, seen: 0 };
/// let workers: Vec<_> = (0..5).map(|n| in_runs.worker(&n, 2)).collect();
/// assert_eq!(workers, [0, 0, 1, 1, 0]);
///
/// let numbers = pipeline!(from(0..5).partition_with(in_runs)).collect()?;
/// assert_eq!(numbers, [0, 1, 2, 3, 4]);
/// # Ok::<(), streamlite::Error>(())
/// ```
pub trait Partitioner<T> {
    /// The worker that a record goes to: less than `workers`, of which there is one at least.
    fn worker(&mut self, record: &T, workers: usize) -> usize;
}

/// Describes `rebalance`, `broadcast` and `partition_by`; see [`Stream::rebalance`](crate::flow::Stream::rebalance).
#[derive(Clone, Copy)]
pub struct Spread<H> {
    /// How: a partitioner, or what needs none.
    _how: H,
}

impl<H> Spread<H> {
    pub(crate) fn new(how: H) -> Self {
        Self { _how: how }
    }
}

/// Each worker has its turn.
#[derive(Clone, Copy, Debug)]
pub struct InTurns;

/// Each worker has each record.
#[derive(Clone, Copy, Debug)]
pub struct ToAll;

impl<H> fmt::Debug for Spread<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Spread")
    }
}

impl<T, C, H> Stage<T, T, C> for Spread<H> {
    type Built<N: Push<T>> = N;

    #[inline]
    fn build<N: Push<T>>(self, _cx: Context<C>, next: N) -> N {
        next
    }
}
