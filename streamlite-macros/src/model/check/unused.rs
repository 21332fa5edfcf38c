//! Streams, sources and sinks that nobody uses.
//!
//! A stream that goes nowhere is work for nothing and nearly always a forgotten `.to(…)`; a sink that nothing is
//! written to stays empty without a word. Whoever means it writes `_`.

use crate::errors::Errors;
use crate::model::graph::{Graph, Naming, Origin};

pub(super) fn unused(graph: &Graph, errors: &mut Errors) {
    for stream in &graph.streams {
        if !stream.uses.is_empty() || stream.broken || stream.naming != Naming::Named {
            continue;
        }
        let name = &stream.name;
        let text = match stream.origin {
            Origin::Source(_) => {
                format!("source `{name}` is never read: start a chain with it, `{name}.map(…)`, or remove it")
            }
            _ => format!(
                "stream `{name}` is never used: send it somewhere, `{name}.to(…)`, or drop it in plain sight by `_`"
            ),
        };
        errors.at(name.span(), text);
    }
    for sink in graph.sinks.iter().filter(|sink| !sink.written) {
        let name = &sink.name;
        errors.at(
            name.span(),
            format!("sink `{name}` is never written: send a stream to it, `….to({name});`, or remove it"),
        );
    }
}
