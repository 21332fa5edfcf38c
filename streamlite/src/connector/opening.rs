//! What a source is told when it opens a partition.

use std::sync::Arc;

use super::bell::Bell;
use super::position::{Partition, Position};
use crate::time::Clock;

/// A partition that is to be opened: which one, from where on, and what its reader may use of the job.
#[derive(Clone, Copy, Debug)]
pub struct Opening<'a> {
    partition: &'a Partition,
    position: Option<&'a Position>,
    bell: &'a Bell,
    clock: &'a Arc<dyn Clock>,
}

impl<'a> Opening<'a> {
    pub(crate) fn new(
        partition: &'a Partition,
        position: Option<&'a Position>,
        bell: &'a Bell,
        clock: &'a Arc<dyn Clock>,
    ) -> Self {
        Self {
            partition,
            position,
            bell,
            clock,
        }
    }

    /// Which partition.
    #[must_use]
    pub fn partition(&self) -> &'a Partition {
        self.partition
    }

    /// Where an earlier reader stopped; `None` at the beginning.
    #[must_use]
    pub fn position(&self) -> Option<&'a Position> {
        self.position
    }

    /// What to ring when there is something to read after [`ReadStatus::Pending`](super::ReadStatus::Pending): for another
    /// thread.
    #[must_use]
    pub fn bell(&self) -> Bell {
        self.bell.clone()
    }

    /// The job's clock, which is the only one that a source goes by: tests move it by hand.
    #[must_use]
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(self.clock)
    }
}
