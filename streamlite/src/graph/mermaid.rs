//! The graph in Mermaid's language, as forges and rustdoc viewers draw it.

use std::fmt;

use super::Graph;
use super::drawing::{Drawing, Kind};

/// Shows a [`Graph`] in Mermaid's language; see [`Graph::mermaid`].
#[derive(Clone, Copy, Debug)]
pub struct Mermaid<'a>(pub(super) &'a Graph);

impl fmt::Display for Mermaid<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let drawing = Drawing::of(self.0);
        writeln!(f, "flowchart LR")?;
        for figure in &drawing.figures {
            let title = Some(&figure.title).filter(|title| !title.is_empty());
            let title = title.map(|title| format!("<b>{}</b>", escaped(title)));
            let lines = figure.lines.iter().map(|line| escaped(line));
            let text: Vec<_> = title.into_iter().chain(lines).collect();
            let (open, close) = match figure.kind {
                Kind::Source | Kind::Sink => ("([", "])"),
                Kind::Operator => ("[", "]"),
                Kind::Stateful => ("[(", ")]"),
            };
            writeln!(f, "    {}{open}\"{}\"{close}", figure.id, text.join("<br/>"))?;
        }
        for arrow in &drawing.arrows {
            let label = match arrow.stream {
                "" => String::new(),
                stream => format!("|\"{}\"|", escaped(stream)),
            };
            writeln!(f, "    {} -->{label} {}", arrow.from, arrow.to)?;
        }
        Ok(())
    }
}

/// Text that cannot end the string it is in, nor be taken for markup.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
