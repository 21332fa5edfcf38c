//! Chains to descriptions: a node ends where several streams come together, and where its statement ends.

use proc_macro2::{Ident, Span};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Expr, ExprCall, ExprMethodCall};

use super::record_functions::record_functions;
use super::scope::Binding;
use super::{Form, Lowering};
use crate::model::check;
use crate::model::graph::{
    Call, CallArgument, Description, End, Graph, Head, Naming, Operator, Origin, Step, StreamId,
};
use crate::model::names;
use crate::model::operators::{Extent, is_aggregate, is_join_key, is_stateful, is_window, takes_stream};
use crate::model::process::{self, Handler, Inputs, Process};
use crate::model::rows::{self, Aggregate};
use crate::syntax::{Chain, Link, text};

/// The statement is wrong, and this was said, or will be by rustc.
pub(super) struct Skip;

/// A chain so far.
pub(super) struct Cursor {
    pub(super) description: Description,
    /// The streams that it takes, each with the place of the use.
    pub(super) inputs: Vec<(StreamId, usize)>,
    pub(super) ends_at: Span,
    pub(super) final_at: Option<Span>,
    pub(super) stateful_at: Option<Span>,
    pub(super) end: Option<End>,
    pub(super) extent: Extent,
}

impl Cursor {
    /// The stream of a source, if there is nothing after `from(…)`.
    pub(super) fn bare_source(&self, graph: &Graph) -> Option<StreamId> {
        let Description {
            head: Head::Stream(stream, _),
            operators,
            branches: None,
        } = &self.description
        else {
            return None;
        };
        let is_bare = operators.is_empty() && graph.stream(*stream).naming == Naming::Invented;
        (is_bare && matches!(graph.stream(*stream).origin, Origin::Source(_))).then_some(*stream)
    }

    pub(super) fn new(head: Head, inputs: Vec<(StreamId, usize)>, span: Span) -> Self {
        Self {
            description: Description {
                head,
                operators: Vec::new(),
                branches: None,
            },
            inputs,
            ends_at: span,
            final_at: None,
            stateful_at: None,
            end: None,
            extent: Extent::default(),
        }
    }

    pub(super) fn of_stream(stream: StreamId, place: usize, name: Ident) -> Self {
        let span = name.span();
        Self::new(Head::Stream(stream, name), vec![(stream, place)], span)
    }
}

impl Lowering<'_> {
    pub(super) fn chain(&mut self, expr: &Expr) -> Result<Cursor, Skip> {
        let chain = Chain::of(expr);
        let mut cursor = self.head(chain.head)?;
        for link in chain.links {
            match link {
                Link::Call(call) => cursor = self.operator(cursor, call)?,
                Link::Field(field) => {
                    self.graph
                        .steps
                        .push(Step::Field(cursor.description, field.clone()));
                    self.graph.stopped = true;
                    return Err(Skip);
                }
            }
        }
        Ok(cursor)
    }

    fn operator(&mut self, cursor: Cursor, call: &ExprMethodCall) -> Result<Cursor, Skip> {
        let (method, name) = (&call.method, call.method.to_string());
        let mut cursor = if cursor.extent.is_continued_by(&name) {
            cursor
        } else {
            self.cut_if_joined(cursor)
        };
        if takes_stream(&name)
            && let [other] = &*call.args.iter().collect::<Vec<_>>()
        {
            if !check::operator(method, &cursor.description.operators, cursor.extent, self.errors) {
                return Err(Skip);
            }
            return self.add_stream(cursor, method, other);
        }
        self.refuse_arguments(call)?;
        check::own_durations(call, self.errors);
        if check::missing_comma(call, self.errors) {
            return Err(Skip);
        }
        if is_aggregate(&name) {
            check::purging(&cursor.description.operators, self.errors);
        }
        if check::second_trigger(method, &cursor.description.operators, self.errors) {
            return Err(Skip);
        }
        if !check::operator(method, &cursor.description.operators, cursor.extent, self.errors) {
            return Err(Skip);
        }
        if is_join_key(&name) && !check::keys(method, call.args.len(), cursor.extent, self.errors) {
            return Err(Skip);
        }
        if cursor.extent.makes_final(&name) {
            cursor.final_at.get_or_insert(method.span());
        }
        if is_stateful(&name) {
            cursor.stateful_at.get_or_insert(method.span());
        }
        let inputs = cursor.extent.inputs();
        cursor.extent = cursor.extent.behind(&name);
        let windows = call.args.first().filter(|_| is_window(&name)).and_then(called);
        if cursor.extent == Extent::Window && windows.is_some_and(|(function, _)| function == "global") {
            cursor.extent = Extent::Global;
        }
        cursor.ends_at = method.span();
        let gap = windows.and_then(|(function, gap)| {
            (function == "session_by" && cursor.extent == Extent::Window).then_some((function, gap?))
        });
        let operator = match (&*name, call.args.first()) {
            ("aggregate", Some(argument)) => self.aggregate(method, argument)?,
            ("process", Some(Expr::Closure(closure))) => self.process(method, inputs, closure)?,
            ("to", Some(sink)) => self.sink(&mut cursor, method, sink)?,
            // A method of the stream, so that its closure knows what a record is.
            (_, Some(_)) if gap.is_some() => {
                let (function, gap) = gap.ok_or(Skip)?;
                Operator::Call(Box::new(Call {
                    method: function.clone(),
                    turbofish: None,
                    arguments: vec![CallArgument::Value(Box::new(self.argument(gap)))],
                    functions: None,
                }))
            }
            _ => {
                if name == "for_each" {
                    cursor.end = Some(End::Closure);
                }
                let mut arguments: Vec<Expr> = call.args.iter().cloned().collect();
                if name == "event_time" {
                    arguments.iter_mut().for_each(ask_for_timestamp);
                }
                let functions = record_functions(&name, &mut arguments);
                let arguments = arguments
                    .iter()
                    .map(|argument| CallArgument::Value(Box::new(self.argument(argument))))
                    .collect();
                let turbofish = call.turbofish.clone();
                Operator::Call(Box::new(Call {
                    method: method.clone(),
                    turbofish,
                    arguments,
                    functions,
                }))
            }
        };
        cursor.description.operators.push(operator);
        Ok(cursor)
    }

    /// Whether a name means something that is wrong and was reported.
    pub(super) fn is_wrong(&self, name: &Ident) -> bool {
        match self.scope.find(name) {
            Some(Binding::Stream(stream)) => self.graph.stream(stream).broken,
            Some(Binding::Wrong) => true,
            _ => false,
        }
    }

    /// Refuses what no argument of an operator can be.
    fn refuse_arguments(&mut self, call: &ExprMethodCall) -> Result<(), Skip> {
        let (method, count) = (&call.method, call.args.len());
        if takes_stream(&method.to_string()) {
            let text = format!("`{method}` takes one stream, and there are {count} arguments");
            self.errors.at(method.span(), text);
            return Err(Skip);
        }
        let takes_one = ["to", "aggregate", "process"].iter().any(|name| method == name);
        if takes_one && count != 1 {
            let text = format!("`{method}` takes one argument, and there are {count}");
            self.errors.at(method.span(), text);
            return Err(Skip);
        }
        for argument in &call.args {
            if self.form == Form::Function && check::question_marks(argument, self.errors) {
                return Err(Skip);
            }
            let free = names::free(argument);
            if free.iter().any(|name| self.is_wrong(name)) {
                return Err(Skip);
            }
            let stream = free
                .iter()
                .find(|name| matches!(self.scope.find(name), Some(Binding::Stream(_))));
            if let Some(stream) = stream {
                let text = if matches!(argument, Expr::Closure(_)) {
                    format!(
                        "`{stream}` is a stream, and this code sees one record: bring the two together by a join, `a.join({stream})`"
                    )
                } else {
                    format!(
                        "`{stream}` is the stream, and no record: write a closure, `.{method}(|record| …)`"
                    )
                };
                self.errors.at(stream.span(), text);
                return Err(Skip);
            }
        }
        Ok(())
    }

    pub(super) fn add_stream(
        &mut self,
        mut cursor: Cursor,
        method: &Ident,
        other: &Expr,
    ) -> Result<Cursor, Skip> {
        let (stream, place, name) = self.stream_argument(other)?;
        cursor.inputs.push((stream, place));
        cursor.ends_at = method.span();
        cursor.stateful_at.get_or_insert(method.span());
        cursor.extent = cursor.extent.behind(&method.to_string());
        let arguments = vec![CallArgument::Stream(name)];
        let call = Call {
            method: method.clone(),
            turbofish: None,
            arguments,
            functions: None,
        };
        cursor.description.operators.push(Operator::Call(Box::new(call)));
        Ok(cursor)
    }

    fn aggregate(&mut self, method: &Ident, argument: &Expr) -> Result<Operator, Skip> {
        let Expr::Closure(closure) = argument else {
            self.errors.at(
                argument.span(),
                "`aggregate` takes a closure: `.aggregate(|key, window, rows| …)`",
            );
            return Err(Skip);
        };
        let rows::TakenApart {
            rows,
            hoisted,
            heads,
            body,
        } = rows::take_apart(closure, self.errors).ok_or(Skip)?;
        let hoisted = hoisted
            .into_iter()
            .map(|(name, call)| (name, self.argument(&call)))
            .collect();
        let body = self.closure_body(body);
        Ok(Operator::Aggregate(Box::new(Aggregate {
            method: method.clone(),
            rows,
            hoisted,
            heads,
            body,
        })))
    }

    fn process(
        &mut self,
        method: &Ident,
        inputs: Inputs,
        closure: &syn::ExprClosure,
    ) -> Result<Operator, Skip> {
        let parts = process::take_apart(method, inputs, closure, self.errors).ok_or(Skip)?;
        let ttls = parts.states.iter().map(|state| Some(&state.ttl.as_ref()?.after));
        let ttls = ttls
            .map(|after| after.map(|after| self.argument(after)))
            .collect();
        let first = self.closure_body(process::first_values(&parts.states));
        let first_shared = self.closure_body(process::first_values(&parts.shared));
        let handlers = parts.handlers.iter().map(|handler| Handler {
            name: handler.name.clone(),
            parameters: handler.parameters.clone(),
            body: self.closure_body_besides(handler.body.clone(), &parts.names(handler)),
        });
        let handlers = handlers.collect();
        let process::TakenApart {
            ctx,
            states,
            shared,
            sides,
            emits,
            ..
        } = parts;
        Ok(Operator::Process(Box::new(Process {
            method: method.clone(),
            inputs,
            ctx,
            states,
            ttls,
            sides,
            first,
            shared,
            first_shared,
            handlers,
            emits,
        })))
    }

    /// Several sinks for one stream are several statements.
    fn refuse_sinks(&mut self, sinks: &syn::ExprTuple) -> Skip {
        let mut statements = Vec::new();
        for sink in &sinks.elems {
            if let Expr::Path(path) = sink
                && let Some(Binding::Sink(number)) =
                    path.path.get_ident().and_then(|name| self.scope.find(name))
            {
                self.graph.sinks[number].written = true;
            }
            statements.push(format!("stream.to({});", sink.to_token_stream()));
        }
        let text = format!(
            "a stream is written to one sink in a statement: name it, and write `{}`",
            statements.join(" ")
        );
        self.errors.at(sinks.span(), text);
        Skip
    }

    fn sink(&mut self, cursor: &mut Cursor, method: &Ident, sink: &Expr) -> Result<Operator, Skip> {
        if let Expr::Tuple(sinks) = sink {
            return Err(self.refuse_sinks(sinks));
        }
        let name = match sink {
            Expr::Path(path) => path.path.get_ident(),
            _ => None,
        };
        let argument = match name.and_then(|name| Some((name, self.scope.find(name)?))) {
            Some((name, Binding::Sink(number))) => {
                let sink = &mut self.graph.sinks[number];
                if std::mem::replace(&mut sink.written, true) {
                    let text = format!(
                        "`{name}` is written a second time: unite the streams first, `union(a, b).to({name})`"
                    );
                    self.errors.at(name.span(), text);
                    return Err(Skip);
                }
                CallArgument::Sink(name.clone())
            }
            Some((_, Binding::Wrong)) => return Err(Skip),
            _ => CallArgument::Value(Box::new(self.argument(sink))),
        };
        let shown = name.map_or_else(|| sink.to_token_stream().to_string(), text);
        cursor.end = Some(End::Sink(shown));
        Ok(Operator::Call(Box::new(Call {
            method: method.clone(),
            turbofish: None,
            arguments: vec![argument],
            functions: None,
        })))
    }

    /// Ends a node after operators that take several streams, so that what follows is built once.
    pub(super) fn cut_if_joined(&mut self, cursor: Cursor) -> Cursor {
        let is_fragment = matches!(cursor.description.head, Head::Fragment { .. });
        if cursor.inputs.len() < 2 && !is_fragment {
            return cursor;
        }
        let (stream, name) = self.cut(cursor);
        let place = self.use_stream(stream, &name);
        Cursor::of_stream(stream, place, name)
    }

    /// Ends a node inside a statement: returns the stream that comes out of it.
    fn cut(&mut self, cursor: Cursor) -> (StreamId, Ident) {
        let name = self.invented_name(cursor.ends_at);
        let stream = self.stream(
            name.clone(),
            Naming::Invented,
            Origin::Node(self.graph.nodes.len()),
        );
        self.node(cursor, vec![stream]);
        (stream, name)
    }

    /// An argument that is a stream, by its name or as a chain: the stream, the place of the use, and its name.
    pub(super) fn stream_argument(&mut self, expr: &Expr) -> Result<(StreamId, usize, Ident), Skip> {
        let cursor = self.chain(expr)?;
        if let (Head::Stream(stream, name), true) =
            (&cursor.description.head, cursor.description.operators.is_empty())
        {
            let &(_, place) = cursor.inputs.first().ok_or(Skip)?;
            return Ok((*stream, place, name.clone()));
        }
        let (stream, name) = self.cut(cursor);
        let place = self.use_stream(stream, &name);
        Ok((stream, place, name))
    }

    /// Whether an expression may be a chain, or is meant as one.
    pub(super) fn is_chain(&self, expr: &Expr) -> bool {
        match Chain::of(expr).head {
            Expr::Path(path) => path.path.get_ident().is_some() || !matches!(expr, Expr::Path(_)),
            Expr::Call(_) => self.is_stream(expr),
            Expr::Lit(_)
            | Expr::Binary(_)
            | Expr::Unary(_)
            | Expr::Macro(_)
            | Expr::Struct(_)
            | Expr::Array(_) => false,
            _ => true,
        }
    }

    /// Whether an expression is a chain: it starts with a stream.
    pub(super) fn is_stream(&self, expr: &Expr) -> bool {
        match Chain::of(expr).head {
            Expr::Path(path) => {
                let name = path.path.get_ident().and_then(|name| self.scope.find(name));
                matches!(name, Some(Binding::Stream(_)))
            }
            Expr::Call(call) => {
                is_named(call, "from")
                    || is_named(call, "union")
                    || call.args.iter().any(|argument| self.is_stream(argument))
            }
            _ => false,
        }
    }
}

/// Asks for a timestamp at what a closure returns, so that an error about it is shown there.
fn ask_for_timestamp(argument: &mut Expr) {
    let Expr::Closure(closure) = argument else { return };
    let is_said = !matches!(closure.output, syn::ReturnType::Default);
    if is_said {
        return;
    }
    struct Returns(bool);
    impl<'ast> syn::visit::Visit<'ast> for Returns {
        fn visit_expr_return(&mut self, _: &'ast syn::ExprReturn) {
            self.0 = true;
        }
    }
    let mut returns = Returns(false);
    syn::visit::Visit::visit_expr(&mut returns, &closure.body);
    if returns.0 {
        return;
    }
    let body = &closure.body;
    let span = body.span().resolved_at(Span::mixed_site());
    *closure.body = syn::parse_quote_spanned!(span=> __streamlite::timestamp(#body));
}

/// The function that is called, by whatever path, and its one argument.
fn called(expr: &Expr) -> Option<(&Ident, Option<&Expr>)> {
    let Expr::Call(call) = expr else {
        return None;
    };
    let Expr::Path(path) = &*call.func else {
        return None;
    };
    let one = call.args.first().filter(|_| call.args.len() == 1);
    Some((&path.path.segments.last()?.ident, one))
}

pub(super) fn is_named(call: &ExprCall, name: &str) -> bool {
    matches!(&*call.func, Expr::Path(path) if path.path.is_ident(name))
}
