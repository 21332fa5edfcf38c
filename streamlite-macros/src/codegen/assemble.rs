//! The second half of an expansion: from the sinks up, each statement is built in front of what takes its streams.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};

use super::{copies_name, node_name, source_name};
use crate::model::{Graph, StreamId, User};

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
        (0..self.graph.nodes.len())
            .rev()
            .map(|number| self.node(number))
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

    fn node(&self, number: usize) -> TokenStream {
        let node = &self.graph.nodes[number];
        let shape = format_ident!("Node{}{}", node.inputs.len(), node.outputs.len());
        let (local, cx) = (node_name(number), context());
        let scope = match self.wiring {
            Wiring::Pipeline => quote!(#cx.node(#number)),
            Wiring::Fragment => {
                let label = &node.label;
                quote!(#cx.within(#label))
            }
        };
        let nexts = node.outputs.iter().map(|&stream| self.next(stream));
        let ports: Vec<_> = (0..node.inputs.len())
            .map(|input| port_name(number, input))
            .collect();
        let ports = match &ports[..] {
            [one] => one.to_token_stream(),
            several => quote!((#(#several),*)),
        };
        quote!(let #ports = __streamlite::#shape::build(#local, #scope #(, #nexts)*);)
    }

    /// What takes a stream's records.
    pub(super) fn next(&self, stream: StreamId) -> TokenStream {
        let users = self
            .graph
            .stream(stream)
            .uses
            .iter()
            .map(|used| self.user(used.by));
        let mut users: Vec<TokenStream> = users.collect();
        let last = users.pop().unwrap_or_else(|| quote!(__streamlite::Nowhere));
        let copies = copies_name(stream.0);
        let next = users.into_iter().rev().fold(
            last,
            |rest, user| quote!(__streamlite::Tee::new(#user, #rest, __streamlite::again(&#copies))),
        );
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

/// The local that holds what an input of a node is pushed into.
fn port_name(node: usize, input: usize) -> Ident {
    format_ident!("into_{node}_{input}", span = Span::mixed_site())
}
