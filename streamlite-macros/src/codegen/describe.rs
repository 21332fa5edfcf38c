//! The first half of an expansion: the statements in the user's order, as method calls on descriptions.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};

use super::{at, copies_name, node_name, piece_name, source_name};
use crate::model::{
    Aggregate, Argument, Branches, Call, CallArgument, Description, Graph, Head, Kind, Operator,
    RecordFunctions, Step, StreamId, is_join_key, is_key, is_process, is_short_form, kind, pieces, slot,
};

/// How many aggregates one tuple holds; more are nested.
const TUPLE: usize = 12;

/// What returns so many streams.
const OUTPUTS: [&str; 8] = ["one", "two", "three", "four", "five", "six", "seven", "eight"];

/// Describes every statement.
pub(super) fn describe(graph: &Graph) -> TokenStream {
    graph
        .steps
        .iter()
        .map(|step| Describe { graph }.step(step))
        .collect()
}

pub(super) struct Describe<'a> {
    pub(super) graph: &'a Graph,
}

impl Describe<'_> {
    fn step(&self, step: &Step) -> TokenStream {
        match step {
            Step::Source(number) => self.source(*number),
            Step::Node(number) => self.node(*number),
            Step::Value(local, argument) => {
                let value = self.argument(argument, argument.expr.to_token_stream());
                let syn::Local { attrs, pat, .. } = local;
                quote!(#(#attrs)* let #pat = #value;)
            }
            Step::UsedAgain(stream, name) => {
                let copies = copies_name(stream.0);
                quote_spanned!(at(name.span())=> let #copies = __streamlite::used_again(&#name);)
            }
            Step::NotAStream(name) => quote_spanned!(at(name.span())=> __streamlite::stream(&#name);),
            Step::Field(description, field) => {
                let (receiver, member) = (self.chain(description), &field.member);
                quote!(#receiver.#member;)
            }
        }
    }

    fn source(&self, number: usize) -> TokenStream {
        let source = &self.graph.sources[number];
        let Some((span, argument)) = &source.from else {
            return TokenStream::new();
        };
        let value = self.argument(argument, argument.expr.to_token_stream());
        let (local, stream) = (source_name(number), &self.graph.stream(source.stream).name);
        let from = Ident::new("from", *span);
        let value = quote_spanned!(at(*span)=> __streamlite::#from(#value));
        quote! {
            let #local = #value;
            let #stream = __streamlite::port(&#local);
        }
    }

    fn node(&self, number: usize) -> TokenStream {
        let node = &self.graph.nodes[number];
        let (inputs, fits) = self.fits(number);
        let local = node_name(number);
        let (before, description) = self.in_pieces(number);
        let ((types, again), sent) = (self.mentioned_again(number), self.sent(number));
        let attributes = &node.attributes;
        if node.outputs.is_empty() {
            return quote!(#types #before #(#attributes)* let #local = #description; #again #sent);
        }
        let names: Vec<_> = node.outputs.iter().map(|&stream| self.bound(stream)).collect();
        let pattern = match &names[..] {
            [one] => one.clone(),
            several => quote!((#(#several),*)),
        };
        let span = at(node.ends_at);
        let count = Ident::new(OUTPUTS[(names.len() - 1).min(OUTPUTS.len() - 1)], span);
        let local_here = Ident::new(&local.to_string(), span);
        let handles = quote_spanned! {span=>
            #[allow(unused_variables)]
            let (#local_here, #pattern) = __streamlite::#count(#local_here);
        };
        quote!(#types #inputs #before #(#attributes)* let #local = #description; #handles #again #fits #sent)
    }

    /// The pieces of a statement that is too long for one type, and its last one, which is the statement itself.
    fn in_pieces(&self, number: usize) -> (TokenStream, TokenStream) {
        let description = &self.graph.nodes[number].description;
        let mut pieces = pieces(self.graph, description);
        let last = pieces.pop().unwrap_or_default();
        let (mut before, mut head) = (TokenStream::new(), self.head(description));
        for (place, piece) in pieces.into_iter().enumerate() {
            let operators = self.operators(head, &description.operators[piece]);
            let (local, middle) = (
                piece_name(number, place),
                format_ident!("stream_{number}_{place}", span = Span::mixed_site()),
            );
            let sent = self.sent_local(number, &local);
            before.extend(quote! {
                let #local = #operators;
                let (#local, #middle) = __streamlite::one(#local);
                #sent
            });
            head = quote!(#middle.fork());
        }
        let chain = self.operators(head, &description.operators[last]);
        (before, self.with_branches(chain, description))
    }

    /// What follows a statement of a function, which may run on another thread: if something in it cannot be sent
    /// there, rustc says so here, and the building says nothing more. A fragment is sent with what calls it.
    fn sent(&self, number: usize) -> Option<TokenStream> {
        self.sent_local(number, &node_name(number))
    }

    fn sent_local(&self, number: usize, local: &Ident) -> Option<TokenStream> {
        if !self.graph.owns || !self.graph.inputs.is_empty() {
            return None;
        }
        let span = at(self.graph.nodes[number].sent_at());
        let here = Ident::new(&local.to_string(), span);
        Some(quote_spanned!(span=> let #local = __streamlite::sent(&#here).or_unbuilt(#here);))
    }

    /// What precedes and follows a fragment's call: if a stream is not what it takes, rustc has said so at the
    /// argument, and the building says nothing more. The call's own `let` may bind the names anew.
    fn fits(&self, number: usize) -> (Option<TokenStream>, Option<TokenStream>) {
        let Head::Fragment { arguments, .. } = &self.graph.nodes[number].description.head else {
            return (None, None);
        };
        let names = arguments.iter().filter_map(|argument| match argument {
            CallArgument::Stream(name) => Some(name),
            CallArgument::Value(_) | CallArgument::Sink(_) => None,
        });
        let names: Vec<_> = names.collect();
        let span = names
            .first()
            .map_or_else(Span::mixed_site, |first| at(first.span()));
        let (node, inputs) = (
            Ident::new(&node_name(number).to_string(), span),
            Ident::new("inputs", span),
        );
        let each = names.iter().map(|name| quote_spanned!(at(name.span())=> &#name,));
        (
            Some(quote_spanned!(span=> let #inputs = (#(#each)*);)),
            Some(quote_spanned!(span=> let #node = __streamlite::taken(#inputs, &#node).or_unbuilt(#node);)),
        )
    }

    /// What a stream is bound to; `_` if nobody names it.
    fn bound(&self, stream: StreamId) -> TokenStream {
        let stream = self.graph.stream(stream);
        if stream.uses.is_empty() && stream.naming == crate::model::Naming::Dropped {
            quote!(_)
        } else {
            stream.name.to_token_stream()
        }
    }

    fn chain(&self, description: &Description) -> TokenStream {
        let chain = self.operators(self.head(description), &description.operators);
        self.with_branches(chain, description)
    }

    fn head(&self, description: &Description) -> TokenStream {
        match &description.head {
            // The name is the first token at its place: an editor goes from there to where the stream is bound.
            Head::Stream(_, name) => quote_spanned!(at(name.span())=> #name.fork()),
            Head::Fragment { function, arguments } => {
                let arguments = arguments.iter().map(|argument| self.call_argument(argument));
                quote!(#function(#(#arguments),*))
            }
        }
    }

    fn operators(&self, head: TokenStream, operators: &[Operator]) -> TokenStream {
        let places = operators.iter().enumerate();
        places.fold(head, |receiver, (place, operator)| match operator {
            Operator::Call(call) => self.call(&receiver, call, &operators[..place]),
            Operator::Aggregate(aggregate) => self.aggregate(&receiver, aggregate),
            Operator::Process(process) => self.process(&receiver, process),
        })
    }

    fn with_branches(&self, chain: TokenStream, description: &Description) -> TokenStream {
        match &description.branches {
            Some(branches) => self.matching(&chain, branches),
            None => chain,
        }
    }

    fn call(&self, receiver: &TokenStream, call: &Call, before: &[Operator]) -> TokenStream {
        let Call {
            method,
            turbofish,
            arguments,
            functions,
        } = call;
        let arguments = arguments.iter().map(|argument| self.call_argument(argument));
        let call_of = quote!(.#method #turbofish (#(#arguments),*));
        if let Some(RecordFunctions { given_by, value }) = functions {
            let stream = Ident::new("stream", Span::mixed_site());
            return quote!({
                let #stream = #receiver;
                let #value = #stream.#given_by();
                #stream #call_of
            });
        }
        let whole = quote!(#receiver #call_of);
        let checks = self.checks(method, before);
        if !checks.is_empty() {
            // What is bound is not written: the first token at the operator's place is the operator.
            let span = at(method.span());
            let (bound, keyed) = (Ident::new("keyed", Span::mixed_site()), Ident::new("keyed", span));
            let checked = checks.iter().fold(keyed.to_token_stream(), |checked, check| {
                let check = Ident::new(check, span);
                quote_spanned!(span=> __streamlite::#check(#checked))
            });
            return quote!({ let #bound = #whole; #checked });
        }
        if self.graph.owns && is_process(&method.to_string()) {
            return self.own_process(receiver, call, &call_of);
        }
        if self.graph.owns && is_short_form(&method.to_string()) {
            return self.short_form(receiver, method, &call_of);
        }
        whole
    }

    /// What asks of an operator's keys and rows what it needs of them, one after the other.
    fn checks(&self, method: &Ident, before: &[Operator]) -> Vec<&'static str> {
        let name = method.to_string();
        let of = match before.last() {
            Some(Operator::Call(call)) => kind(&call.method.to_string()),
            _ => None,
        };
        let (repeated, stored) = match of {
            _ if is_key(&name) => (None, "stored_key"),
            _ if !is_join_key(&name) => return Vec::new(),
            Some(Kind::AsOf) => (Some("repeated_right"), "stored_as_of"),
            Some(Kind::Connect) => (None, "stored_common_key"),
            Some(Kind::Broadcast) => (None, "stored_broadcast_key"),
            _ => (Some("repeated_rows"), "stored_rows"),
        };
        let stored = self.graph.owns.then_some(stored);
        repeated.into_iter().chain(stored).collect()
    }

    /// The short form of an aggregate, in a function: what it keeps must be storable, which is asked at its name.
    fn short_form(&self, receiver: &TokenStream, method: &Ident, call: &TokenStream) -> TokenStream {
        let span = at(method.span());
        let [stream, rows, short] =
            ["stream", "rows", "short"].map(|name| Ident::new(name, Span::mixed_site()));
        let [kept, rows_here, short_here] = ["kept", "rows", "short"].map(|name| Ident::new(name, span));
        let checked = quote_spanned! {span=>
            let #kept = __streamlite::kept_by(&#rows_here, &#short_here);
            __streamlite::stored_state(#kept, #short_here)
        };
        quote!({
            let #stream = #receiver;
            let #rows = #stream.rows();
            let #short = #stream #call;
            #checked
        })
    }

    fn call_argument(&self, argument: &CallArgument) -> TokenStream {
        match argument {
            CallArgument::Value(argument) => self.argument(argument, argument.expr.to_token_stream()),
            CallArgument::Stream(name) | CallArgument::Sink(name) => name.to_token_stream(),
        }
    }

    /// An argument after clones of the parameters that are mentioned again later.
    pub(super) fn argument(&self, argument: &Argument, value: TokenStream) -> TokenStream {
        let cloned = argument.mentions.iter();
        let cloned: Vec<_> = cloned.filter(|name| !self.is_last(argument, name)).collect();
        if cloned.is_empty() {
            return value;
        }
        quote!({
            #(#[allow(unused_variables)] let #cloned = __streamlite::parameter(&#cloned).for_a_mention();)*
            #value
        })
    }

    /// Whether no later argument mentions the parameter, so that this one may have it.
    fn is_last(&self, argument: &Argument, name: &Ident) -> bool {
        self.graph.last_mention.get(&name.to_string()) == Some(&argument.number)
    }

    /// What precedes and follows a statement that clones parameters: they must be `Clone`, which is asked where they
    /// are mentioned. It is asked after the statement, as the first token at a place is the user's, and of the type
    /// alone, as the statement may have moved the parameter.
    fn mentioned_again(&self, number: usize) -> (TokenStream, TokenStream) {
        let arguments = self.graph.nodes[number].description.arguments();
        let cloned = arguments.into_iter().flat_map(|argument| {
            let mentions = argument.mentions.iter().zip(&argument.mentioned_at);
            mentions.filter(|(name, _)| !self.is_last(argument, name))
        });
        let checks = cloned.enumerate().map(|(place, (name, &mentioned_at))| {
            let text = format!("mentioned_{place}");
            let [bound, used] = [Span::mixed_site(), at(mentioned_at)].map(|span| Ident::new(&text, span));
            (
                quote!(let #bound = __streamlite::type_of(&#name);),
                quote_spanned!(at(mentioned_at)=> __streamlite::mentioned_again(#used);),
            )
        });
        checks.unzip()
    }

    /// A closure of the macro's own, around something of the user's.
    pub(super) fn closure(&self, parameters: &TokenStream, body: &Argument) -> TokenStream {
        let (capture, value) = (self.capture(), &body.expr);
        self.argument(body, quote!(#capture |#parameters| #value))
    }

    /// The same around several things of the user's.
    pub(super) fn handler(
        &self,
        parameters: &TokenStream,
        body: &TokenStream,
        arguments: &[&Argument],
    ) -> TokenStream {
        let capture = self.capture();
        let closure = quote!(#capture |#parameters| { #body });
        let arguments = arguments.iter().rev();
        arguments.fold(closure, |closure, argument| self.argument(argument, closure))
    }

    fn capture(&self) -> Option<TokenStream> {
        self.graph.owns.then(|| quote!(move))
    }

    fn aggregate(&self, receiver: &TokenStream, aggregate: &Aggregate) -> TokenStream {
        let Aggregate {
            method,
            rows,
            hoisted,
            heads,
            body,
        } = aggregate;
        let calls = hoisted
            .iter()
            .map(|(name, call)| self.accumulator(rows, name, call));
        let names = nested(hoisted.iter().map(|(name, _)| name.to_token_stream()).collect());
        let finish = self.closure(&quote!(#(#heads,)* #names), body);
        let stream = Ident::new("stream", Span::mixed_site());
        // Where they are not used this was said, or the closure is half typed.
        let allowed = hoisted.is_empty().then(|| quote!(#[allow(unused_variables)]));
        quote!({
            let #stream = #receiver;
            #allowed
            let #rows = #stream.rows();
            #(#calls)*
            #stream.#method(#names, #finish)
        })
    }

    /// One call on the rows. In a function what it keeps must be storable, which is asked at the call: after it, when
    /// all types are known.
    fn accumulator(&self, rows: &Ident, name: &Ident, call: &Argument) -> TokenStream {
        let aggregate = self.argument(call, call.expr.to_token_stream());
        // A name without parentheses is half typed: an editor takes the first tokens at its place for it.
        let is_call = matches!(&call.expr, syn::Expr::MethodCall(_));
        let check = (self.graph.owns && is_call).then(|| {
            let kept = Ident::new("kept", name.span());
            quote_spanned! {name.span()=>
                let #kept = __streamlite::kept(&#rows, &#name);
                let #name = __streamlite::stored_state(#kept, #name);
            }
        });
        quote!(let #name = #aggregate; #check)
    }

    fn matching(&self, receiver: &TokenStream, branches: &Branches) -> TokenStream {
        let Branches {
            keyword,
            record,
            names,
            arms,
        } = branches;
        let slots: Vec<_> = names.iter().map(|branch| slot(&branch.name)).collect();
        let types = names.iter().map(|branch| {
            if branch.many {
                quote!(__streamlite::Many<_>)
            } else {
                quote!(__streamlite::One<_>)
            }
        });
        let closure = self.closure(&quote!(#record, (#(#slots,)*): &mut (#(#types,)*)), arms);
        quote_spanned!(at(keyword.span)=> __streamlite::matching(#receiver, #closure))
    }
}

/// A tuple, or a tuple of tuples where there are too many.
fn nested(mut items: Vec<TokenStream>) -> TokenStream {
    while items.len() > TUPLE {
        items = items.chunks(TUPLE).map(|chunk| quote!((#(#chunk,)*))).collect();
    }
    quote!((#(#items,)*))
}
