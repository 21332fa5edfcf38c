//! Statements to a graph: what each name means, which statement feeds which, and every check that needs to know.

mod argument;
mod branches;
mod check;
mod depth;
mod details;
mod graph;
mod lower;
mod names;
mod operators;
mod process;
mod rows;

pub(crate) use argument::Argument;
pub(crate) use branches::{Branches, slot};
pub(crate) use check::{MOST_INPUTS, MOST_OUTPUTS};
pub(crate) use depth::{Depths, pieces};
pub(crate) use graph::{
    Call, CallArgument, Description, End, Graph, Head, Naming, Node, Operator, Origin, RecordFunctions, Step,
    StreamId, User,
};
pub(crate) use operators::{Kind, is_join_key, is_key, is_process, is_short_form, kind};
pub(crate) use process::{Handler, Inputs, Process, State, StateKind, nested as nested_states};
pub(crate) use rows::Aggregate;

use crate::errors::Errors;
use crate::syntax::{Body, Function, Parameter, Port};
use lower::Lowering;

/// A function and its graph.
pub(crate) struct LoweredFunction {
    /// When it is this variant of it.
    pub(crate) when: Option<proc_macro2::TokenStream>,
    pub(crate) attributes: Vec<syn::Attribute>,
    pub(crate) visibility: syn::Visibility,
    pub(crate) name: syn::Ident,
    pub(crate) generics: syn::Generics,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) outputs: Vec<Port>,
    pub(crate) graph: Graph,
    pub(crate) errors: Errors,
    /// Something that a block must have is missing, where each statement by itself is right.
    pub(crate) misshapen: bool,
}

impl LoweredFunction {
    /// Whether it takes streams, and so is a piece of a pipeline.
    pub(crate) fn is_fragment(&self) -> bool {
        !self.outputs.is_empty()
            || self
                .parameters
                .iter()
                .any(|parameter| matches!(parameter, Parameter::Stream(..)))
    }
}

/// An expression and its graph.
pub(crate) struct LoweredExpression {
    pub(crate) graph: Graph,
    pub(crate) errors: Errors,
}

/// Lowers and checks a function.
pub(crate) fn lower_function(function: Function) -> LoweredFunction {
    let Function {
        when,
        attributes,
        visibility,
        name,
        generics,
        parameters,
        outputs,
        body,
    } = function;
    let Body {
        statements,
        mut errors,
    } = body;
    let graph = Lowering::function(&parameters, &mut errors).lower(statements);
    let mut lowered = LoweredFunction {
        when,
        attributes,
        visibility,
        name,
        generics,
        parameters,
        outputs,
        graph,
        errors,
        misshapen: false,
    };
    check::function(&mut lowered);
    lowered
}

/// Lowers and checks an expression.
pub(crate) fn lower_expression(body: Body) -> LoweredExpression {
    let Body {
        statements,
        mut errors,
    } = body;
    let mut graph = Lowering::expression(&mut errors).lower(statements);
    check::expression(&mut graph, &mut errors);
    LoweredExpression { graph, errors }
}
