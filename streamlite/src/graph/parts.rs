//! What a graph consists of. The macro writes it as a constant, so its fields are public, and change with the macro.

/// What a [`Graph`](super::Graph) consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GraphParts {
    /// The pipeline's name.
    pub name: &'static str,
    /// The sources, in the order of the parameters.
    pub sources: &'static [GraphSource],
    /// The streams: each is what one source or one statement emits.
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
    /// Its stream, in [`GraphParts::streams`].
    pub stream: usize,
    /// The line in the source file.
    pub line: u32,
}

/// A stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GraphStream {
    /// The `let` name.
    pub name: &'static str,
    /// What returns it.
    pub origin: Origin,
}

/// What returns a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A source, in [`GraphParts::sources`].
    Source(usize),
    /// A statement, in [`GraphParts::nodes`].
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
    /// What is known of each of them besides, as it was written: keys, windows, the names of states. Empty where that is nothing.
    pub details: &'static [&'static str],
    /// The streams that it takes, in [`GraphParts::streams`].
    pub inputs: &'static [usize],
    /// The streams that it returns.
    pub outputs: &'static [usize],
    /// What it ends in, if not in streams.
    pub end: Option<GraphEnd>,
    /// Whether it keeps state.
    pub stateful: bool,
    /// Whether it returns exactly one record, to one of its outputs, for each that it takes. Then its last output is not
    /// counted: it is what came in without what went elsewhere.
    pub conserves: bool,
    /// The line in the source file.
    pub line: u32,
}

/// What a chain ends in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GraphEnd {
    /// A sink, by its name.
    Sink(&'static str),
    /// A closure, by `for_each`.
    Closure,
}

impl GraphEnd {
    /// What it is called in a report.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sink(name) => name,
            Self::Closure => "closure",
        }
    }
}

/// Where records go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GraphSink {
    /// The parameter.
    pub name: &'static str,
    /// The type of its records.
    pub item: &'static str,
}
