//! A pipeline expression.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

use super::assemble::{Assemble, Wiring, context};
use super::{at, constant, describe, import, source_name};
use crate::model::{Graph, LoweredExpression};

/// What the pipeline of an expression is called in reports.
const NAME: &str = "expression";

pub(crate) fn expression(library: &TokenStream, expression: &LoweredExpression) -> TokenStream {
    let LoweredExpression { graph, errors } = expression;
    let (import, statements) = (import(library), describe::describe(graph));
    if graph.stopped || !errors.is_empty() {
        let errors = errors.to_tokens(None);
        return quote!({
            #import
            #statements
            #errors
            ::core::unreachable!()
        });
    }
    let (ends, job) = (ends(graph), job(graph));
    quote!({
        #import
        #statements
        #ends
        #job
    })
}

/// Asks for sources that end, where an aggregate is final only then.
fn ends(graph: &Graph) -> TokenStream {
    let ends = graph
        .must_end()
        .into_iter()
        .enumerate()
        .filter_map(|(number, operator)| {
            let (source, operator) = (source_name(number), operator?);
            Some(quote_spanned!(at(operator)=> __streamlite::ends(&#source);))
        });
    ends.collect()
}

fn job(graph: &Graph) -> TokenStream {
    let constant = constant::graph(NAME, graph, &[]);
    let constant = quote!({
        const GRAPH: __streamlite::Graph = #constant;
        &GRAPH
    });
    let (cx, out) = (context(), Ident::new("out", Span::mixed_site()));
    let leaving = [out.clone()];
    let assemble = Assemble {
        graph,
        wiring: Wiring::Pipeline,
        leaving: &leaving,
    };
    let (nodes, feeds) = (assemble.nodes(), assemble.feeds());
    match graph.outputs.first() {
        Some(&stream) => {
            let last = &graph.stream(stream).name;
            quote! {
                __streamlite::Collectable::transient(#constant, &#last, move |#cx, #out| {
                    #nodes
                    #feeds
                })
            }
        }
        None => quote! {
            __streamlite::LocalJob::transient(#constant, move |#cx| {
                #nodes
                #feeds
            })
        },
    }
}
