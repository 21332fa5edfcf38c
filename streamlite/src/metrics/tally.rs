//! The counts of a running job, gathered from its operators.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::instruments::Summary;
use super::state_size::StateSize;
use crate::graph::{Graph, Origin};
use crate::time::{TimeDelta, TimeUnit, Timestamp};

/// Counts by stream and by statement of the graph.
///
/// Operators count in plain fields of their own, and write them here when asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    pub(crate) streams: Vec<u64>,
    pub(crate) nodes: Vec<NodeTally>,
}

/// The counts of one statement.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct NodeTally {
    /// Records that came after their window was closed.
    pub late: u64,
    /// Of those, the ones that went nowhere.
    pub late_dropped: u64,
    /// Records that were in no window, because there are gaps between windows.
    pub in_gaps: u64,
    /// Records whose timestamps were too far ahead of the clock to move the watermark.
    pub ahead_of_clock: u64,
    /// What unit its first timestamps look like, if it is not milliseconds.
    #[serde(skip)]
    pub times_look_like: Option<TimeUnit>,
    /// The watermark that the statement has reached.
    pub watermark: Option<Timestamp>,
    /// Records that were written out.
    pub written: u64,
    /// What the sink is, such as a file's name.
    pub sink: Option<String>,
    /// Whether its output is committed with checkpoints.
    pub commits: bool,
    /// How large its state is.
    #[serde(skip)]
    pub state: StateSize,
    /// How long records took from their source to this sink, in milliseconds.
    #[serde(skip)]
    pub latency: Option<Summary>,
}

impl NodeTally {
    /// What of it is counted on in a later run.
    fn to_saved(&self) -> Self {
        Self {
            times_look_like: None,
            state: StateSize::default(),
            latency: None,
            ..self.clone()
        }
    }
}

impl Tally {
    pub(crate) fn new(graph: &Graph) -> Self {
        Self {
            streams: vec![0; graph.parts().streams.len()],
            nodes: vec![NodeTally::default(); graph.parts().nodes.len()],
        }
    }

    /// The counts of a statement.
    pub(crate) fn node(&mut self, index: usize) -> &mut NodeTally {
        &mut self.nodes[index]
    }

    /// Works out the counts that follow from others: see [`GraphNode::conserves`](crate::graph::GraphNode). The
    /// statements of a graph come after those that feed them.
    pub(crate) fn derive(&mut self, graph: &Graph) {
        for node in graph.parts().nodes.iter().filter(|node| node.conserves) {
            if let [others @ .., last] = node.outputs {
                let sum = |streams: &[usize]| streams.iter().map(|&stream| self.streams[stream]).sum::<u64>();
                self.streams[*last] = sum(node.inputs).saturating_sub(sum(others));
            }
        }
    }

    /// The counts by name, so that they find their statements again when others were added or removed.
    pub(crate) fn to_saved(&self, graph: &Graph) -> SavedCounts {
        let nodes = node_names(graph);
        SavedCounts {
            streams: stream_names(graph, &nodes)
                .zip(self.streams.iter().copied())
                .collect(),
            nodes: nodes
                .into_iter()
                .zip(self.nodes.iter().map(NodeTally::to_saved))
                .collect(),
        }
    }

    /// Adds what was counted in the runs before this one. What a statement counted that is no more is left out.
    pub(crate) fn add(&mut self, graph: &Graph, before: &SavedCounts) {
        let nodes = node_names(graph);
        for (stream, name) in self.streams.iter_mut().zip(stream_names(graph, &nodes)) {
            *stream += before.streams.get(&name).copied().unwrap_or(0);
        }
        for (node, name) in self.nodes.iter_mut().zip(&nodes) {
            let Some(before) = before.nodes.get(name) else {
                continue;
            };
            node.late += before.late;
            node.late_dropped += before.late_dropped;
            node.in_gaps += before.in_gaps;
            node.ahead_of_clock += before.ahead_of_clock;
            node.written += before.written;
            node.watermark = node.watermark.max(before.watermark);
        }
    }
}

/// The counts of a job, by name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SavedCounts {
    streams: BTreeMap<String, u64>,
    nodes: BTreeMap<String, NodeTally>,
}

/// Whether sums of such counts are numbers: nobody has counted farther.
pub(crate) fn is_plausible(count: u64) -> bool {
    count < 1 << 56
}

impl SavedCounts {
    /// Whether sums of these counts are numbers.
    pub(crate) fn are_plausible(&self) -> bool {
        let of_nodes = self.nodes.values().flat_map(|node| {
            [
                node.late,
                node.late_dropped,
                node.in_gaps,
                node.ahead_of_clock,
                node.written,
            ]
        });
        let mut counts = self.streams.values().copied().chain(of_nodes);
        counts.all(is_plausible)
    }
}

/// What the statements of a graph are called in a savepoint: by their identities, numbered where several without state
/// share one.
fn node_names(graph: &Graph) -> Vec<String> {
    let mut seen = BTreeMap::<&str, usize>::new();
    let names = graph.parts().nodes.iter().map(|node| {
        let times = seen.entry(node.identity).or_default();
        *times += 1;
        match *times {
            1 => node.identity.to_owned(),
            number => format!("{} ({number})", node.identity),
        }
    });
    names.collect()
}

/// What the streams of a graph are called in a savepoint: by what they come from, as not every stream has a name.
fn stream_names<'a>(graph: &'a Graph, nodes: &'a [String]) -> impl Iterator<Item = String> + 'a {
    graph
        .parts()
        .streams
        .iter()
        .enumerate()
        .map(|(number, stream)| match stream.origin {
            Origin::Source(source) => format!("source {}", graph.parts().sources[source].identity),
            Origin::Node(node) => {
                let outputs = graph.parts().nodes[node].outputs.iter();
                let place = outputs.take_while(|&&output| output != number).count();
                format!("output {place} of {}", nodes[node])
            }
        })
}

/// How far a watermark is behind the clock, if it says anything.
pub(crate) fn lag_of(watermark: Timestamp, now: Timestamp) -> Option<TimeDelta> {
    (![Timestamp::MIN, Timestamp::MAX].contains(&watermark)).then(|| now - watermark)
}
