//! What a block must have.
//!
//! A pipeline reads something and writes something; what ends in a stream is a fragment or an expression. A fragment is
//! a piece between streams: sources and sinks belong to the pipeline that it is used in, and the test driver of that
//! pipeline must see them.

use proc_macro2::Span;
use syn::spanned::Spanned;

use crate::errors::Errors;
use crate::model::LoweredFunction;
use crate::model::graph::{Graph, StreamId};
use crate::syntax::Parameter;

/// So many streams a fragment takes and returns.
pub(crate) const MOST_INPUTS: usize = 4;
pub(crate) const MOST_OUTPUTS: usize = 8;

pub(super) fn function(function: &mut LoweredFunction) {
    if function.is_fragment() {
        fragment(function);
    } else {
        pipeline(function);
    }
}

fn pipeline(function: &mut LoweredFunction) {
    let (graph, errors) = (&function.graph, &mut function.errors);
    if let Some(&stream) = graph.outputs.first() {
        errors.at(
            last_use(graph, stream),
            "this stream goes nowhere: a pipeline's statements end in `.to(sink);` or `.for_each(…);`",
        );
    } else if graph.sources.is_empty() {
        let text = "a pipeline reads something: give it a source, `readings: Source<Reading>`, or start a chain with `from(…)`";
        errors.at(function.name.span(), text);
    } else if !graph.nodes.iter().any(|node| node.outputs.is_empty()) && graph.sinks.is_empty() {
        let text = "a pipeline writes something: give it a sink, `alerts: Sink<Alert>`, and send a stream there, `….to(alerts);`";
        errors.at(function.name.span(), text);
    }
}

fn fragment(function: &mut LoweredFunction) {
    let (graph, errors) = (&function.graph, &mut function.errors);
    for parameter in &function.parameters {
        let kind = match parameter {
            Parameter::Source(..) => "source",
            Parameter::Sink(..) => "sink",
            Parameter::Stream(..) | Parameter::Value(..) | Parameter::Wrong(..) => continue,
        };
        let text = format!(
            "a fragment has no {kind}: it goes from streams to streams, and the pipeline that calls it has the {kind}s"
        );
        errors.at(parameter.name().span(), text);
    }
    let streams = function
        .parameters
        .iter()
        .filter(|parameter| matches!(parameter, Parameter::Stream(..)));
    if let Some(fifth) = streams.clone().nth(MOST_INPUTS) {
        errors.at(
            fifth.name().span(),
            "a fragment takes at most four streams: unite some of them first, `union(a, b)`",
        );
    }
    if let Some(ninth) = function.outputs.get(MOST_OUTPUTS) {
        errors.at(
            ninth.path.span(),
            "a fragment returns at most eight streams: make two of it",
        );
    }
    if graph.inputs.is_empty() {
        errors.at(
            function.name.span(),
            "a fragment takes at least one stream: `readings: Stream<Reading>`",
        );
    }
    if function.outputs.is_empty() {
        errors.at(
            function.name.span(),
            "a function of streams is a fragment and returns streams: write what it returns, `-> Stream<T>`",
        );
    }
    if let Some(source) = graph
        .sources
        .iter()
        .find(|source| source.from.is_some() && !graph.inputs.is_empty())
    {
        errors.at(
            source.span,
            "a fragment has no source: take the stream as a parameter, `numbers: Stream<u32>`",
        );
    }
    if let Some(node) = graph.nodes.iter().find(|node| node.outputs.is_empty()) {
        errors.at(
            node.ends_at,
            "a fragment has no output: return the stream, and write it where the fragment is called",
        );
    }
    if errors.is_empty() && graph.outputs.len() != function.outputs.len() {
        let (returned, declared) = (graph.outputs.len(), function.outputs.len());
        let span = graph
            .outputs
            .first()
            .map_or_else(|| function.name.span(), |&stream| last_use(graph, stream));
        let text = if returned == 0 {
            "a fragment ends in its stream, or in a tuple of its streams, without a `;`".to_owned()
        } else {
            let streams = if returned == 1 {
                "one stream".to_owned()
            } else {
                format!("{returned} streams")
            };
            format!("this fragment ends in {streams}, and its signature says {declared}")
        };
        errors.at(span, text);
    }
}

pub(super) fn expression(graph: &Graph, errors: &mut Errors) {
    if let [_, second, ..] = &graph.outputs[..] {
        let text = "an expression ends in one stream: write the others to sinks, or make it a function";
        errors.at(last_use(graph, *second), text);
    } else if graph.sources.is_empty() {
        errors.at(
            Span::call_site(),
            "an expression starts with something to read: `from(…)`",
        );
    } else if graph.outputs.is_empty() && !graph.nodes.iter().any(|node| node.outputs.is_empty()) {
        errors.at(
            Span::call_site(),
            "an expression ends in a stream without `;`, or in an output such as `.to(sink)`",
        );
    }
}

fn last_use(graph: &Graph, stream: StreamId) -> Span {
    graph
        .stream(stream)
        .uses
        .last()
        .map_or_else(Span::call_site, |last| last.span)
}
