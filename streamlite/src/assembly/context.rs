//! What a job is built in, and what each of its operators is.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;

use super::boundary::Boundary;
use super::counted::Counted;
use super::failure::Failure;
use super::feed::{Feed, SourceFeed};
use super::lanes::LaneNumbers;
use super::probe::{Latency, Probe};
use crate::checkpoint::Sinks;
use crate::connector::{FileUse, FileUses, Partition, Source, Transactional};
use crate::control::Lane;
use crate::graph::{Graph, GraphEnd};
use crate::metrics::Metrics;
use crate::process::ProcessMetrics;
use crate::record::Push;
use crate::state::{DeclaredState, Durable, Shape, StateId};
use crate::time::Clock;

/// What a job is built in, from its sinks up to its sources. `C` says whether state must be storable:
/// [`Durable`] or [`Transient`](crate::state::Transient).
pub struct Assembly<'env, C> {
    feeds: RefCell<Vec<Box<dyn Feed + 'env>>>,
    parts: Rc<Parts>,
    keeps: PhantomData<fn() -> C>,
}

/// What an operator is built in: its own place in the graph.
pub struct Context<C> {
    parts: Rc<Parts>,
    node: usize,
    path: String,
    /// How many operators of the statement with a state precede this place.
    states: u32,
    keeps: PhantomData<fn() -> C>,
}

/// What all operators of a job share.
pub(crate) struct Parts {
    pub(crate) graph: &'static Graph,
    pub(crate) clock: Arc<dyn Clock>,
    /// What its user counts with.
    pub(crate) metrics: Metrics,
    pub(crate) probe: Probe,
    pub(crate) failure: Failure,
    lanes: RefCell<LaneNumbers>,
    /// How many operators of each name have a lane of their own.
    own_lanes: RefCell<BTreeMap<String, u32>>,
    /// The files that its sources and sinks use.
    pub(crate) files: RefCell<FileUses>,
    /// The sinks whose output is committed with checkpoints; `None` if the job has none.
    sinks: RefCell<Option<Sinks>>,
}

impl Parts {
    /// The lane of a partition of a source.
    pub(crate) fn partition_lane(&self, source: &str, partition: &Partition) -> Lane {
        self.lanes
            .borrow_mut()
            .of_partition(format!("{source}/{partition}"))
    }

    /// Takes the sinks whose output is committed with checkpoints.
    pub(crate) fn take_sinks(&self) -> Sinks {
        self.sinks.take().unwrap_or_default()
    }

    /// Whether the job has checkpoints; known until its sinks are taken.
    fn has_checkpoints(&self) -> bool {
        self.sinks.borrow().is_some()
    }

    /// The numbers that lanes have.
    pub(crate) fn lane_numbers(&self) -> LaneNumbers {
        self.lanes.borrow().clone()
    }
}

impl<'env, C> Assembly<'env, C> {
    pub(crate) fn new(
        graph: &'static Graph,
        clock: Arc<dyn Clock>,
        metrics: Metrics,
        lanes: LaneNumbers,
        has_checkpoints: bool,
    ) -> Self {
        let parts = Parts {
            graph,
            probe: Probe::new(Arc::clone(&clock)),
            clock,
            metrics,
            failure: Failure::default(),
            lanes: RefCell::new(lanes),
            own_lanes: RefCell::default(),
            files: RefCell::default(),
            sinks: RefCell::new(has_checkpoints.then(Sinks::new)),
        };
        Self {
            feeds: RefCell::default(),
            parts: Rc::new(parts),
            keeps: PhantomData,
        }
    }

    /// The place of a statement of the graph.
    #[must_use]
    pub fn node(&self, index: usize) -> Context<C> {
        let name = self
            .parts
            .graph
            .parts()
            .nodes
            .get(index)
            .map_or("", |node| node.identity);
        Context::new(Rc::clone(&self.parts), index, name.to_owned())
    }

    /// Counts what flows to `next` as a stream of the graph.
    pub fn stream<N>(&self, index: usize, next: N) -> Counted<N> {
        Counted::new(index, next)
    }

    /// Ends the type of what is upstream: `next` is one dynamic call away from it.
    pub fn boundary<T, N: Push<T> + 'env>(&self, next: N) -> Boundary<'env, T> {
        Boundary::new(next)
    }

    /// Feeds a chain from a source.
    pub fn feed<S, P>(&self, index: usize, source: S, chain: P)
    where
        S: Source + 'env,
        P: Push<S::Item> + 'env,
    {
        let stream = self.parts.graph.parts().sources[index].stream;
        let feed = SourceFeed::new(index, stream, source, chain);
        self.feeds.borrow_mut().push(Box::new(feed));
    }

    /// What was built, when all is.
    pub(crate) fn into_parts(self) -> (Rc<Parts>, Vec<Box<dyn Feed + 'env>>) {
        (self.parts, self.feeds.into_inner())
    }
}

impl<C> Context<C> {
    /// Whether the job has checkpoints.
    pub(crate) fn has_checkpoints(&self) -> bool {
        self.parts.has_checkpoints()
    }

    fn new(parts: Rc<Parts>, node: usize, path: String) -> Self {
        Self {
            parts,
            node,
            path,
            states: 0,
            keeps: PhantomData,
        }
    }

    /// The place of a statement inside a fragment; its counts belong to the statement that calls the fragment.
    #[must_use]
    pub fn within(&self, name: &str) -> Self {
        Self::new(Rc::clone(&self.parts), self.node, format!("{}/{name}", self.path))
    }

    /// The same place, for a fragment: it is written once for pipelines and expressions, so its state is storable.
    pub(crate) fn durable(&self) -> Context<Durable> {
        let Self {
            parts,
            node,
            path,
            states,
            ..
        } = self;
        Context {
            parts: Rc::clone(parts),
            node: *node,
            path: path.clone(),
            states: *states,
            keeps: PhantomData,
        }
    }

    /// Has the sink of the statement take part in the checkpoints of the job, if the job has any and `transactions` returns
    /// what commits its output; says whether it does.
    pub(crate) fn commits(&self, transactions: impl FnOnce() -> Option<Box<dyn Transactional>>) -> bool {
        let mut sinks = self.parts.sinks.borrow_mut();
        let Some(sinks) = sinks.as_mut() else { return false };
        let Some(transactions) = transactions() else {
            return false;
        };
        sinks.push((self.path.clone(), transactions));
        true
    }

    /// Says which files the statement writes.
    pub(crate) fn writes(&self, files: Vec<FileUse>) {
        let name = self
            .parts
            .graph
            .parts()
            .nodes
            .get(self.node)
            .map_or("", |node| node.end.map_or(node.name, GraphEnd::name));
        self.parts.files.borrow_mut().add_sink(name, files);
    }

    /// Where the operator leaves an error.
    pub(crate) fn failure(&self) -> &Failure {
        &self.parts.failure
    }

    /// The clock of the job.
    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.parts.clock)
    }

    /// What a sink knows of how long records took.
    pub(crate) fn latency(&self) -> Latency {
        Latency::new(self.parts.probe.clone())
    }

    /// What the handlers of a process count with.
    pub(crate) fn metrics(&self) -> ProcessMetrics {
        ProcessMetrics::new(&self.path, self.parts.metrics.clone())
    }

    /// The statement that the operator belongs to.
    pub(crate) fn node_index(&self) -> usize {
        self.node
    }

    /// The operator's state: whose it is, and what it is.
    pub(crate) fn declare(&self, shape: Shape) -> DeclaredState {
        DeclaredState::new(self.state_id(), shape)
    }

    fn state_id(&self) -> StateId {
        StateId::new(&self.path, self.states)
    }

    /// The place after operators of which so many keep a state.
    pub(crate) fn downstream(&self, states: u32) -> Self {
        Self {
            states: self.states + states,
            ..self.clone()
        }
    }

    /// A lane of the operator's own, for records that belong to no partition.
    ///
    /// In an expression, which is never saved, several operators may have one name; each has a lane all the same.
    pub(crate) fn own_lane(&self) -> Lane {
        let (name, mut names) = (self.state_id().to_string(), self.parts.own_lanes.borrow_mut());
        let times = names.entry(name.clone()).or_insert(0_u32);
        *times += 1;
        let name = match *times {
            1 => name,
            number => format!("{name} ({number})"),
        };
        self.parts.lanes.borrow_mut().of_operator(name)
    }
}

impl<C> Clone for Context<C> {
    fn clone(&self) -> Self {
        let Self {
            parts,
            node,
            path,
            states,
            ..
        } = self;
        Self {
            parts: Rc::clone(parts),
            node: *node,
            path: path.clone(),
            states: *states,
            keeps: PhantomData,
        }
    }
}

impl<C> fmt::Debug for Assembly<'_, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Assembly")
            .field("graph", &self.parts.graph.name())
            .finish_non_exhaustive()
    }
}

impl<C> fmt::Debug for Context<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("node", &self.node)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}
