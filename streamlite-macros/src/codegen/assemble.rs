//! The second half of an expansion: from the sinks up, each statement is built in front of what takes its streams.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};

use super::{copies_name, node_name, piece_name, source_name};
use crate::model::{Depths, Graph, StreamId, User, pieces};

/// How nodes and streams are wired: a pipeline counts what passes, a fragment belongs to the statement that calls it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wiring {
    Pipeline,
    Fragment,
}

/// Builds a graph.
pub(super) struct Assemble<'a> {
    pub(super) graph: &'a Graph,
    pub(super) wiring: Wiring,
    /// What the streams that leave are pushed into.
    pub(super) leaving: &'a [Ident],
}

/// The local that holds the context.
pub(super) fn context() -> Ident {
    Ident::new("cx", Span::mixed_site())
}

impl Assemble<'_> {
    /// Builds every node, the last first.
    pub(super) fn nodes(&self) -> TokenStream {
        let depths = Depths::of(self.graph);
        (0..self.graph.nodes.len())
            .rev()
            .map(|number| self.node(number, &depths))
            .collect()
    }

    /// Feeds every source.
    pub(super) fn feeds(&self) -> TokenStream {
        let cx = context();
        let feeds = self.graph.sources.iter().enumerate().map(|(number, source)| {
            let (local, next) = (source_name(number), self.next(source.stream));
            quote!(#cx.feed(#number, #local, #next);)
        });
        feeds.collect()
    }

    fn node(&self, number: usize, depths: &Depths) -> TokenStream {
        let node = &self.graph.nodes[number];
        let shape = format_ident!("Node{}{}", node.inputs.len(), node.outputs.len());
        let (local, cx) = (node_name(number), context());
        let scope = match self.wiring {
            Wiring::Pipeline => quote!(#cx.node(#number)),
            Wiring::Fragment => {
                let identity = &node.identity;
                quote!(#cx.within(#identity))
            }
        };
        let nexts = node.outputs.iter().map(|&stream| {
            let next = self.next(stream);
            if depths.ends_at(number) {
                quote!(#cx.boundary(#next))
            } else {
                next
            }
        });
        let ports: Vec<_> = (0..node.inputs.len())
            .map(|input| port_name(number, input))
            .collect();
        let ports = match &ports[..] {
            [one] => one.to_token_stream(),
            several => quote!((#(#several),*)),
        };
        let pieces = pieces(self.graph, &node.description).len() - 1;
        let scope = (0..pieces).fold(scope, |scope, piece| {
            let piece = piece_name(number, piece);
            quote!(__streamlite::after_piece(&#scope, &#piece))
        });
        let last = quote!(let #ports = __streamlite::#shape::build(#local, #scope #(, #nexts)*););
        let before = (0..pieces).rev().map(|piece| self.piece(number, piece));
        quote!(#last #(#before)*)
    }

    /// Builds a piece of a statement that is too long for one type, in front of the one that follows it.
    fn piece(&self, number: usize, piece: usize) -> TokenStream {
        let (cx, port, local) = (context(), port_name(number, 0), piece_name(number, piece));
        let scope = (0..piece).fold(quote!(#cx.node(#number)), |scope, piece| {
            let piece = piece_name(number, piece);
            quote!(__streamlite::after_piece(&#scope, &#piece))
        });
        quote!(let #port = __streamlite::Node11::build(#local, #scope, #cx.boundary(#port));)
    }

    /// What takes a stream's records.
    pub(super) fn next(&self, stream: StreamId) -> TokenStream {
        let users = self
            .graph
            .stream(stream)
            .uses
            .iter()
            .map(|used| self.user(used.by));
        let users: Vec<TokenStream> = users.collect();
        let next = tee(&users, &copies_name(stream.0));
        match self.wiring {
            Wiring::Pipeline if !self.graph.count_is_known(stream) => {
                let (cx, index) = (context(), stream.0);
                quote!(#cx.stream(#index, #next))
            }
            Wiring::Pipeline | Wiring::Fragment => next,
        }
    }

    fn user(&self, user: User) -> TokenStream {
        match user {
            User::Node { node, input } => port_name(node, input).to_token_stream(),
            User::Output(number) => self
                .leaving
                .get(number)
                .map(ToTokens::to_token_stream)
                .unwrap_or_default(),
            User::Nobody => quote!(__streamlite::Nowhere),
        }
    }
}

/// What takes the records of a stream with these users, in their order: a balanced tree, so that it is not nested once
/// per user.
fn tee(users: &[TokenStream], copies: &Ident) -> TokenStream {
    match users {
        [] => quote!(__streamlite::Nowhere),
        [one] => one.clone(),
        several => {
            let (first, last) = several.split_at(several.len() / 2);
            let (first, last) = (tee(first, copies), tee(last, copies));
            quote!(__streamlite::Tee::new(#first, #last, __streamlite::again(&#copies)))
        }
    }
}

/// The local that holds what an input of a node is pushed into.
fn port_name(node: usize, input: usize) -> Ident {
    format_ident!("into_{node}_{input}", span = Span::mixed_site())
}
