//! Two statements that keep state under one name.
//!
//! A checkpoint finds the state of an operator by its statement's name. With two of one name the state of one would be
//! restored into the other, so the names differ. Statements without state may share a name, as `let` may shadow.

use crate::errors::Errors;
use crate::model::graph::Graph;

pub(super) fn identities(graph: &Graph, errors: &mut Errors) {
    for (place, source) in graph.sources.iter().enumerate() {
        let identity = source.identity();
        if graph.sources[..place]
            .iter()
            .any(|other| other.identity() == identity)
        {
            let text = format!(
                "a second source `{identity}`: its positions are found again by the name, so give this one another"
            );
            errors.at(source.span, text);
        }
    }
    for (place, node) in graph.nodes.iter().enumerate() {
        let Some(_) = node.stateful_at else { continue };
        let before = &graph.nodes[..place];
        if before
            .iter()
            .any(|other| other.stateful_at.is_some() && other.identity == node.identity)
        {
            let name = &node.identity;
            errors.at(
                node.span,
                format!("a second `{name}` that keeps state: its state is found again by the name, so give this one another: `let {name}_again = …;`"),
            );
        }
    }
}
