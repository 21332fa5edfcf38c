//! What looks at a running job from another thread, and changes nothing.

use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::requests::{Answer, Requests, Wanted};
use crate::error::Result;
use crate::graph::Graph;
use crate::metrics::{Report, Watermarks};

/// Looks at a running job from another thread, and changes nothing.
#[derive(Clone, Debug)]
pub(crate) struct Observer {
    graph: &'static Graph,
    requests: Arc<Requests>,
}

/// What is started with a job and ended with it.
pub(crate) trait Companion: fmt::Debug + Send {
    /// Starts it; it ends when what is returned is dropped.
    fn start(self: Box<Self>, job: Observer) -> Result<Box<dyn Any>>;
}

/// So long a job may take between two reads.
const PATIENCE: Duration = Duration::from_secs(3);

#[cfg_attr(
    not(feature = "dashboard"),
    expect(dead_code, reason = "nothing else looks at a job")
)]
impl Observer {
    pub(super) fn new(graph: &'static Graph, requests: Arc<Requests>) -> Self {
        Self { graph, requests }
    }

    pub(crate) fn graph(&self) -> &'static Graph {
        self.graph
    }

    /// What it has done so far; `None` if it has ended, or is busy with one read for very long.
    pub(crate) fn metrics(&self) -> Option<Report> {
        match self.ask(Wanted::Metrics)? {
            Answer::Metrics(report) => Some(*report),
            _ => None,
        }
    }

    /// How far event time has come; `None` if it has ended, or is busy with one read for very long.
    pub(crate) fn watermarks(&self) -> Option<Watermarks> {
        match self.ask(Wanted::Watermarks)? {
            Answer::Watermarks(watermarks) => Some(watermarks),
            _ => None,
        }
    }

    fn ask(&self, wanted: Wanted) -> Option<Answer> {
        self.requests.ask(wanted)?.recv_timeout(PATIENCE).ok()?.ok()
    }
}
