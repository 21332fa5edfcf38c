//! The graph as text: one line for each source and statement.

use std::fmt;

use super::{Graph, GraphNode};

impl fmt::Display for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.name)?;
        for source in self.sources {
            writeln!(f, "  source {}: {}", source.name, source.item)?;
        }
        for node in self.nodes {
            writeln!(f, "  {}", line_of(self, node))?;
        }
        for sink in self.sinks {
            writeln!(f, "  sink {}: {}", sink.name, sink.item)?;
        }
        Ok(())
    }
}

/// `readings → event_time → split → valid, broken [state]`.
fn line_of(graph: &Graph, node: &GraphNode) -> String {
    let names = |streams: &[usize]| {
        let names: Vec<_> = streams.iter().map(|&stream| graph.streams[stream].name).collect();
        names.join(", ")
    };
    let mut line = format!("{} → {}", names(node.inputs), node.chain());
    match node.sink {
        Some(sink) => line += &format!(" → {sink}"),
        None => line += &format!(" → {}", names(node.outputs)),
    }
    if node.stateful {
        line += " [state]";
    }
    line
}
