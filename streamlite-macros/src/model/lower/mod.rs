//! Statements to nodes.

mod chain;
mod scope;

use proc_macro2::{Ident, Span};
use quote::{ToTokens, format_ident};
use syn::spanned::Spanned;
use syn::{Attribute, Expr, ExprLit, ExprMatch, Lit, Local, Meta, MetaNameValue};

use super::argument::{Argument, make_move, mentions};
use super::branches::{Branches, feed_branches};
use super::check;
use super::graph::{Graph, Naming, Node, Origin, SinkUse, Source, Step, Stream, StreamId, Use, User};
use crate::errors::Errors;
use crate::syntax::{Names, Parameter, Statement, is_half_typed};
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
    errors: &'a mut Errors,
}

/// What the nodes of the present statement are called.
struct Label {
    text: String,
    /// What `#[uid = "…"]` says instead, where it stands.
    uid: Option<String>,
    span: Span,
    nodes: usize,
}

impl Label {
    fn new(text: impl Into<String>, span: Span) -> Self {
        Self {
            text: text.into(),
            uid: None,
            span,
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
            Parameter::Source(..) => {
                let origin = Origin::Source(self.graph.sources.len());
                let stream = self.stream(name.clone(), Naming::Named, origin);
                let (text, span) = (name.to_string(), name.span());
                self.graph.sources.push(Source {
                    name: text,
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
            Parameter::Sink(..) => {
                self.graph.sinks.push(SinkUse {
                    name: name.clone(),
                    written: false,
                });
                Binding::Sink(self.graph.sinks.len() - 1)
            }
            Parameter::Value(..) => Binding::Value,
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

    fn statement(&mut self, statement: Statement, is_last: bool) {
        match statement {
            Statement::Let {
                attributes,
                names,
                chain,
            } => self.named(&attributes, &names, &chain),
            Statement::Value { name, local } => self.value(name, local),
            Statement::Match(expr) => self.branches(expr),
            Statement::Output(chain) => self.output(&chain),
            Statement::Tail(chain) if !is_last => {
                let end = chain
                    .to_token_stream()
                    .into_iter()
                    .last()
                    .map_or_else(Span::call_site, |last| last.span());
                self.errors.at(end, "a `;` should follow this statement");
            }
            Statement::Tail(chain) => self.tail(&chain),
            Statement::Broken { names, .. } => self.broken(&names),
        }
    }

    /// `let names = CHAIN;`
    fn named(&mut self, attributes: &[Attribute], names: &Names, chain: &Expr) {
        let idents = names.idents();
        let label: Vec<_> = idents.iter().map(Ident::to_string).collect();
        self.statement = Label::new(label.join(", "), names.span());
        self.statement.uid = self.uid(attributes);
        let Ok(cursor) = self.chain(chain) else {
            return self.broken(&idents);
        };
        let node = self.graph.nodes.len();
        let names = match names {
            Names::One(name) => vec![Some(name.clone())],
            Names::Tuple(names) => names.clone(),
        };
        if names.len() > 8 {
            self.errors
                .at(self.statement.span, "a statement gives at most eight streams");
        }
        let outputs = names
            .into_iter()
            .map(|name| self.output_stream(name, node))
            .collect();
        self.node(cursor, outputs);
    }

    /// `#[uid = "old"]`: the identity of what follows, kept through a rename.
    fn uid(&mut self, attributes: &[Attribute]) -> Option<String> {
        let mut uid = None;
        for attribute in attributes {
            match &attribute.meta {
                Meta::NameValue(MetaNameValue {
                    path,
                    value:
                        Expr::Lit(ExprLit {
                            lit: Lit::Str(text), ..
                        }),
                    ..
                }) if path.is_ident("uid") => uid = Some(text.value()),
                meta => {
                    let text = "a stream's `let` takes one attribute: `#[uid = \"old_name\"]` keeps its identity through a rename";
                    self.errors.at(meta.span(), text);
                }
            }
        }
        uid
    }

    fn output_stream(&mut self, name: Option<Ident>, node: usize) -> StreamId {
        match name {
            Some(name) => {
                let naming = if name.to_string().starts_with('_') {
                    Naming::Dropped
                } else {
                    Naming::Named
                };
                let stream = self.stream(name.clone(), naming, Origin::Node(node));
                self.scope.bind(name, Binding::Stream(stream));
                stream
            }
            None => {
                let name = self.invented_name(self.statement.span);
                self.stream(name, Naming::Dropped, Origin::Node(node))
            }
        }
    }

    /// `let name: Type = EXPR;`
    fn value(&mut self, name: Ident, mut local: Local) {
        if self.form == Form::Expression {
            let text = "a value stands before the pipeline, which borrows what it mentions; a `let` without a type names a stream";
            self.errors.at(name.span(), text);
        }
        let Some(init) = &mut local.init else {
            let text = format!("a value has one from the beginning: `let {name}: Type = …;`");
            return self.errors.at(name.span(), text);
        };
        let expr = std::mem::replace(&mut *init.expr, Expr::Verbatim(proc_macro2::TokenStream::new()));
        let argument = self.argument(&expr);
        self.graph.steps.push(Step::Value(local, argument));
        self.scope.bind(name, Binding::Value);
    }

    /// `match stream { … }`
    fn branches(&mut self, mut expr: ExprMatch) {
        let branches = feed_branches(&mut expr);
        let names: Vec<_> = branches.iter().map(|branch| branch.name.clone()).collect();
        let keyword = expr.match_token;
        let label: Vec<_> = names.iter().map(Ident::to_string).collect();
        self.statement = Label::new(label.join(", "), keyword.span);
        if names.is_empty() {
            let text = "no arm feeds a stream: an arm assigns to the streams that it feeds, `Pattern => stream = value`";
            return self.errors.at(keyword.span, text);
        }
        if names.len() > 8 {
            self.errors.at(
                names[8].span(),
                "a `match` feeds at most eight streams: split one of them further",
            );
            return self.broken(&names);
        }
        let Ok(mut cursor) = self.chain(&expr.expr) else {
            return self.broken(&names);
        };
        let record = match &*expr.expr {
            Expr::Path(path) => path.path.get_ident().cloned(),
            _ => None,
        };
        let record =
            record.unwrap_or_else(|| Ident::new("record", keyword.span.resolved_at(Span::mixed_site())));
        *expr.expr = Expr::Verbatim(record.to_token_stream());
        let arms = self.closure_body(Expr::Match(expr));
        cursor.ends_at = keyword.span;
        cursor.description.branches = Some(Branches {
            keyword,
            record,
            names: branches,
            arms,
        });
        let node = self.graph.nodes.len();
        let outputs = names
            .into_iter()
            .map(|name| self.output_stream(Some(name), node))
            .collect();
        self.node(cursor, outputs);
    }

    /// `CHAIN.to(sink);`
    fn output(&mut self, chain: &Expr) {
        let (label, span) = output_label(chain);
        self.statement = Label::new(label, span);
        if let Ok(cursor) = self.chain(chain) {
            self.node(cursor, Vec::new());
        }
    }

    /// What a block ends in: an output, a stream, or a tuple of streams.
    fn tail(&mut self, chain: &Expr) {
        if is_output(chain) {
            return self.output(chain);
        }
        self.statement = Label::new("result", chain.span());
        let chains: Vec<&Expr> = match chain {
            Expr::Tuple(tuple) => tuple.elems.iter().collect(),
            chain => vec![chain],
        };
        for chain in chains {
            if let Ok((stream, place, _)) = self.stream_argument(chain) {
                let number = self.graph.outputs.len();
                self.graph.streams[stream.0].uses[place].by = User::Output(number);
                self.graph.outputs.push(stream);
            }
        }
    }

    /// Declares the streams of a statement that is wrong.
    fn broken(&mut self, names: &[Ident]) {
        for name in names {
            let stream = self.stream(name.clone(), Naming::Named, Origin::Nothing);
            self.graph.streams[stream.0].broken = true;
            self.scope.bind(name.clone(), Binding::Stream(stream));
        }
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

    /// Uses a stream; gives the place of the use.
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
    fn node(&mut self, cursor: Cursor, outputs: Vec<StreamId>) {
        let number = self.graph.nodes.len();
        for (input, &(stream, place)) in cursor.inputs.iter().enumerate() {
            self.graph.streams[stream.0].uses[place].by = User::Node { node: number, input };
        }
        let (label, identity) = self.statement.next();
        self.graph.nodes.push(Node {
            sink: outputs.is_empty().then(|| cursor.sink.unwrap_or_default()),
            description: cursor.description,
            inputs: cursor.inputs.into_iter().map(|(stream, _)| stream).collect(),
            outputs,
            label,
            identity,
            span: self.statement.span,
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
        let number = self.arguments;
        self.arguments += 1;
        let mentions = match self.form {
            Form::Function => mentions(&expr, &self.scope.values()),
            Form::Expression => Vec::new(),
        };
        for name in &mentions {
            self.graph.last_mention.insert(name.to_string(), number);
        }
        check::durations(&expr, self.errors);
        Argument {
            expr,
            number,
            mentions,
        }
    }
}

/// Whether a chain ends in an output.
fn is_output(chain: &Expr) -> bool {
    matches!(chain, Expr::MethodCall(call) if call.method == "to" || call.method == "for_each")
}

/// What an output statement is called: the sink, or the closure.
fn output_label(chain: &Expr) -> (String, Span) {
    let Expr::MethodCall(call) = chain else {
        return ("output".to_owned(), chain.span());
    };
    let sink = call.args.first().and_then(|sink| match sink {
        Expr::Path(path) => path.path.get_ident(),
        _ => None,
    });
    match sink {
        Some(sink) if call.method == "to" => (sink.to_string(), sink.span()),
        _ => (call.method.to_string(), call.method.span()),
    }
}
