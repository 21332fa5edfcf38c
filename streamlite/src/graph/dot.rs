//! The graph in Graphviz's language.

use std::fmt;

use super::Graph;
use super::drawing::{Drawing, Kind};

/// Shows a [`Graph`] in Graphviz's language; see [`Graph::dot`].
#[derive(Clone, Copy, Debug)]
pub struct Dot<'a>(pub(super) &'a Graph);

impl fmt::Display for Dot<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let drawing = Drawing::of(self.0);
        writeln!(f, "digraph \"{}\" {{", escaped(self.0.name()))?;
        writeln!(
            f,
            "    rankdir=LR; node [shape=box, style=\"rounded,filled\", fontname=\"sans-serif\"]; edge [fontname=\"sans-serif\"];"
        )?;
        for figure in &drawing.figures {
            let title = Some(&figure.title).filter(|title| !title.is_empty());
            let lines: Vec<_> = title
                .into_iter()
                .chain(&figure.lines)
                .map(|line| escaped(line))
                .collect();
            let (fill, line) = match figure.kind {
                Kind::Source => ("#dbeafe", "#3b82f6"),
                Kind::Operator => ("#f8fafc", "#94a3b8"),
                Kind::Stateful => ("#fef3c7", "#d97706"),
                Kind::Sink => ("#dcfce7", "#16a34a"),
            };
            let (id, text) = (&figure.id, lines.join("\\n"));
            writeln!(
                f,
                "    {id} [label=\"{text}\", fillcolor=\"{fill}\", color=\"{line}\"];"
            )?;
        }
        for arrow in &drawing.arrows {
            let label = escaped(arrow.stream);
            writeln!(f, "    {} -> {} [label=\"{label}\"];", arrow.from, arrow.to)?;
        }
        writeln!(f, "}}")
    }
}

/// Text that cannot end the string it is in.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}
