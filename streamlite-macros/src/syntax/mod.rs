//! Tokens to statements. A statement that does not parse is kept as tokens, and the others live on.

mod chain;
mod duration;
mod function;
mod repair;
mod statement;
mod uid;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser};

pub(crate) use chain::{Chain, Link};
pub(crate) use duration::literal_millis;
pub(crate) use function::{Function, Parameter, Port};
pub(crate) use repair::is_half_typed;
pub(crate) use statement::{Body, Names, Statement};
pub(crate) use uid::uid;

use crate::errors::Errors;

/// A block of `pipeline!`.
pub(crate) enum Input {
    /// Functions, and what was wrong outside of their bodies.
    Functions(Vec<Function>, Errors),
    /// An expression: statements and a chain.
    Expression(Body),
}

/// Parses a block.
pub(crate) fn parse(tokens: TokenStream) -> Input {
    let mut errors = Errors::default();
    let tokens = duration::replace(without_braces(tokens), &mut errors);
    if !starts_function(&tokens) {
        return Input::Expression(statement::parse(tokens, errors));
    }
    let functions = |input: ParseStream<'_>| {
        let mut functions = Vec::new();
        while !input.is_empty() {
            functions.push(input.parse::<Function>()?);
        }
        Ok(functions)
    };
    match functions.parse2(tokens) {
        Ok(functions) => Input::Functions(functions, errors),
        Err(error) => {
            errors.push(error);
            Input::Functions(Vec::new(), errors)
        }
    }
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

/// The tokens of a block, which may stand in braces of its own: `pipeline!({ … })`.
fn without_braces(tokens: TokenStream) -> TokenStream {
    let mut trees = tokens.clone().into_iter();
    match (trees.next(), trees.next()) {
        (Some(TokenTree::Group(group)), None) if group.delimiter() == Delimiter::Brace => group.stream(),
        _ => tokens,
    }
}

/// Whether the tokens begin with a function: attributes, visibility and `fn`.
fn starts_function(tokens: &TokenStream) -> bool {
    let mut trees = tokens.clone().into_iter().peekable();
    while let Some(tree) = trees.next() {
        match tree {
            TokenTree::Punct(punct) if punct.as_char() == '#' => {
                trees.next();
            }
            TokenTree::Ident(word) if word == "pub" => {
                trees.next_if(|next| matches!(next, TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis));
            }
            TokenTree::Group(group) if group.delimiter() == Delimiter::None => {}
            TokenTree::Ident(word) => return word == "fn",
            _ => return false,
        }
    }
    false
}
