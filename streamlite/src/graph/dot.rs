//! The graph in Graphviz's language.

use std::fmt;

use super::{Graph, Origin};

/// Shows a [`Graph`] in Graphviz's language; see [`Graph::dot`].
#[derive(Clone, Copy, Debug)]
pub struct Dot<'a>(pub(super) &'a Graph);

impl fmt::Display for Dot<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let graph = self.0;
        writeln!(f, "digraph \"{}\" {{", escaped(graph.name))?;
        writeln!(f, "    rankdir=LR; node [shape=box, fontname=\"sans-serif\"];")?;
        for (index, source) in graph.sources.iter().enumerate() {
            let text = escaped(&format!("{}: {}", source.name, source.item));
            writeln!(f, "    s{index} [label=\"{text}\", shape=ellipse];")?;
        }
        for (index, node) in graph.nodes.iter().enumerate() {
            let text = format!("{}\\n{}", escaped(node.name), escaped(&node.chain()));
            let shape = if node.stateful { ", shape=cylinder" } else { "" };
            writeln!(f, "    n{index} [label=\"{text}\"{shape}];")?;
        }
        for link in graph.links() {
            let from = match link.from {
                Origin::Source(source) => format!("s{source}"),
                Origin::Node(node) => format!("n{node}"),
            };
            writeln!(
                f,
                "    {from} -> n{} [label=\"{}\"];",
                link.to,
                escaped(link.stream)
            )?;
        }
        for (index, node) in graph.nodes.iter().enumerate() {
            if let Some(sink) = node.sink {
                writeln!(
                    f,
                    "    k{index} [label=\"{}\", shape=ellipse]; n{index} -> k{index};",
                    escaped(sink)
                )?;
            }
        }
        writeln!(f, "}}")
    }
}

/// Text that cannot end the string it stands in.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}
