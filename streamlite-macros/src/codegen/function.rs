//! A pipeline function, and the type of the same name beside it.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

use super::assemble::{Assemble, Wiring, context};
use super::{at, constant, describe, import, located, parameters_used, source_name, test_driver, tree};
use crate::model::LoweredFunction;
use crate::syntax::{Parameter, Port, text};

pub(super) fn pipeline(library: &TokenStream, function: &LoweredFunction) -> TokenStream {
    let LoweredFunction {
        attributes,
        visibility,
        name,
        generics,
        graph,
        errors,
        ..
    } = function;
    let where_clause = &generics.where_clause;
    let signature = signature(library, function);
    let (import, ports, statements) = (import(library), ports(function), describe::describe(graph));
    let (used, body) = (parameters_used(function), body(function));
    let constant = constant::graph(&text(name), graph, &function.parameters);
    let test = test_driver::test_driver(function);
    let test_name = name.clone();
    // After the function: an editor asks for the expansion with and without the next word, and what stands before it
    // must be the same.
    let drawn = format!("\n```text\n{}```", tree::tree(graph, &function.parameters));
    let when = function.when.as_ref().map(|when| quote!(#[cfg(#when)]));
    let errors = errors.to_tokens(when.as_ref());
    quote! {
        #when
        #(#attributes)*
        #[allow(clippy::implied_bounds_in_impls, clippy::shadow_unrelated)]
        #visibility fn #name #generics (#signature) -> #library::Job #where_clause {
            #import
            #used
            #ports
            #statements
            #body
        }

        #when
        /// The graph and the test driver of the pipeline of the same name.
        #[doc = #drawn]
        #[allow(non_camel_case_types)]
        #[derive(::core::fmt::Debug)]
        #visibility enum #test_name {}

        #when
        const _: () = {
            #import
            impl #name {
                /// The graph of the pipeline.
                pub const GRAPH: __streamlite::Graph = #constant;
            }
            #test
        };
        #errors
    }
}

/// The parameters: ports are anything that is a source or a sink.
fn signature(library: &TokenStream, function: &LoweredFunction) -> TokenStream {
    let must_end = function.graph.must_end();
    let mut sources = 0;
    let parameters = function.parameters.iter().map(|parameter| match parameter {
        Parameter::Source(
            name,
            Port {
                path, item, bounds, ..
            },
        ) => {
            let bounded = must_end
                .get(sources)
                .copied()
                .flatten()
                .map(|operator| bounded(library, operator));
            sources += 1;
            quote!(#name: impl #path<Item = #item> #(+ #bounds)* #bounded + 'static)
        }
        Parameter::Sink(
            name,
            Port {
                path, item, bounds, ..
            },
        ) => {
            quote!(#name: impl #path<#item> #(+ #bounds)* + 'static)
        }
        Parameter::Stream(name, Port { path, item, .. }) => quote!(#name: #path<#item>),
        Parameter::Value(name, ty) => quote!(#name: #ty),
        Parameter::Wrong(name) => quote!(#name: impl ::core::marker::Sized),
    });
    let parameters: Vec<_> = parameters.collect();
    quote!(#(#parameters),*)
}

/// The bound that a source ends, at the operator that asks for it: so the error at a call shows both.
fn bounded(library: &TokenStream, operator: Span) -> TokenStream {
    let library = located(library, operator);
    quote_spanned!(at(operator)=> + #library::macro_support::Bounded)
}

/// Names the sources' streams.
fn ports(function: &LoweredFunction) -> TokenStream {
    let sources = function
        .parameters
        .iter()
        .filter_map(|parameter| match parameter {
            Parameter::Source(name, _) => Some(name),
            _ => None,
        });
    let ports = sources.enumerate().map(|(number, name)| {
        let source = source_name(number);
        quote! {
            let #source = #name;
            #[allow(unused_variables)]
            let #name = __streamlite::port(&#source);
        }
    });
    // Whether a sink is written is for the macro to say, which knows it better than rustc.
    let sinks = function.graph.sinks.iter().map(|sink| {
        let name = &sink.name;
        quote!(let _ = &#name;)
    });
    ports.chain(sinks).collect()
}

/// Builds the job, unless something is wrong: then the body has the right type all the same.
fn body(function: &LoweredFunction) -> TokenStream {
    if function.graph.stopped || !function.errors.is_empty() {
        return quote!(::core::unreachable!());
    }
    let assemble = Assemble {
        graph: &function.graph,
        wiring: Wiring::Pipeline,
        leaving: &[],
    };
    let (nodes, feeds, cx, name) = (assemble.nodes(), assemble.feeds(), context(), &function.name);
    quote! {
        __streamlite::Job::durable(&#name::GRAPH, move |#cx| {
            #nodes
            #feeds
        })
    }
}
