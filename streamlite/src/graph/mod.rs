//! The graph of a pipeline as a value, and its pictures.

mod dot;
mod drawing;
mod mermaid;
#[cfg(feature = "svg")]
mod notes;
mod parts;
#[cfg(feature = "svg")]
mod svg;
mod text;

pub use dot::Dot;
pub use mermaid::Mermaid;
#[cfg(feature = "svg")]
pub(crate) use notes::{Note, Notes};
#[cfg_attr(doc, doc(hidden))]
pub use parts::{GraphEnd, GraphNode, GraphParts, GraphSink, GraphSource, GraphStream, Origin};
#[cfg(feature = "svg")]
pub use svg::Svg;

/// The graph of a pipeline: what the macro knows of it, as a constant.
///
/// [`Display`](std::fmt::Display) draws it as text; [`svg`](Self::svg) as a picture; [`mermaid`](Self::mermaid) and
/// [`dot`](Self::dot) as source for those tools.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Graph {
    parts: GraphParts,
}

impl Graph {
    /// The graph of these parts.
    #[doc(hidden)]
    #[must_use]
    pub const fn new(parts: GraphParts) -> Self {
        Self { parts }
    }

    /// Its parts.
    #[doc(hidden)]
    #[must_use]
    pub const fn parts(&self) -> &GraphParts {
        &self.parts
    }

    /// The pipeline's name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.parts.name
    }

    /// The graph as a picture: an SVG file. Boxes that keep state are yellow, sources blue, sinks green. With what a job has
    /// done so far: [`Report::svg`](crate::Report::svg).
    #[cfg(feature = "svg")]
    #[must_use]
    pub fn svg(&self) -> Svg<'_> {
        Svg::new(self, None)
    }

    /// The graph in Mermaid's language.
    #[must_use]
    pub fn mermaid(&self) -> Mermaid<'_> {
        Mermaid(self)
    }

    /// The graph in Graphviz's language.
    #[must_use]
    pub fn dot(&self) -> Dot<'_> {
        Dot(self)
    }

    /// The links of the graph: which source or statement feeds which statement, by which stream.
    pub(crate) fn links(&self) -> impl Iterator<Item = Link> + '_ {
        self.parts.nodes.iter().enumerate().flat_map(move |(to, node)| {
            node.inputs.iter().map(move |&stream| Link {
                from: self.parts.streams[stream].origin,
                to,
                stream: self.parts.streams[stream].name,
            })
        })
    }
}

/// One arrow of a picture.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Link {
    pub(crate) from: Origin,
    pub(crate) to: usize,
    pub(crate) stream: &'static str,
}
