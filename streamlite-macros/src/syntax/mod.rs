//! Tokens to statements. A statement that does not parse is kept as tokens, and the others live on.

mod chain;
mod conditions;
mod duration;
mod function;
mod items;
mod owned;
mod repair;
mod statement;
mod uid;

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};

pub(crate) use chain::{Chain, Link};
pub(crate) use duration::{in_words as duration_in_words, literal_millis};
pub(crate) use function::{Function, Parameter, Port};
pub(crate) use repair::is_half_typed;
pub(crate) use statement::{Body, Names, Statement};
pub(crate) use uid::uid;

use crate::errors::Errors;
use conditions::Conditions;

/// A name as text, without the `r#` that a keyword needs to be one.
pub(crate) fn text(name: &Ident) -> String {
    name.unraw().to_string()
}

/// A block of `pipeline!`.
pub(crate) enum Input {
    /// Functions, and what was wrong outside of their bodies.
    Functions(Vec<Function>, Errors),
    /// An expression: statements and a chain, and when it is this one.
    Expression(Vec<(Option<TokenStream>, Body)>),
}

/// Parses a block.
pub(crate) fn parse(tokens: TokenStream) -> Input {
    let mut errors = Errors::default();
    let tokens = duration::replace(without_braces(tokens), &mut errors);
    if !items::start(&tokens) {
        return Input::Expression(expressions(tokens, errors));
    }
    let functions = items::functions.parse2(tokens);
    match functions {
        Ok((functions, more)) => {
            errors.append(more);
            Input::Functions(functions, errors)
        }
        Err(error) => {
            errors.push(error);
            Input::Functions(Vec::new(), errors)
        }
    }
}

/// An expression in each of its variants.
fn expressions(tokens: TokenStream, mut errors: Errors) -> Vec<(Option<TokenStream>, Body)> {
    let pieces = conditions::pieces(tokens);
    let mut conditions = Conditions::default();
    conditions.add_pieces(&pieces);
    let variants = conditions.variants(&mut errors);
    let bodies = variants.into_iter().map(|variant| {
        let tokens = variant.statements(&pieces);
        let body = statement::parse(tokens, errors.clone());
        (variant.when, body)
    });
    bodies.collect()
}

/// The runtime crate that `#[dataflow]` or `#[dataflow(crate = path)]` means.
pub(crate) fn library_of(arguments: TokenStream) -> syn::Result<TokenStream> {
    if arguments.is_empty() {
        return Ok(quote::quote!(::streamlite));
    }
    let path = |input: ParseStream<'_>| {
        input.parse::<syn::Token![crate]>()?;
        input.parse::<syn::Token![=]>()?;
        input.call(syn::Path::parse_mod_style)
    };
    let path = path.parse2(arguments).map_err(|error| {
        let text =
            "the one argument is the library's name, where it has another: `#[dataflow(crate = name)]`";
        syn::Error::new(error.span(), text)
    })?;
    Ok(quote::quote!(#path))
}

/// Refuses `#[dataflow]` before something else than a function.
pub(crate) fn check_function(tokens: &TokenStream) -> syn::Result<()> {
    match syn::parse2::<syn::Item>(tokens.clone()) {
        Err(_) | Ok(syn::Item::Fn(_)) => Ok(()),
        Ok(_) => {
            let first = tokens
                .clone()
                .into_iter()
                .find(|tree| matches!(tree, TokenTree::Ident(_)));
            let span = first.map_or_else(proc_macro2::Span::call_site, |word| word.span());
            Err(syn::Error::new(
                span,
                "`#[dataflow]` belongs before a function: `#[dataflow] fn name(…) { … }`",
            ))
        }
    }
}

/// The tokens of a block, which may have braces of its own: `pipeline!({ … })`.
fn without_braces(tokens: TokenStream) -> TokenStream {
    let mut trees = tokens.clone().into_iter();
    match (trees.next(), trees.next()) {
        (Some(TokenTree::Group(group)), None) if group.delimiter() == Delimiter::Brace => group.stream(),
        _ => tokens,
    }
}
