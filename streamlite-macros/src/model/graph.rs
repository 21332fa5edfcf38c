//! The graph of a pipeline, and the order in which it is described.

use std::collections::HashMap;

use proc_macro2::{Ident, Span};
use syn::{ExprField, Local};

use super::argument::Argument;
use super::branches::Branches;
use super::operators;
use super::process::Process;
use super::rows::Aggregate;

/// The number of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct StreamId(pub(crate) usize);

/// A pipeline as a graph. Statements are in the order in which they are described, which is one in which every
/// stream comes before its uses.
#[derive(Default)]
pub(crate) struct Graph {
    pub(crate) streams: Vec<Stream>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) sources: Vec<Source>,
    pub(crate) sinks: Vec<SinkUse>,
    /// The streams that a fragment takes.
    pub(crate) inputs: Vec<StreamId>,
    /// The streams that a fragment returns, or the one of an expression.
    pub(crate) outputs: Vec<StreamId>,
    pub(crate) steps: Vec<Step>,
    /// Where each parameter is mentioned last, by the number of the argument.
    pub(crate) last_mention: HashMap<String, usize>,
    /// Whether closures own what they mention, as in a function.
    pub(crate) owns: bool,
    /// rustc will report a mistake, or something is half typed: the pipeline is described and not built.
    pub(crate) stopped: bool,
}

/// A stream.
pub(crate) struct Stream {
    /// What it is bound to: the user's own token, or an invented name.
    pub(crate) name: Ident,
    pub(crate) naming: Naming,
    pub(crate) origin: Origin,
    /// Its uses, in the order of the text.
    pub(crate) uses: Vec<Use>,
    /// Its statement is wrong: nothing is said about what follows from it.
    pub(crate) broken: bool,
}

/// Who named a stream.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Naming {
    /// The user.
    Named,
    /// The macro, between two parts of a statement.
    Invented,
    /// Nobody: `_`.
    Dropped,
}

/// Where a stream comes from.
#[derive(Clone, Copy)]
pub(crate) enum Origin {
    Source(usize),
    Node(usize),
    /// A parameter of a fragment, by its number.
    Input,
    /// A statement that is wrong.
    Nothing,
}

/// One use of a stream.
pub(crate) struct Use {
    pub(crate) span: Span,
    pub(crate) by: User,
}

/// What uses a stream.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum User {
    /// An input of a node.
    Node { node: usize, input: usize },
    /// It leaves: a fragment's output, by its number, or the expression's.
    Output(usize),
    /// The statement did not become a node.
    Nobody,
}

/// A statement, or a part of one: a piece of the graph that is built as one.
pub(crate) struct Node {
    pub(crate) description: Description,
    pub(crate) inputs: Vec<StreamId>,
    pub(crate) outputs: Vec<StreamId>,
    /// Its identity: the `let` names or the sink, and a number where a statement has several nodes.
    pub(crate) label: String,
    /// What its state is found by: the label, or what `#[uid = "…"]` says.
    pub(crate) identity: String,
    /// What the user says to rustc about its code.
    pub(crate) attributes: Vec<syn::Attribute>,
    /// What the statement is called by.
    pub(crate) span: Span,
    /// The statement's first token.
    pub(crate) begins_at: Span,
    /// The operator that says how many streams there are.
    pub(crate) ends_at: Span,
    /// What it ends in, if not in streams.
    pub(crate) end: Option<End>,
    /// The operator that has a result only at the end of the input.
    pub(crate) final_at: Option<Span>,
    /// The first operator that keeps something.
    pub(crate) stateful_at: Option<Span>,
}

/// What a chain ends in.
pub(crate) enum End {
    /// A sink, as the graph shows it.
    Sink(String),
    /// A closure, by `for_each`.
    Closure,
}

/// Where records come from.
pub(crate) struct Source {
    /// As the graph shows it.
    pub(crate) name: String,
    /// What its positions are found by, where it is not the name.
    pub(crate) uid: Option<String>,
    pub(crate) stream: StreamId,
    /// `from(…)` at its place; `None` for a port.
    pub(crate) from: Option<(Span, Argument)>,
    pub(crate) span: Span,
}

impl Source {
    /// What its positions are found by.
    pub(crate) fn identity(&self) -> &str {
        self.uid.as_deref().unwrap_or(&self.name)
    }
}

/// A sink that is a parameter.
pub(crate) struct SinkUse {
    pub(crate) name: Ident,
    /// What the state of the statement that writes it is found by, where it is not the name.
    pub(crate) uid: Option<String>,
    pub(crate) written: bool,
}

/// What is described, in order.
pub(crate) enum Step {
    /// `from(…)`.
    Source(usize),
    Node(usize),
    /// `let name: Type = EXPR;`
    Value(Local, Argument),
    /// A stream is used a further time, at this token.
    UsedAgain(StreamId, Ident),
    /// A name that is no stream: rustc says what it is, or which one was meant.
    NotAStream(Ident),
    /// A name after a dot without arguments: rustc says which there are.
    Field(Description, ExprField),
}

/// A chain of operators, to be described by method calls.
pub(crate) struct Description {
    pub(crate) head: Head,
    pub(crate) operators: Vec<Operator>,
    /// A `match` after it.
    pub(crate) branches: Option<Branches>,
}

/// What a chain starts with.
pub(crate) enum Head {
    /// A stream by its name, at this token.
    Stream(StreamId, Ident),
    /// `union(a, b)`: the first of its streams.
    Fragment {
        function: Box<syn::Expr>,
        arguments: Vec<CallArgument>,
    },
}

/// An operator of a chain.
pub(crate) enum Operator {
    Call(Box<Call>),
    Aggregate(Box<Aggregate>),
    Process(Box<Process>),
}

/// A method call.
pub(crate) struct Call {
    pub(crate) method: Ident,
    pub(crate) turbofish: Option<syn::AngleBracketedGenericArguments>,
    pub(crate) arguments: Vec<CallArgument>,
    /// The functions about records that its arguments call, if they do.
    pub(crate) functions: Option<RecordFunctions>,
}

/// A value whose methods are functions about the records of a stream.
pub(crate) struct RecordFunctions {
    /// The method of the stream that returns it.
    pub(crate) given_by: Ident,
    /// What it is called in the arguments.
    pub(crate) value: Ident,
}

/// An argument of a call.
pub(crate) enum CallArgument {
    Value(Box<Argument>),
    /// A stream: at this token, or invented.
    Stream(Ident),
    /// A sink that is a parameter.
    Sink(Ident),
}

impl Description {
    /// All arguments of the user's in it.
    pub(crate) fn arguments(&self) -> Vec<&Argument> {
        let head: &[CallArgument] = match &self.head {
            Head::Fragment { arguments, .. } => arguments,
            Head::Stream(..) => &[],
        };
        let operators = self.operators.iter().flat_map(Operator::arguments);
        let arms = self.branches.iter().map(|branches| &branches.arms);
        let values = head.iter().filter_map(CallArgument::value);
        values.chain(operators).chain(arms).collect()
    }

    /// The names of its operators, for the graph.
    pub(crate) fn operator_names(&self) -> Vec<String> {
        let head = match &self.head {
            Head::Fragment { function, .. } => Some(quote::ToTokens::to_token_stream(function).to_string()),
            Head::Stream(..) => None,
        };
        let operators = self.operators.iter().map(Operator::name);
        let branches = self.branches.iter().map(|_| "match".to_owned());
        head.into_iter().chain(operators).chain(branches).collect()
    }
}

impl Operator {
    /// What it is called.
    pub(crate) fn name(&self) -> String {
        match self {
            Operator::Call(call) => call.method.to_string(),
            Operator::Aggregate(_) => "aggregate".to_owned(),
            Operator::Process(_) => "process".to_owned(),
        }
    }

    fn arguments(&self) -> Vec<&Argument> {
        match self {
            Operator::Call(call) => call.arguments.iter().filter_map(CallArgument::value).collect(),
            Operator::Aggregate(aggregate) => {
                let hoisted = aggregate.hoisted.iter().map(|(_, call)| call);
                hoisted.chain([&aggregate.body]).collect()
            }
            Operator::Process(process) => {
                let ttls = process.ttls.iter().flatten();
                let handlers = process.handlers.iter().map(|handler| &handler.body);
                ttls.chain([&process.first, &process.first_shared])
                    .chain(handlers)
                    .collect()
            }
        }
    }
}

impl CallArgument {
    fn value(&self) -> Option<&Argument> {
        match self {
            CallArgument::Value(argument) => Some(argument),
            CallArgument::Stream(_) | CallArgument::Sink(_) => None,
        }
    }
}

impl Node {
    /// Where to say that it cannot be sent to a thread: at the one parameter that it mentions, or at its last operator.
    pub(crate) fn sent_at(&self) -> Span {
        let arguments = self.description.arguments().into_iter();
        let mut mentions =
            arguments.flat_map(|argument| argument.mentions.iter().zip(&argument.mentioned_at));
        match mentions.next() {
            Some((first, place)) if mentions.all(|(other, _)| other == first) => *place,
            _ => self.ends_at,
        }
    }

    /// Whether it returns exactly one record, to one of its outputs, for each that it takes: then its last output is what
    /// came in without what went elsewhere, and need not be counted.
    ///
    /// The names suffice: a method of a stream's own goes before any of a trait with the same name.
    pub(crate) fn conserves(&self) -> bool {
        let Description {
            head,
            operators,
            branches,
        } = &self.description;
        let one_for_one = |operator: &Operator| matches!(operator, Operator::Call(call) if operators::conserves(&call.method.to_string()));
        matches!(head, Head::Stream(..)) && branches.is_none() && operators.iter().all(one_for_one)
    }
}

impl Graph {
    /// Whether the records of a stream need no count of their own: the source knows it, or it follows from other counts.
    pub(crate) fn count_is_known(&self, id: StreamId) -> bool {
        match self.stream(id).origin {
            Origin::Source(_) => true,
            Origin::Node(node) => {
                let node = &self.nodes[node];
                node.conserves() && node.outputs.last() == Some(&id)
            }
            Origin::Input | Origin::Nothing => false,
        }
    }

    pub(crate) fn stream(&self, id: StreamId) -> &Stream {
        &self.streams[id.0]
    }

    /// Whether each use but the last gets a copy.
    pub(crate) fn is_shared(&self, id: StreamId) -> bool {
        self.stream(id).uses.len() > 1
    }

    /// The sources upstream of some streams. Each node is visited once, however many ways lead to it.
    pub(crate) fn sources_above(&self, streams: &[StreamId]) -> Vec<usize> {
        let mut sources = vec![false; self.sources.len()];
        let mut visited = vec![false; self.nodes.len()];
        let mut open = streams.to_vec();
        while let Some(id) = open.pop() {
            match self.stream(id).origin {
                Origin::Source(source) => sources[source] = true,
                Origin::Node(node) if !std::mem::replace(&mut visited[node], true) => {
                    open.extend(&self.nodes[node].inputs);
                }
                Origin::Node(_) | Origin::Input | Origin::Nothing => {}
            }
        }
        (0..sources.len()).filter(|&source| sources[source]).collect()
    }

    /// For each source that must end, the operator below it that asks for it: the first of the text.
    pub(crate) fn must_end(&self) -> Vec<Option<Span>> {
        let mut ends = vec![None; self.sources.len()];
        for node in &self.nodes {
            let Some(span) = node.final_at else { continue };
            for source in self.sources_above(&node.inputs) {
                ends[source].get_or_insert(span);
            }
        }
        ends
    }
}
