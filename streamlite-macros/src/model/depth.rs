//! How deep a type may be: where a statement is described in pieces, and where what follows a stream is called by a
//! dynamic call.
//!
//! What is built is one type, nested once per operator; rustc's recursion limit is 128. A fragment is built by a
//! function that is generic over what comes next, which it cannot put behind a dynamic call: it has no boundary, and
//! so it has a limit.

use std::ops::Range;

use super::graph::{Description, Graph, Head, Operator, StreamId, User};
use super::operators::{is_short_form, maps_records};

/// How many operators are nested at most.
const DEEPEST: usize = 32;

/// How many operators a fragment is taken for, which may be in another crate.
const FRAGMENT: usize = 16;

/// How many operators are nested in a fragment at most.
pub(crate) const DEEPEST_FRAGMENT: usize = 48;

/// How deep the types of a graph are.
pub(crate) struct Depths {
    /// What each node is upstream of, itself included, until the next boundary.
    nodes: Vec<usize>,
    /// Whether what each node's streams are pushed into is behind a boundary.
    ends: Vec<bool>,
}

impl Depths {
    pub(crate) fn of(graph: &Graph) -> Self {
        let mut depths = Self {
            nodes: vec![0; graph.nodes.len()],
            ends: vec![false; graph.nodes.len()],
        };
        (0..graph.nodes.len())
            .rev()
            .for_each(|number| depths.measure(graph, number));
        depths
    }

    /// How deep the type is that a node begins.
    pub(crate) fn of_node(&self, node: usize) -> usize {
        self.nodes[node]
    }

    /// Whether what a node's streams are pushed into is behind a boundary.
    pub(crate) fn ends_at(&self, node: usize) -> bool {
        self.ends[node]
    }

    fn measure(&mut self, graph: &Graph, number: usize) {
        let node = &graph.nodes[number];
        let pieces = pieces(graph, &node.description);
        let own = |piece: &Range<usize>| piece.len() + weight(&node.description.head);
        let below = node.outputs.iter().map(|&stream| self.below(graph, stream));
        let (below, last) = (below.max().unwrap_or(0), pieces.last().map_or(0, own));
        self.ends[number] = is_whole(graph) && below > 0 && below + last > DEEPEST;
        let last = if self.ends[number] { last } else { below + last };
        self.nodes[number] = match &pieces[..] {
            [first, _, ..] => last.max(own(first)),
            _ => last,
        };
    }

    /// How deep the type is that takes a stream's records.
    fn below(&self, graph: &Graph, stream: StreamId) -> usize {
        let users = &graph.stream(stream).uses;
        let deepest = users.iter().map(|used| match used.by {
            User::Node { node, .. } => self.nodes[node],
            User::Output(_) | User::Nobody => 0,
        });
        let shared = users.len().next_power_of_two().trailing_zeros();
        deepest.max().unwrap_or(0) + shared as usize
    }
}

/// Whether it is a whole pipeline, not a fragment.
fn is_whole(graph: &Graph) -> bool {
    graph.inputs.is_empty()
}

fn weight(head: &Head) -> usize {
    match head {
        Head::Stream(..) => 0,
        Head::Fragment { .. } => FRAGMENT,
    }
}

/// The operators of a statement in pieces of which each can be one type. All but the last end in a stream.
pub(crate) fn pieces(graph: &Graph, description: &Description) -> Vec<Range<usize>> {
    let (mut pieces, mut begin, mut end) = (Vec::new(), 0, 0);
    let operators = &description.operators;
    let can_end = is_whole(graph) && !keeps_late_records(description);
    for (place, operator) in operators.iter().enumerate() {
        if place - begin >= DEEPEST && end > begin && can_end {
            pieces.push(begin..end);
            begin = end;
        }
        if emits_a_stream(operator) {
            end = place + 1;
        }
    }
    pieces.push(begin..operators.len());
    pieces
}

/// Whether it emits a stream, so that the chain can be taken up again after it.
fn emits_a_stream(operator: &Operator) -> bool {
    match operator {
        Operator::Call(call) => {
            let name = call.method.to_string();
            maps_records(&name) || is_short_form(&name)
        }
        Operator::Aggregate(_) => true,
        Operator::Process(process) => process.sides.is_empty(),
    }
}

/// Whether the description ends in two streams of a window, so that no aggregate of it emits one.
fn keeps_late_records(description: &Description) -> bool {
    let calls = description.operators.iter();
    calls
        .filter_map(|operator| match operator {
            Operator::Call(call) => Some(&call.method),
            Operator::Aggregate(_) | Operator::Process(_) => None,
        })
        .any(|method| method == "with_late")
}
