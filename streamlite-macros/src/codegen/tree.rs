//! The graph as a tree of text: for the docs of a pipeline, and for its constant.

use crate::model::{End, Graph, Node, StreamId, User};
use crate::syntax::{Parameter, text};

use super::item::item_of;

/// Draws the graph, a line for each source and for each statement under what it takes:
///
/// ```text
/// numbers: i64
/// └─ even, odd = split
///    ├─ [even] map → to → out
///    └─ [odd] for_each
/// ```
///
/// A statement of several streams is under the first of them; the others point to it.
pub(super) fn tree(graph: &Graph, parameters: &[Parameter]) -> String {
    let mut tree = Tree {
        graph,
        lines: String::new(),
    };
    for source in &graph.sources {
        let item = item_of(&source.name, parameters);
        let item = item.map(|item| format!(": {item}")).unwrap_or_default();
        tree.line(&format!("{}{item}", source.name));
        tree.below(&[source.stream], "");
    }
    tree.lines
}

struct Tree<'a> {
    graph: &'a Graph,
    lines: String,
}

impl Tree<'_> {
    fn line(&mut self, line: &str) {
        self.lines += line.trim_end();
        self.lines.push('\n');
    }

    /// The statements that take these streams.
    fn below(&mut self, streams: &[StreamId], indent: &str) {
        let users = streams.iter().flat_map(|&stream| {
            let uses = self.graph.stream(stream).uses.iter();
            uses.filter_map(move |used| match used.by {
                User::Node { node, input } => Some((stream, node, input)),
                User::Output(_) | User::Nobody => None,
            })
        });
        let users: Vec<_> = users.collect();
        for (place, &(stream, number, input)) in users.iter().enumerate() {
            let is_last = place + 1 == users.len();
            let (branch, deeper) = if is_last {
                ("└─ ", "   ")
            } else {
                ("├─ ", "│  ")
            };
            let node = &self.graph.nodes[number];
            let by = if streams.len() > 1 {
                format!("[{}] ", text(&self.graph.stream(stream).name))
            } else {
                String::new()
            };
            if input > 0 {
                self.line(&format!("{indent}{branch}{by}↑ {}", node.label));
                continue;
            }
            self.line(&format!("{indent}{branch}{by}{}", statement(node)));
            self.below(&node.outputs, &format!("{indent}{deeper}"));
        }
    }
}

/// `minutes = key_by → window → count, keeps state`.
fn statement(node: &Node) -> String {
    let chain = node.description.operator_names().join(" → ");
    let state = if node.stateful_at.is_some() {
        " (keeps state)"
    } else {
        ""
    };
    match &node.end {
        Some(End::Closure) => format!("{chain}{state}"),
        Some(End::Sink(sink)) => format!("{chain} → {sink}{state}"),
        None => format!("{} = {chain}{state}", node.label),
    }
}
