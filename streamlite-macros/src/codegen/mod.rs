//! The graph to tokens: the pipeline is described in the user's order, then built from its sinks up. Nothing here can
//! fail; what is wrong was said before.
//!
//! Invented locals are `mixed_site` and located at the user's token that they are about; each token of the user's is
//! emitted once, as it was. Generated code reaches the runtime only through `macro_support`.

mod assemble;
mod constant;
mod describe;
mod expression;
mod fragment;
mod function;
mod item;
mod process;
mod test_driver;
mod tree;

pub(crate) use expression::expression;

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{format_ident, quote};

use crate::model::LoweredFunction;
use crate::syntax::Parameter;

/// A function: a pipeline or a fragment.
pub(crate) fn function(library: &TokenStream, function: &LoweredFunction) -> TokenStream {
    if function.is_fragment() {
        fragment::fragment(library, function)
    } else {
        function::pipeline(library, function)
    }
}

/// Brings the runtime into scope under the one name that generated code and duration literals use.
fn import(library: &TokenStream) -> TokenStream {
    quote! {
        #[allow(unused_imports)]
        use #library::macro_support as __streamlite;
        #[allow(unused_imports)]
        use #library::macro_support::{NoClone as _, OrUnbuilt as _};
    }
}

/// Uses the parameters of a function of the wrong shape: that they are unused is no news. Not where a statement is half
/// typed: an editor asks for the expansion with and without the next word, and both must be the same before it.
fn parameters_used(function: &LoweredFunction) -> TokenStream {
    let is_wrong = function.misshapen || !function.errors.is_empty() && !function.graph.stopped;
    let is_wrong = |parameter: &&Parameter| is_wrong || matches!(parameter, Parameter::Wrong(_));
    let names = function.parameters.iter().filter(is_wrong).map(Parameter::name);
    quote!(#(let _ = &#names;)*)
}

/// A place of the user's, for tokens that are the macro's.
fn at(span: Span) -> Span {
    span.resolved_at(Span::mixed_site())
}

/// The local that holds a node's description.
fn node_name(node: usize) -> Ident {
    format_ident!("node_{node}", span = Span::mixed_site())
}

/// The local that holds the description of a piece of a node that is too long for one type.
fn piece_name(node: usize, piece: usize) -> Ident {
    format_ident!("node_{node}_{piece}", span = Span::mixed_site())
}

/// The local that holds a source.
fn source_name(source: usize) -> Ident {
    format_ident!("source_{source}", span = Span::mixed_site())
}

/// The local that proves that a stream's records can be copied.
fn copies_name(stream: usize) -> Ident {
    format_ident!("copies_{stream}", span = Span::mixed_site())
}

/// The same tokens at another place; what they mean stays.
fn located(tokens: &TokenStream, span: Span) -> TokenStream {
    let moved = tokens.clone().into_iter().map(|tree| match tree {
        TokenTree::Group(group) => {
            let mut moved = Group::new(group.delimiter(), located(&group.stream(), span));
            moved.set_span(span.resolved_at(group.span()));
            TokenTree::Group(moved)
        }
        mut tree => {
            tree.set_span(span.resolved_at(tree.span()));
            tree
        }
    });
    moved.collect()
}
