//! What only the graph knows: one check a file, each with the reason for its rule.

mod comma;
mod depth;
mod durations;
mod identity;
mod misplaced;
mod questions;
mod reserved;
mod shape;
mod triggers;
mod unused;

pub(super) use comma::missing_comma;
pub(super) use durations::{durations, own_durations};
pub(super) use misplaced::{keys, operator, unaggregated, unfinished};
pub(super) use questions::question_marks;
pub(crate) use shape::{MOST_INPUTS, MOST_OUTPUTS};
pub(super) use triggers::{purging, second_trigger};

use super::LoweredFunction;
use super::graph::Graph;
use crate::errors::Errors;

/// Checks a function, unless something was wrong with its statements: then what is missing may only look so.
pub(super) fn function(function: &mut LoweredFunction) {
    if function.errors.is_empty() && !function.graph.stopped {
        shape::function(function);
        function.misshapen = !function.errors.is_empty();
    }
    if function.errors.is_empty() && !function.graph.stopped {
        unused::unused(&function.graph, &mut function.errors);
        reserved::reserved(&function.parameters, &mut function.errors);
        depth::depth(&function.graph, &mut function.errors);
        identity::identities(&function.graph, &mut function.errors);
    }
}

/// Checks an expression.
pub(super) fn expression(graph: &mut Graph, errors: &mut Errors) {
    if errors.is_empty() && !graph.stopped {
        shape::expression(graph, errors);
    }
    if errors.is_empty() && !graph.stopped {
        unused::unused(graph, errors);
    }
}
