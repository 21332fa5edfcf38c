//! What every picture of a graph shows: boxes and arrows.

use super::Graph;
use super::parts::{GraphEnd, GraphNode, Origin};

/// How long a line inside a box may be, in letters.
const LINE: usize = 40;

/// What a box shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Source,
    Operator,
    /// An operator that keeps state.
    Stateful,
    Sink,
}

/// A box.
#[derive(Debug)]
pub(super) struct Figure {
    pub(super) id: String,
    pub(super) kind: Kind,
    pub(super) title: String,
    /// The lines below the title.
    pub(super) lines: Vec<String>,
}

/// An arrow from one box to another.
#[derive(Debug)]
pub(super) struct Arrow {
    pub(super) from: String,
    pub(super) to: String,
    /// The stream, where the box that it comes from returns several.
    pub(super) stream: &'static str,
}

/// A picture, before it is laid out.
#[derive(Debug)]
pub(super) struct Drawing {
    pub(super) figures: Vec<Figure>,
    pub(super) arrows: Vec<Arrow>,
}

impl Drawing {
    pub(super) fn of(graph: &Graph) -> Self {
        let sources = graph
            .parts()
            .sources
            .iter()
            .enumerate()
            .map(|(index, source)| Figure {
                id: format!("s{index}"),
                kind: Kind::Source,
                title: source.name.to_owned(),
                lines: lines_of(&[source.item.to_owned()]),
            });
        let shown = || {
            graph
                .parts()
                .nodes
                .iter()
                .enumerate()
                .filter(|(_, node)| !only_writes(node))
        };
        let nodes = shown().map(|(index, node)| Figure {
            id: format!("n{index}"),
            kind: if node.stateful {
                Kind::Stateful
            } else {
                Kind::Operator
            },
            title: title_of(node),
            lines: lines_of(&words_of(node)),
        });
        let written = || {
            let nodes = graph.parts().nodes.iter().enumerate();
            nodes.filter_map(|(index, node)| Some((index, sink_of(node)?)))
        };
        let sinks = written().map(|(index, name)| {
            let item = graph.parts().sinks.iter().find(|sink| sink.name == name);
            Figure {
                id: format!("k{index}"),
                kind: Kind::Sink,
                title: name.to_owned(),
                lines: lines_of(&[item.map_or("", |sink| sink.item).to_owned()]),
            }
        });
        let figures = sources.chain(nodes).chain(sinks).collect();
        let into_sinks = written().filter(|&(index, _)| !only_writes(&graph.parts().nodes[index]));
        let into_sinks = into_sinks.map(|(index, _)| Arrow {
            from: format!("n{index}"),
            to: format!("k{index}"),
            stream: "",
        });
        let arrows = graph.links().map(|link| Arrow {
            from: match link.from {
                Origin::Source(source) => format!("s{source}"),
                Origin::Node(node) => format!("n{node}"),
            },
            to: match only_writes(&graph.parts().nodes[link.to]) {
                true => format!("k{}", link.to),
                false => format!("n{}", link.to),
            },
            stream: match link.from {
                Origin::Node(node) if graph.parts().nodes[node].outputs.len() > 1 => link.stream,
                _ => "",
            },
        });
        Self {
            figures,
            arrows: arrows.chain(into_sinks).collect(),
        }
    }
}

/// The sink that a statement ends in.
fn sink_of(node: &GraphNode) -> Option<&'static str> {
    match node.end {
        Some(GraphEnd::Sink(name)) => Some(name),
        Some(GraphEnd::Closure) | None => None,
    }
}

/// The operators of a statement without the `to` at its end: the arrow into the sink says that.
fn before_sink(node: &GraphNode) -> &'static [&'static str] {
    match node.operators {
        [before @ .., "to"] if node.end.is_some() => before,
        all => all,
    }
}

/// Its operators, each with what is known of it.
fn words_of(node: &GraphNode) -> Vec<String> {
    let operators = before_sink(node).iter().zip(node.details);
    let words = operators.map(|(operator, detail)| match *detail {
        "" => (*operator).to_owned(),
        detail => format!("{operator}({detail})"),
    });
    words.collect()
}

/// Whether a statement is nothing but `stream.to(sink)`: then the sink's box is enough.
fn only_writes(node: &GraphNode) -> bool {
    before_sink(node).is_empty() && node.end.is_some()
}

/// What a statement is called; one that only writes a sink, whose box is beside it, has no name of its own.
fn title_of(node: &GraphNode) -> String {
    match node.end {
        Some(_) => String::new(),
        None => node.name.to_owned(),
    }
}

/// `key_by(row.key) → window(tumbling(1min)) → count` in lines that are not too long.
fn lines_of(words: &[String]) -> Vec<String> {
    let mut lines = vec![String::new()];
    for (place, word) in words.iter().enumerate() {
        let last = lines.len() - 1;
        if place > 0 {
            lines[last] += " →";
            if lines[last].chars().count() + word.chars().count() >= LINE {
                lines.push(String::new());
            } else {
                lines[last].push(' ');
            }
        }
        let last = lines.len() - 1;
        lines[last] += word;
    }
    lines.retain(|line| !line.is_empty());
    lines
}
