//! The functions of a block, and what else is between them.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::parse::discouraged::Speculative;
use syn::{Attribute, Item, LitStr, Token, Visibility};

use super::function::Function;
use crate::errors::Errors;

/// What an item begins with, other than `fn`.
const ITEMS: [&str; 9] = [
    "use", "struct", "enum", "type", "trait", "impl", "mod", "static", "union",
];
/// What may precede `fn` elsewhere.
const QUALIFIERS: [&str; 4] = ["const", "async", "unsafe", "extern"];

/// Whether the tokens of a block begin with an item: attributes, visibility, and `fn` or what is there by mistake.
pub(super) fn start(tokens: &TokenStream) -> bool {
    let mut trees = tokens.clone().into_iter().peekable();
    let mut is_public = false;
    while let Some(tree) = trees.next() {
        match tree {
            TokenTree::Punct(punct) if punct.as_char() == '#' => {
                trees.next();
            }
            TokenTree::Ident(word) if word == "pub" => {
                is_public = true;
                trees.next_if(|next| matches!(next, TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis));
            }
            TokenTree::Group(group) if group.delimiter() == Delimiter::None => {}
            TokenTree::Ident(word) => {
                let next = trees.next();
                let is_function = is_group(next.as_ref(), Delimiter::Parenthesis)
                    && is_group(trees.peek(), Delimiter::Brace);
                return is_public || is_function || is_item(&word, next.as_ref());
            }
            _ => return is_public,
        }
    }
    is_public
}

fn is_item(word: &Ident, next: Option<&TokenTree>) -> bool {
    let text = word.to_string();
    if text == "fn" {
        return true;
    }
    if QUALIFIERS.contains(&&*text) {
        return !matches!(next, Some(TokenTree::Group(_)));
    }
    // `union(a, b)` and `type` as a raw name are no items.
    ITEMS.contains(&&*text)
        && matches!(next, Some(TokenTree::Ident(_) | TokenTree::Punct(_)))
        && !is_dot(next)
}

fn is_group(tree: Option<&TokenTree>, delimiter: Delimiter) -> bool {
    matches!(tree, Some(TokenTree::Group(group)) if group.delimiter() == delimiter)
}

fn is_dot(tree: Option<&TokenTree>) -> bool {
    matches!(tree, Some(TokenTree::Punct(punct)) if punct.as_char() == '.')
}

/// Parses the functions of a block, and says what does not belong between them.
pub(super) fn functions(input: ParseStream<'_>) -> syn::Result<(Vec<Function>, Errors)> {
    let (mut functions, mut errors) = (Vec::<Function>::new(), Errors::default());
    while !input.is_empty() {
        let ahead = input.fork();
        let (_, visibility) = (ahead.call(Attribute::parse_outer)?, ahead.parse::<Visibility>()?);
        if ahead.is_empty() && !matches!(visibility, Visibility::Inherited) {
            return Err(input.error("a function follows here: `pub fn name(…) { … }`"));
        }
        if ahead.peek(Token![fn]) || qualified(&ahead, &mut errors)? {
            let variants = Function::parse(input)?;
            let name = variants.first().map(|function| function.name.clone());
            match name.filter(|name| functions.iter().any(|known| known.name == *name)) {
                Some(name) => {
                    let text = format!("there is a pipeline `{name}` already: give this one another name");
                    errors.at(name.span(), text);
                }
                None => functions.extend(variants),
            }
            continue;
        }
        let word = ahead.call(Ident::parse_any);
        let text = "only functions are allowed in `pipeline!`: move this before it";
        match word {
            Ok(word) if ahead.peek(syn::token::Paren) => {
                return Err(syn::Error::new(
                    word.span(),
                    format!("a pipeline is a function: `fn {word}(…) {{ … }}`"),
                ));
            }
            Ok(word) => errors.at(word.span(), text),
            Err(_) => return Err(ahead.error("a function is expected here: `fn name(…) { … }`")),
        }
        // What it is, it is left out; where it is nothing at all, the error above says enough.
        let item = input.fork();
        if item.parse::<Item>().is_ok() {
            input.advance_to(&item);
        } else {
            input.parse::<TokenStream>()?;
        }
    }
    Ok((functions, errors))
}

/// Whether this is a function with `async` and the like before it, which is said: a pipeline is plain.
fn qualified(ahead: ParseStream<'_>, errors: &mut Errors) -> syn::Result<bool> {
    let ahead = ahead.fork();
    let mut words = Vec::new();
    while QUALIFIERS.iter().any(|word| {
        ahead
            .fork()
            .call(Ident::parse_any)
            .is_ok_and(|found| found == *word)
    }) {
        words.push(ahead.call(Ident::parse_any)?);
        ahead.parse::<Option<LitStr>>()?;
    }
    let is_function = ahead.peek(Token![fn]);
    if is_function && let Some(word) = words.first() {
        errors.at(
            word.span(),
            format!("a pipeline is a plain `fn`: remove `{word}`"),
        );
    }
    Ok(is_function)
}
