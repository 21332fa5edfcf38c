//! The macros of streamlite. Use them through the `streamlite` crate, which documents them.
//!
//! Three phases with barriers between them: `syntax` turns tokens into statements and never fails as a whole,
//! `model` turns statements into a graph and checks it, `codegen` turns the graph into tokens and cannot fail. All
//! errors of a phase are reported together, and whatever happens the expansion has the right type, so that one mistake
//! is one error.

#[cfg(test)]
mod anything;
mod codegen;
mod errors;
#[cfg(test)]
mod expansions;
mod model;
mod syntax;

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;

/// What `streamlite::pipeline!` passes on: its own crate in brackets, then the user's tokens.
#[proc_macro]
pub fn pipeline_in(tokens: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let mut tokens = TokenStream::from(tokens).into_iter();
    let Some(TokenTree::Group(library)) = tokens.next() else {
        return proc_macro::TokenStream::new();
    };
    expand(&library.stream(), tokens.collect()).into()
}

/// The language of `pipeline!` as an attribute of a function; documented in `streamlite`.
#[proc_macro_attribute]
pub fn dataflow(
    arguments: proc_macro::TokenStream,
    function: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    let function = TokenStream::from(function);
    if let Err(error) = syntax::check_function(&function) {
        let error = error.to_compile_error();
        return quote!(#function #error).into();
    }
    match syntax::library_of(arguments.into()) {
        Ok(library) => expand(&library, function).into(),
        Err(error) => {
            let (function, error) = (expand(&quote!(::streamlite), function), error.to_compile_error());
            quote!(#function #error).into()
        }
    }
}

/// Expands one block; `library` is the path of the runtime crate.
fn expand(library: &TokenStream, tokens: TokenStream) -> TokenStream {
    match syntax::parse(tokens) {
        syntax::Input::Functions(functions, errors) => {
            let functions = functions.into_iter().map(|function| {
                let lowered = model::lower_function(function);
                codegen::function(library, &lowered)
            });
            let (functions, errors): (TokenStream, _) = (functions.collect(), errors.into_tokens());
            quote!(#functions #errors)
        }
        syntax::Input::Expression(variants) => {
            let variants = variants.into_iter().map(|(when, body)| {
                let expression = codegen::expression(library, &model::lower_expression(body));
                match when {
                    None => expression,
                    Some(when) => quote!(#[cfg(#when)] { #expression }),
                }
            });
            let variants: Vec<_> = variants.collect();
            match &variants[..] {
                [one] => one.clone(),
                several => quote!({ #(#several)* }),
            }
        }
    }
}
