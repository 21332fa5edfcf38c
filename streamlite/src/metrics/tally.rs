//! The counts of a running job, gathered from its operators.

use serde::{Deserialize, Serialize};

use crate::graph::Graph;
use crate::time::Timestamp;

/// Counts by stream and by statement of the graph.
///
/// Operators count in plain fields of their own, and write them here when asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    pub(crate) streams: Vec<u64>,
    pub(crate) nodes: Vec<NodeTally>,
}

/// The counts of one statement.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeTally {
    /// Records that came after their window was closed.
    pub late: u64,
    /// Of those, the ones that went nowhere.
    pub late_dropped: u64,
    /// The watermark that the statement has reached.
    pub watermark: Option<Timestamp>,
    /// Records that were written out.
    pub written: u64,
    /// What the sink is, such as a file's name.
    pub sink: Option<String>,
}

impl Tally {
    pub(crate) fn new(graph: &Graph) -> Self {
        Self {
            streams: vec![0; graph.streams.len()],
            nodes: vec![NodeTally::default(); graph.nodes.len()],
        }
    }

    /// The counts of a statement.
    pub(crate) fn node(&mut self, index: usize) -> &mut NodeTally {
        &mut self.nodes[index]
    }

    /// Works out the counts that follow from others: see [`GraphNode::conserves`](crate::graph::GraphNode). The
    /// statements of a graph stand behind those that feed them.
    pub(crate) fn derive(&mut self, graph: &Graph) {
        for node in graph.nodes.iter().filter(|node| node.conserves) {
            if let [others @ .., last] = node.outputs {
                let sum = |streams: &[usize]| streams.iter().map(|&stream| self.streams[stream]).sum::<u64>();
                self.streams[*last] = sum(node.inputs) - sum(others);
            }
        }
    }

    /// Adds what was counted before this run, statement by statement, where they are still the same.
    pub(crate) fn add(&mut self, before: &Tally) {
        for (stream, before) in self.streams.iter_mut().zip(&before.streams) {
            *stream += before;
        }
        for (node, before) in self.nodes.iter_mut().zip(&before.nodes) {
            node.late += before.late;
            node.late_dropped += before.late_dropped;
            node.written += before.written;
            node.watermark = node.watermark.max(before.watermark);
        }
    }
}
