//! A fragment of too many operators in a row.
//!
//! A pipeline is cut where its type becomes too deep for rustc, a fragment cannot be; without this check rustc would
//! speak of its recursion limit, at no place of the user's.

use crate::errors::Errors;
use crate::model::depth::{DEEPEST_FRAGMENT, Depths};
use crate::model::graph::Graph;

pub(super) fn depth(graph: &Graph, errors: &mut Errors) {
    if graph.inputs.is_empty() {
        return;
    }
    let depths = Depths::of(graph);
    let too_deep = (0..graph.nodes.len()).rev();
    let first = too_deep
        .into_iter()
        .find(|&node| depths.of_node(node) > DEEPEST_FRAGMENT);
    if let Some(node) = first {
        let text = format!(
            "from this statement on {} operators follow one another in one fragment, where {DEEPEST_FRAGMENT} may: move some \
             of them to a fragment of their own",
            depths.of_node(node),
        );
        errors.at(graph.nodes[node].span, text);
    }
}
