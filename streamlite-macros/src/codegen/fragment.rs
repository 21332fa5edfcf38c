//! A fragment: a function from streams to streams, as a node that other pipelines build.
//!
//! `build` is generic over what comes next and closures cannot be, so the nodes of the fragment are fields of a struct
//! with one type parameter for each stream in between and one for each node.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};

use super::assemble::{Assemble, Wiring, context};
use super::{at, copies_name, describe, import, node_name, parameters_used};
use crate::model::{Graph, LoweredFunction, MOST_INPUTS, MOST_OUTPUTS, Origin, StreamId, User};
use crate::syntax::{Parameter, Port};

pub(super) fn fragment(library: &TokenStream, function: &LoweredFunction) -> TokenStream {
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
    let parameters = function.parameters.iter().map(|parameter| match parameter {
        Parameter::Stream(name, Port { path, item, .. }) => quote!(#name: #path<#item>),
        Parameter::Source(name, Port { path, item, .. }) => quote!(#name: impl #path<Item = #item>),
        Parameter::Sink(name, Port { path, item, .. }) => quote!(#name: impl #path<#item>),
        Parameter::Value(name, ty) => quote!(#name: #ty),
        Parameter::Wrong(name) => quote!(#name: impl ::core::marker::Sized),
    });
    let mut inputs: Vec<_> = items(function).collect();
    let nothing: syn::Type = syn::parse_quote!(());
    if inputs.is_empty() {
        inputs.push(&nothing);
    }
    inputs.truncate(MOST_INPUTS);
    let outputs: Vec<_> = function
        .outputs
        .iter()
        .take(MOST_OUTPUTS)
        .map(|port| &port.item)
        .collect();
    let shape = shape(&inputs, &outputs);
    let (import, statements) = (import(library), describe::describe(graph));
    let (used, nodes) = (parameters_used(function), nodes(function, &inputs, &outputs));
    let when = function.when.as_ref().map(|when| quote!(#[cfg(#when)]));
    let errors = errors.to_tokens(when.as_ref());
    quote! {
        #when
        #(#attributes)*
        #[allow(clippy::shadow_unrelated)]
        #visibility fn #name #generics (#(#parameters),*) -> #library::macro_support::Fragment<
            (#(#inputs,)*),
            (#(#outputs,)*),
            impl #library::macro_support::#shape<#(#inputs,)* #(#outputs,)* #library::macro_support::Durable>
        > #where_clause {
            #import
            #used
            #statements
            #nodes
        }
        #errors
    }
}

fn items(function: &LoweredFunction) -> impl Iterator<Item = &syn::Type> {
    function
        .parameters
        .iter()
        .filter_map(|parameter| match parameter {
            Parameter::Stream(_, port) => Some(&port.item),
            _ => None,
        })
}

fn shape(inputs: &[&syn::Type], outputs: &[&syn::Type]) -> Ident {
    format_ident!("Node{}{}", inputs.len(), outputs.len())
}

/// The struct of the nodes, how it is built, and its value.
fn nodes(function: &LoweredFunction, inputs: &[&syn::Type], outputs: &[&syn::Type]) -> TokenStream {
    let graph = &function.graph;
    if graph.stopped || !function.errors.is_empty() {
        return quote!(__streamlite::fragment(__streamlite::Unbuilt));
    }
    let types = Types {
        graph,
        inputs,
        outputs,
    };
    let streams = types.parameters();
    let nodes: Vec<_> = (0..graph.nodes.len())
        .map(|number| format_ident!("N{number}"))
        .collect();
    let locals: Vec<_> = (0..graph.nodes.len()).map(node_name).collect();
    let bounds = graph.nodes.iter().zip(&nodes).map(|(node, parameter)| {
        let shape = format_ident!("Node{}{}", node.inputs.len(), node.outputs.len());
        let streams = node
            .inputs
            .iter()
            .chain(&node.outputs)
            .map(|&stream| types.of(stream));
        quote!(#parameter: __streamlite::#shape<#(#streams,)* __streamlite::Durable>)
    });
    let shared: Vec<_> = (0..graph.streams.len())
        .map(StreamId)
        .filter(|&stream| graph.is_shared(stream))
        .collect();
    // The proof that a shared stream's records can be copied comes from where the fragment is described.
    let copies: Vec<_> = shared.iter().map(|stream| copies_name(stream.0)).collect();
    let proofs: Vec<_> = shared
        .iter()
        .map(|stream| format_ident!("C{}", stream.0))
        .collect();
    let copiers = shared.iter().zip(&proofs).map(|(&stream, proof)| {
        let item = types.of(stream);
        quote!(#proof: __streamlite::Copier<#item> + __streamlite::Again)
    });

    let leaving: Vec<_> = (0..outputs.len())
        .map(|number| format_ident!("next_{number}", span = Span::mixed_site()))
        .collect();
    let nexts: Vec<_> = (0..outputs.len())
        .map(|number| format_ident!("P{number}"))
        .collect();
    let assemble = Assemble {
        graph,
        wiring: Wiring::Fragment,
        leaving: &leaving,
    };
    let (build, entries) = (
        assemble.nodes(),
        graph.inputs.iter().map(|&stream| assemble.next(stream)),
    );
    let (entries, returned) = (
        one_or_tuple(entries),
        one_or_tuple(inputs.iter().map(|item| quote!(impl __streamlite::Push<#item>))),
    );
    let (shape, cx) = (shape(inputs, outputs), context());
    let said = generics_said(&function.generics, streams.len() + nodes.len() + proofs.len());
    let value = quote!(Nodes #said (#(#locals,)* #(#copies,)* ::core::marker::PhantomData));
    let value = given(graph, outputs, value);
    let generics = &function.generics;
    let declared = &generics.params;
    let comma = (!declared.is_empty() && !declared.trailing_punct()).then(|| quote!(,));
    let own: Vec<_> = generics.params.iter().map(generic_argument).collect();
    let own_types: Vec<_> = generics.type_params().map(|parameter| &parameter.ident).collect();
    let predicates = generics
        .where_clause
        .as_ref()
        .map(|clause| clause.predicates.iter())
        .into_iter()
        .flatten();
    let phantom = quote!(::core::marker::PhantomData<fn() -> (#(#own_types,)* #(#streams,)*)>);
    quote! {
        struct Nodes<#declared #comma #(#streams,)* #(#nodes,)* #(#proofs,)*>(#(#nodes,)* #(#proofs,)* #phantom);

        impl<#declared #comma #(#streams,)* #(#nodes,)* #(#proofs,)*>
            __streamlite::#shape<#(#inputs,)* #(#outputs,)* __streamlite::Durable>
            for Nodes<#(#own,)* #(#streams,)* #(#nodes,)* #(#proofs,)*>
        where
            #(#predicates,)*
            #(#copiers,)*
            #(#bounds,)*
        {
            fn build<#(#nexts: __streamlite::Push<#outputs>),*>(
                self,
                #cx: __streamlite::Context<__streamlite::Durable>,
                #(#leaving: #nexts),*
            ) -> #returned {
                let Nodes(#(#locals,)* #(#copies,)* _) = self;
                #build
                #entries
            }
        }

        __streamlite::fragment(#value)
    }
}

/// The value of the nodes, once each stream that leaves is what the signature says.
fn given(graph: &Graph, outputs: &[&syn::Type], value: TokenStream) -> TokenStream {
    graph.outputs.iter().zip(outputs).fold(value, |value, (&stream, said)| {
        let stream = graph.stream(stream);
        let span = stream.uses.last().map_or_else(|| stream.name.span(), |last| last.span);
        let name = &stream.name;
        quote_spanned!(at(span)=> __streamlite::gives(::core::marker::PhantomData::<#said>, &#name, #value))
    })
}

fn one_or_tuple(items: impl Iterator<Item = TokenStream>) -> TokenStream {
    let items: Vec<_> = items.collect();
    match &items[..] {
        [one] => one.clone(),
        several => quote!((#(#several),*)),
    }
}

/// The fragment's own types and constants, said where the nodes are made: one that no stream carries could not be inferred.
/// The others are.
fn generics_said(generics: &syn::Generics, inferred: usize) -> Option<TokenStream> {
    let own = generics
        .params
        .iter()
        .filter(|parameter| !matches!(parameter, syn::GenericParam::Lifetime(_)));
    let own: Vec<_> = own.map(generic_argument).collect();
    let inferred = (0..inferred).map(|_| quote!(_));
    (!own.is_empty()).then(|| quote!(::<#(#own,)* #(#inferred,)*>))
}

fn generic_argument(parameter: &syn::GenericParam) -> TokenStream {
    match parameter {
        syn::GenericParam::Type(parameter) => parameter.ident.to_token_stream(),
        syn::GenericParam::Lifetime(parameter) => parameter.lifetime.to_token_stream(),
        syn::GenericParam::Const(parameter) => parameter.ident.to_token_stream(),
    }
}

/// The types of a fragment's streams: those that come in and go out are written by the user, the others are parameters.
struct Types<'a> {
    graph: &'a Graph,
    inputs: &'a [&'a syn::Type],
    outputs: &'a [&'a syn::Type],
}

impl Types<'_> {
    fn of(&self, stream: StreamId) -> TokenStream {
        self.written(stream)
            .map_or_else(|| type_name(stream).to_token_stream(), ToTokens::to_token_stream)
    }

    fn written(&self, stream: StreamId) -> Option<&syn::Type> {
        let known = self.graph.stream(stream);
        if let Origin::Input = known.origin {
            let place = self.graph.inputs.iter().position(|&input| input == stream)?;
            return self.inputs.get(place).copied();
        }
        known.uses.iter().find_map(|used| match used.by {
            User::Output(number) => self.outputs.get(number).copied(),
            _ => None,
        })
    }

    fn parameters(&self) -> Vec<Ident> {
        let streams = (0..self.graph.streams.len()).map(StreamId);
        streams
            .filter(|&stream| self.written(stream).is_none())
            .map(type_name)
            .collect()
    }
}

fn type_name(stream: StreamId) -> Ident {
    format_ident!("T{}", stream.0)
}
