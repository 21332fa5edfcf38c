//! How a chain begins: a stream, a source, a union, a fragment.

use proc_macro2::Ident;
use syn::spanned::Spanned;
use syn::{Expr, ExprCall};

use super::chain::{Cursor, Skip, is_named};
use super::scope::Binding;
use super::{Form, Lowering};
use crate::model::check;
use crate::model::graph::{CallArgument, Head, Naming, Origin, Source, Step};

impl Lowering<'_> {
    pub(super) fn head(&mut self, head: &Expr) -> Result<Cursor, Skip> {
        match head {
            Expr::Path(path) if path.path.get_ident().is_some() => {
                self.name(path.path.require_ident().map_err(|_| Skip)?)
            }
            Expr::Call(call)
                if is_named(call, "from") && call.args.len() == 1 && self.is_stream(&call.args[0]) =>
            {
                let text = "this is a stream already: start the chain with it, without `from`";
                self.errors.at(call.args[0].span(), text);
                Err(Skip)
            }
            Expr::Call(call) if is_named(call, "from") && call.args.len() == 1 => {
                if self.form == Form::Function && check::question_marks(&call.args[0], self.errors) {
                    return Err(Skip);
                }
                Ok(self.from(call))
            }
            Expr::Call(call) if is_named(call, "union") => self.union(call),
            Expr::Call(call) if call.args.iter().any(|argument| self.is_stream(argument)) => {
                self.fragment(call)
            }
            head => {
                let text = "a chain is expected here: it starts with a source, a stream's name, `from(…)`, `union(a, b)` or a fragment's call";
                self.errors.at(head.span(), text);
                Err(Skip)
            }
        }
    }

    fn name(&mut self, name: &Ident) -> Result<Cursor, Skip> {
        match self.scope.find(name) {
            Some(Binding::Wrong) => Err(Skip),
            Some(Binding::Stream(stream)) if self.graph.stream(stream).broken => Err(Skip),
            Some(Binding::Stream(stream)) => {
                let place = self.use_stream(stream, name);
                Ok(Cursor::of_stream(stream, place, name.clone()))
            }
            Some(Binding::Value) => {
                match self.values.iter().find(|(known, _)| known == name) {
                    Some((_, ty)) if ends_with_source(ty) => {
                        let text = format!("any source is taken here: write `{name}: Source<T>`, with the type of its records for `T`");
                        self.errors.at(ty.span(), text);
                    }
                    _ => self.errors.at(
                        name.span(),
                        format!(
                            "`{name}` is a value, not a stream: a source is declared by `{name}: Source<T>`, and `from({name})` makes a stream of a collection"
                        ),
                    ),
                }
                Err(Skip)
            }
            Some(Binding::Sink(_)) => {
                self.errors.at(
                    name.span(),
                    format!("`{name}` is a sink: streams are written to it, `….to({name})`"),
                );
                Err(Skip)
            }
            None => {
                self.graph.steps.push(Step::NotAStream(name.clone()));
                self.graph.stopped = true;
                Err(Skip)
            }
        }
    }

    /// `from(EXPR)`
    fn from(&mut self, call: &ExprCall) -> Cursor {
        let argument = self.argument(&call.args[0]);
        let number = self.graph.sources.len();
        let invented = self.invented_name(call.func.span());
        let stream = self.stream(invented.clone(), Naming::Invented, Origin::Source(number));
        let span = call.func.span();
        self.graph.sources.push(Source {
            name: self.source_name(),
            uid: None,
            stream,
            from: Some((span, argument)),
            span,
        });
        self.graph.steps.push(Step::Source(number));
        let place = self.use_stream(stream, &invented);
        Cursor::of_stream(stream, place, invented)
    }

    /// What a source in the middle of the block is called: its positions are found again by that.
    fn source_name(&self) -> String {
        match self
            .graph
            .sources
            .iter()
            .filter(|source| source.from.is_some())
            .count()
        {
            0 => "from".to_owned(),
            earlier => format!("from.{}", earlier + 1),
        }
    }

    /// `union(a, b, …)`
    fn union(&mut self, call: &ExprCall) -> Result<Cursor, Skip> {
        let mut streams = call.args.iter();
        let (Some(first), true) = (streams.next(), call.args.len() > 1) else {
            self.errors.at(
                call.func.span(),
                "`union` takes two streams or more: `union(a, b)`",
            );
            return Err(Skip);
        };
        let (stream, place, name) = self.stream_argument(first)?;
        let method = Ident::new("union", call.func.span());
        let mut cursor = Cursor::of_stream(stream, place, name);
        for other in streams {
            cursor = self.cut_if_joined(cursor);
            cursor = self.add_stream(cursor, &method, other)?;
        }
        Ok(cursor)
    }

    /// A call with a stream among its arguments.
    fn fragment(&mut self, call: &ExprCall) -> Result<Cursor, Skip> {
        let (mut arguments, mut inputs) = (Vec::new(), Vec::new());
        for argument in &call.args {
            if self.is_stream(argument) {
                let (stream, place, name) = self.stream_argument(argument)?;
                inputs.push((stream, place));
                arguments.push(CallArgument::Stream(name));
            } else {
                arguments.push(CallArgument::Value(Box::new(self.argument(argument))));
            }
        }
        let span = call.func.span();
        let mut cursor = Cursor::new(
            Head::Fragment {
                function: call.func.clone(),
                arguments,
            },
            inputs,
            span,
        );
        cursor.stateful_at = Some(span);
        Ok(cursor)
    }
}

/// Whether a type is called as sources are: `CsvSource<T>`.
fn ends_with_source(ty: &syn::Type) -> bool {
    match ty {
        syn::Type::Path(path) => {
            let last = path.path.segments.last();
            last.is_some_and(|last| last.ident.to_string().to_lowercase().ends_with("source"))
        }
        _ => false,
    }
}
