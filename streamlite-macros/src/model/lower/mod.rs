//! Statements to nodes.

mod chain;
mod head;
mod record_functions;
mod scope;
mod statement;

use proc_macro2::{Ident, Span};
use quote::format_ident;
use syn::Expr;

use super::argument::{Argument, make_move, mentions};
use super::check;
use super::graph::{Graph, Naming, Node, Origin, SinkUse, Source, Step, Stream, StreamId, Use, User};
use crate::errors::Errors;
use crate::syntax::{Parameter, Statement, is_half_typed, text};
use chain::Cursor;
use scope::{Binding, Scope};

/// What a block is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// A function: its job outlives the call, so closures own what they mention.
    Function,
    /// An expression: closures may borrow.
    Expression,
}

/// Lowers the statements of one block.
pub(super) struct Lowering<'a> {
    form: Form,
    graph: Graph,
    scope: Scope,
    arguments: usize,
    statement: Label,
    /// The parameters that are values, and their types.
    values: Vec<(Ident, syn::Type)>,
    errors: &'a mut Errors,
}

/// What the nodes of the present statement are called.
struct Label {
    text: String,
    /// What `#[uid = "…"]` says instead, where it is written.
    uid: Option<String>,
    /// What is said to rustc about its code.
    attributes: Vec<syn::Attribute>,
    span: Span,
    begins_at: Span,
    nodes: usize,
}

impl Label {
    fn new(text: impl Into<String>, span: Span) -> Self {
        Self {
            text: text.into(),
            uid: None,
            attributes: Vec::new(),
            span,
            begins_at: span,
            nodes: 0,
        }
    }

    /// The name and the identity of the next node. Nodes are counted from the source down, so that appending an
    /// operator changes no identity.
    fn next(&mut self) -> (String, String) {
        self.nodes += 1;
        let numbered = |text: &String| match self.nodes {
            1 => text.clone(),
            number => format!("{text}.{number}"),
        };
        (
            numbered(&self.text),
            numbered(self.uid.as_ref().unwrap_or(&self.text)),
        )
    }
}

impl<'a> Lowering<'a> {
    fn new(form: Form, errors: &'a mut Errors) -> Self {
        Self {
            form,
            graph: Graph {
                owns: form == Form::Function,
                ..Graph::default()
            },
            scope: Scope::default(),
            arguments: 0,
            values: Vec::new(),
            statement: Label::new("", Span::call_site()),
            errors,
        }
    }

    pub(super) fn expression(errors: &'a mut Errors) -> Self {
        Self::new(Form::Expression, errors)
    }

    pub(super) fn function(parameters: &[Parameter], errors: &'a mut Errors) -> Self {
        let mut lowering = Self::new(Form::Function, errors);
        for parameter in parameters {
            lowering.parameter(parameter);
        }
        lowering
    }

    fn parameter(&mut self, parameter: &Parameter) {
        let name = parameter.name().clone();
        let binding = match parameter {
            Parameter::Source(_, port) => {
                let origin = Origin::Source(self.graph.sources.len());
                let stream = self.stream(name.clone(), Naming::Named, origin);
                let (text, span) = (text(&name), name.span());
                self.graph.sources.push(Source {
                    name: text,
                    uid: port.uid.clone(),
                    stream,
                    from: None,
                    span,
                });
                Binding::Stream(stream)
            }
            Parameter::Stream(..) => {
                let stream = self.stream(name.clone(), Naming::Named, Origin::Input);
                self.graph.inputs.push(stream);
                Binding::Stream(stream)
            }
            Parameter::Sink(_, port) => {
                self.graph.sinks.push(SinkUse {
                    name: name.clone(),
                    uid: port.uid.clone(),
                    written: false,
                });
                Binding::Sink(self.graph.sinks.len() - 1)
            }
            Parameter::Value(name, ty) => {
                self.values.push((name.clone(), ty.clone()));
                Binding::Value
            }
            Parameter::Wrong(..) => Binding::Wrong,
        };
        self.scope.bind(name, binding);
    }

    pub(super) fn lower(mut self, statements: Vec<Statement>) -> Graph {
        let count = statements.len();
        for (place, statement) in statements.into_iter().enumerate() {
            if is_half_typed(&statement.tokens()) {
                self.graph.stopped = true;
            }
            self.statement(statement, place + 1 == count);
        }
        self.graph
    }

    fn stream(&mut self, name: Ident, naming: Naming, origin: Origin) -> StreamId {
        self.graph.streams.push(Stream {
            name,
            naming,
            origin,
            uses: Vec::new(),
            broken: false,
        });
        StreamId(self.graph.streams.len() - 1)
    }

    fn invented_name(&self, span: Span) -> Ident {
        format_ident!(
            "stream_{}",
            self.graph.streams.len(),
            span = span.resolved_at(Span::mixed_site())
        )
    }

    /// Uses a stream; returns the place of the use.
    fn use_stream(&mut self, stream: StreamId, at: &Ident) -> usize {
        let uses = &mut self.graph.streams[stream.0].uses;
        uses.push(Use {
            span: at.span(),
            by: User::Nobody,
        });
        let place = uses.len() - 1;
        if place == 1 {
            self.graph.steps.push(Step::UsedAgain(stream, at.clone()));
        }
        place
    }

    /// Makes a node of a chain.
    fn node(&mut self, mut cursor: Cursor, outputs: Vec<StreamId>) {
        if check::unfinished(cursor.extent, cursor.ends_at, self.errors) {
            for output in &outputs {
                self.graph.streams[output.0].broken = true;
            }
        }
        if cursor.extent.is_final() {
            cursor.final_at.get_or_insert(cursor.ends_at);
        }
        let number = self.graph.nodes.len();
        for (input, &(stream, place)) in cursor.inputs.iter().enumerate() {
            self.graph.streams[stream.0].uses[place].by = User::Node { node: number, input };
        }
        let (label, identity) = self.statement.next();
        self.graph.nodes.push(Node {
            end: cursor.end.filter(|_| outputs.is_empty()),
            description: cursor.description,
            inputs: cursor.inputs.into_iter().map(|(stream, _)| stream).collect(),
            outputs,
            label,
            identity,
            attributes: self.statement.attributes.clone(),
            span: self.statement.span,
            begins_at: self.statement.begins_at,
            ends_at: cursor.ends_at,
            final_at: cursor.final_at,
            stateful_at: cursor.stateful_at,
        });
        self.graph.steps.push(Step::Node(number));
    }

    /// An argument of an operator: its closures run when the function has returned, so they own what they mention.
    fn argument(&mut self, expr: &Expr) -> Argument {
        let mut expr = expr.clone();
        if self.form == Form::Function {
            make_move(&mut expr);
        }
        self.closure_body(expr)
    }

    /// What a closure of the macro's own evaluates.
    fn closure_body(&mut self, expr: Expr) -> Argument {
        self.closure_body_besides(expr, &[])
    }

    /// The same where some names mean something else than parameters.
    fn closure_body_besides(&mut self, expr: Expr, others: &[Ident]) -> Argument {
        let number = self.arguments;
        self.arguments += 1;
        let mentions = match self.form {
            Form::Function => {
                let mut values = self.scope.values();
                values.retain(|value| !others.contains(value));
                mentions(&expr, &values)
            }
            Form::Expression => Vec::new(),
        };
        let (mentions, mentioned_at): (Vec<_>, Vec<_>) = mentions.into_iter().unzip();
        for name in &mentions {
            self.graph.last_mention.insert(name.to_string(), number);
        }
        check::durations(&expr, self.errors);
        Argument {
            expr,
            number,
            mentions,
            mentioned_at,
        }
    }
}
