//! The graph as a constant of the runtime.

use proc_macro2::TokenStream;
use quote::quote;

use super::item::{item_of, text_of};
use super::tree::tree;
use crate::model::{End, Graph, Naming, Origin};
use crate::syntax::{Parameter, text};

/// The value of the constant.
pub(super) fn graph(name: &str, graph: &Graph, parameters: &[Parameter]) -> TokenStream {
    let sources = graph.sources.iter().map(|source| {
        let (name, stream, line) = (&source.name, source.stream.0, line(source.span));
        let item = item_of(name, parameters).unwrap_or_default();
        let identity = source.identity();
        quote!(__streamlite::GraphSource {
            name: #name,
            item: #item,
            identity: #identity,
            stream: #stream,
            line: #line,
        })
    });
    let streams = graph.streams.iter().map(|stream| {
        let name = match stream.naming {
            Naming::Named => text(&stream.name),
            Naming::Invented | Naming::Dropped => String::new(),
        };
        let origin = match stream.origin {
            Origin::Node(node) => quote!(Node(#node)),
            Origin::Source(source) => quote!(Source(#source)),
            Origin::Input | Origin::Nothing => quote!(Source(0)),
        };
        quote!(__streamlite::GraphStream { name: #name, origin: __streamlite::Origin::#origin })
    });
    let sinks = parameters.iter().filter_map(|parameter| match parameter {
        Parameter::Sink(name, port) => {
            let (name, item) = (text(name), text_of(&port.item));
            Some(quote!(__streamlite::GraphSink { name: #name, item: #item }))
        }
        _ => None,
    });
    let nodes = graph.nodes.iter().map(|node| {
        let (label, operators, details, line) = (
            &node.label,
            node.description.operator_names(),
            node.description.operator_details(),
            line(node.begins_at),
        );
        let (inputs, outputs) = (
            node.inputs.iter().map(|stream| stream.0),
            node.outputs.iter().map(|stream| stream.0),
        );
        let (stateful, conserves, identity) = (node.stateful_at.is_some(), node.conserves(), &node.identity);
        let end = match &node.end {
            Some(End::Sink(sink)) => {
                quote!(::core::option::Option::Some(__streamlite::GraphEnd::Sink(#sink)))
            }
            Some(End::Closure) => quote!(::core::option::Option::Some(__streamlite::GraphEnd::Closure)),
            None => quote!(::core::option::Option::None),
        };
        quote!(__streamlite::GraphNode {
            name: #label,
            identity: #identity,
            operators: &[#(#operators),*],
            details: &[#(#details),*],
            inputs: &[#(#inputs),*],
            outputs: &[#(#outputs),*],
            end: #end,
            stateful: #stateful,
            conserves: #conserves,
            line: #line,
        })
    });
    let tree = tree(graph, parameters);
    quote!(__streamlite::Graph::new(__streamlite::GraphParts {
        name: #name,
        sources: &[#(#sources),*],
        streams: &[#(#streams),*],
        nodes: &[#(#nodes),*],
        sinks: &[#(#sinks),*],
        tree: #tree,
    }))
}

fn line(span: proc_macro2::Span) -> u32 {
    u32::try_from(span.start().line).unwrap_or(0)
}
