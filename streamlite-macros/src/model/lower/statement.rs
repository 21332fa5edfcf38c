//! The statements of a block, each with what it binds.

use proc_macro2::{Ident, Span};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, ExprMatch, Local};

use super::scope::Binding;
use super::{Form, Label, Lowering};
use crate::model::branches::{Branches, feed_branches};
use crate::model::check;
use crate::model::graph::{Naming, Operator, Origin, Step, StreamId, User};
use crate::model::operators::is_end;
use crate::syntax::{Names, Statement, text};

/// What is said to rustc about the code of a statement.
const HONOURED: [&str; 4] = ["allow", "warn", "deny", "forbid"];

impl Lowering<'_> {
    pub(super) fn statement(&mut self, statement: Statement, is_last: bool) {
        match statement {
            Statement::Let {
                attributes,
                names,
                chain,
            } => self.named(&attributes, &names, &chain),
            Statement::Value { name, local } => self.value(name, local),
            Statement::Match { attributes, expr } => self.branches(&attributes, expr),
            Statement::Output { attributes, chain } => self.output(&attributes, &chain),
            Statement::Tail { chain, .. } if !is_last => {
                let end = chain
                    .to_token_stream()
                    .into_iter()
                    .last()
                    .map_or_else(Span::call_site, |last| last.span());
                self.errors.at(end, "a `;` should follow this statement");
            }
            Statement::Tail { attributes, chain } => self.tail(&attributes, &chain),
            Statement::Broken { names, .. } => self.broken(&names),
        }
    }

    /// `let names = CHAIN;`
    fn named(&mut self, attributes: &[Attribute], names: &Names, chain: &Expr) {
        let idents = names.idents();
        let label: Vec<_> = idents.iter().map(text).collect();
        self.statement = Label::new(label.join(", "), names.span());
        self.attributes(attributes);
        if !self.is_chain(chain) {
            let text = format!(
                "a stream is named here, and a chain makes it; a value says its type: `let {}: Type = …;`",
                label.first().map_or("name", String::as_str)
            );
            self.errors.at(chain.span(), text);
            return self.broken(&idents);
        }
        let Ok(cursor) = self.chain(chain) else {
            return self.broken(&idents);
        };
        if check::unaggregated(cursor.extent, cursor.ends_at, self.errors) {
            return self.broken(&idents);
        }
        if cursor.end.is_some() {
            let text = format!(
                "`{}` ends a chain, and leaves no stream to name: write it without `let`",
                cursor
                    .description
                    .operators
                    .last()
                    .map(Operator::name)
                    .unwrap_or_default()
            );
            self.errors.at(names.span(), text);
            return self.broken(&idents);
        }
        if let (Names::One(name), Some(stream)) = (names, cursor.bare_source(&self.graph)) {
            return self.name_source(stream, name);
        }
        let node = self.graph.nodes.len();
        let names = match names {
            Names::One(name) => vec![Some(name.clone())],
            Names::Tuple(names) => names.clone(),
        };
        if names.len() > 8 {
            self.errors
                .at(self.statement.span, "a statement returns at most eight streams");
        }
        let outputs = names
            .into_iter()
            .map(|name| self.output_stream(name, node))
            .collect();
        self.node(cursor, outputs);
    }

    /// `let name = from(…);`: the source's own stream has that name.
    fn name_source(&mut self, stream: StreamId, name: &Ident) {
        if let Origin::Source(source) = self.graph.stream(stream).origin {
            let source = &mut self.graph.sources[source];
            source.name = text(name);
            source.uid = self.statement.uid.take();
        }
        let named = &mut self.graph.streams[stream.0];
        named.name = name.clone();
        named.naming = naming_of(name);
        named.uses.clear();
        self.scope.bind(name.clone(), Binding::Stream(stream));
    }

    /// The attributes of a statement: `#[uid = "old"]`, which is the identity of what follows, kept through a rename, and
    /// what is said to rustc about its code.
    fn attributes(&mut self, attributes: &[Attribute]) {
        for attribute in attributes {
            match crate::syntax::uid(attribute, self.errors) {
                Some(name) => self.statement.uid = Some(name),
                None if HONOURED.iter().any(|name| attribute.path().is_ident(name)) => {
                    self.statement.attributes.push(attribute.clone());
                }
                None if attribute.path().is_ident("doc") => {}
                None => {
                    let text = "a statement takes `#[uid = \"old_name\"]`, which keeps its identity through a rename, `#[cfg(…)]`, and \
                                `#[allow(…)]` or another level of a lint";
                    self.errors.at(attribute.meta.span(), text);
                }
            }
        }
    }

    fn output_stream(&mut self, name: Option<Ident>, node: usize) -> StreamId {
        match name {
            Some(name) => {
                let stream = self.stream(name.clone(), naming_of(&name), Origin::Node(node));
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
            let text = "write a value before the pipeline, which borrows what it mentions; a `let` without a type names a stream";
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
    fn branches(&mut self, attributes: &[Attribute], mut expr: ExprMatch) {
        let branches = feed_branches(&mut expr);
        let names: Vec<_> = branches.iter().map(|branch| branch.name.clone()).collect();
        let keyword = expr.match_token;
        let label: Vec<_> = names.iter().map(text).collect();
        self.statement = Label::new(label.join(", "), keyword.span);
        self.attributes(attributes);
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
    fn output(&mut self, attributes: &[Attribute], chain: &Expr) {
        let (label, span) = output_label(chain);
        self.statement = Label::new(label, span);
        self.statement.begins_at = first_token(chain);
        self.statement.uid = self.uid_of_sink(chain);
        self.attributes(attributes);
        if let Ok(cursor) = self.chain(chain) {
            self.node(cursor, Vec::new());
        }
    }

    /// The uid of the sink that an output writes.
    fn uid_of_sink(&self, chain: &Expr) -> Option<String> {
        let Expr::MethodCall(call) = chain else {
            return None;
        };
        let Expr::Path(path) = call.args.first()? else {
            return None;
        };
        match self.scope.find(path.path.get_ident()?) {
            Some(Binding::Sink(number)) => self.graph.sinks[number].uid.clone(),
            _ => None,
        }
    }

    /// What a block ends in: an output, a stream, or a tuple of streams.
    fn tail(&mut self, attributes: &[Attribute], chain: &Expr) {
        if is_output(chain) {
            return self.output(attributes, chain);
        }
        self.statement = Label::new("result", chain.span());
        self.attributes(attributes);
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
}

/// How a stream is named: `_` and what begins with it is dropped in plain sight.
fn naming_of(name: &Ident) -> Naming {
    if text(name).starts_with('_') {
        Naming::Dropped
    } else {
        Naming::Named
    }
}

/// Where a chain begins.
fn first_token(chain: &Expr) -> Span {
    let first = chain.to_token_stream().into_iter().next();
    first.map_or_else(Span::call_site, |first| first.span())
}

/// Whether a chain ends in an output.
fn is_output(chain: &Expr) -> bool {
    matches!(chain, Expr::MethodCall(call) if is_end(&call.method.to_string()))
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
        Some(sink) if call.method == "to" => (text(sink), sink.span()),
        _ => (call.method.to_string(), call.method.span()),
    }
}
