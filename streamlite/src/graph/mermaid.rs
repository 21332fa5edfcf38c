//! The graph in Mermaid's language, as GitHub and rustdoc viewers draw it.

use std::fmt;

use super::{Graph, Origin};

/// Shows a [`Graph`] in Mermaid's language; see [`Graph::mermaid`].
#[derive(Clone, Copy, Debug)]
pub struct Mermaid<'a>(pub(super) &'a Graph);

impl fmt::Display for Mermaid<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let graph = self.0;
        writeln!(f, "flowchart LR")?;
        for (index, source) in graph.sources.iter().enumerate() {
            writeln!(
                f,
                "    s{index}([\"{}: {}\"])",
                escaped(source.name),
                escaped(source.item)
            )?;
        }
        for (index, node) in graph.nodes.iter().enumerate() {
            let text = format!("<b>{}</b><br/>{}", escaped(node.name), escaped(&node.chain()));
            let (open, close) = if node.stateful { ("[(", ")]") } else { ("[", "]") };
            writeln!(f, "    n{index}{open}\"{text}\"{close}")?;
        }
        for link in graph.links() {
            let from = match link.from {
                Origin::Source(source) => format!("s{source}"),
                Origin::Node(node) => format!("n{node}"),
            };
            writeln!(f, "    {from} -->|\"{}\"| n{}", escaped(link.stream), link.to)?;
        }
        for (index, node) in graph.nodes.iter().enumerate() {
            if let Some(sink) = node.sink {
                writeln!(f, "    n{index} --> k{index}[/\"{}\"/]", escaped(sink))?;
            }
        }
        Ok(())
    }
}

/// Text that cannot end the string it stands in, nor be taken for markup.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
