//! The graph of a pipeline as a value, and its pictures.

mod dot;
mod drawing;
mod mermaid;
mod svg;
mod text;

pub use dot::Dot;
pub use mermaid::Mermaid;
pub use svg::Svg;

/// The graph of a pipeline: what the macro knows of it, as a constant.
///
/// [`Display`](std::fmt::Display) draws it as text; [`svg`](Self::svg) as a picture; [`mermaid`](Self::mermaid) and [`dot`](Self::dot) as source for
/// those tools.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Graph {
    /// The pipeline's name.
    pub name: &'static str,
    /// The sources, in the order of the parameters.
    pub sources: &'static [GraphSource],
    /// The streams: each is what one source or one statement gives.
    pub streams: &'static [GraphStream],
    /// The statements: each is a chain of operators that runs as one.
    pub nodes: &'static [GraphNode],
    /// The sinks that are parameters.
    pub sinks: &'static [GraphSink],
    /// The graph as text: each statement under what it takes.
    pub tree: &'static str,
}

/// Where records come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GraphSource {
    /// The parameter, or the `let` name.
    pub name: &'static str,
    /// The type of its records.
    pub item: &'static str,
    /// What its positions are found by in a savepoint: the name, or what `#[uid = "…"]` says.
    pub identity: &'static str,
    /// Its stream, in [`Graph::streams`].
    pub stream: usize,
    /// The line in the source file.
    pub line: u32,
}

/// A stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GraphStream {
    /// The `let` name.
    pub name: &'static str,
    /// What gives it.
    pub origin: Origin,
}

/// What gives a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A source, in [`Graph::sources`].
    Source(usize),
    /// A statement, in [`Graph::nodes`].
    Node(usize),
}

/// A statement: a chain of operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GraphNode {
    /// The `let` names, or the sink.
    pub name: &'static str,
    /// What its state is found by in a checkpoint: the name, or what `#[uid = "…"]` says.
    pub identity: &'static str,
    /// Its operators, in the order of the chain.
    pub operators: &'static [&'static str],
    /// The streams that it takes, in [`Graph::streams`].
    pub inputs: &'static [usize],
    /// The streams that it gives.
    pub outputs: &'static [usize],
    /// The sink that it ends in.
    pub sink: Option<&'static str>,
    /// Whether it keeps state.
    pub stateful: bool,
    /// Whether it gives exactly one record, to one of its outputs, for each that it takes. Then its last output is not
    /// counted: it is what came in without what went elsewhere.
    pub conserves: bool,
    /// The line in the source file.
    pub line: u32,
}

/// Where records go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GraphSink {
    /// The parameter.
    pub name: &'static str,
    /// The type of its records.
    pub item: &'static str,
}

impl Graph {
    /// The graph as a picture: an SVG file. Boxes that keep state are yellow, sources blue, sinks green.
    #[must_use]
    pub fn svg(&self) -> Svg<'_> {
        Svg(self)
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
        self.nodes.iter().enumerate().flat_map(move |(to, node)| {
            node.inputs.iter().map(move |&stream| Link {
                from: self.streams[stream].origin,
                to,
                stream: self.streams[stream].name,
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
