//! The graph as a constant of the runtime.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use super::tree::tree;
use crate::model::{Graph, Naming, Origin};
use crate::syntax::{Parameter, Port};

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
            Naming::Named => stream.name.to_string(),
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
            let (name, item) = (name.to_string(), text_of(&port.item));
            Some(quote!(__streamlite::GraphSink { name: #name, item: #item }))
        }
        _ => None,
    });
    let nodes = graph.nodes.iter().map(|node| {
        let (label, operators, line) = (
            &node.label,
            node.description.operator_names(),
            line(node.begins_at),
        );
        let (inputs, outputs) = (
            node.inputs.iter().map(|stream| stream.0),
            node.outputs.iter().map(|stream| stream.0),
        );
        let (stateful, conserves, identity) = (node.stateful_at.is_some(), node.conserves(), &node.identity);
        let sink = match &node.sink {
            Some(sink) => quote!(::core::option::Option::Some(#sink)),
            None => quote!(::core::option::Option::None),
        };
        quote!(__streamlite::GraphNode {
            name: #label,
            identity: #identity,
            operators: &[#(#operators),*],
            inputs: &[#(#inputs),*],
            outputs: &[#(#outputs),*],
            sink: #sink,
            stateful: #stateful,
            conserves: #conserves,
            line: #line,
        })
    });
    let tree = tree(graph, parameters);
    quote!(__streamlite::Graph {
        name: #name,
        sources: &[#(#sources),*],
        streams: &[#(#streams),*],
        nodes: &[#(#nodes),*],
        sinks: &[#(#sinks),*],
        tree: #tree,
    })
}

/// What flows through the port of this name.
pub(super) fn item_of(name: &str, parameters: &[Parameter]) -> Option<String> {
    let port = parameters.iter().find(|parameter| parameter.name() == name);
    port.and_then(port_of).map(|port| text_of(&port.item))
}

fn port_of(parameter: &Parameter) -> Option<&Port> {
    match parameter {
        Parameter::Source(_, port) | Parameter::Sink(_, port) | Parameter::Stream(_, port) => Some(port),
        Parameter::Value(..) => None,
    }
}

/// A type as a reader would write it: the tokens without the spaces between them.
fn text_of(ty: &syn::Type) -> String {
    let text = ty.to_token_stream().to_string();
    let mut tight = text
        .replace(" < ", "<")
        .replace(" > ", ">")
        .replace(" >", ">")
        .replace(" :: ", "::");
    for sign in [",", ")", ";"] {
        tight = tight.replace(&format!(" {sign}"), sign);
    }
    tight.replace("( ", "(").replace("& ", "&")
}

fn line(span: proc_macro2::Span) -> u32 {
    u32::try_from(span.start().line).unwrap_or(0)
}
