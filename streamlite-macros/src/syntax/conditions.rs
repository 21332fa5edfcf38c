//! `#[cfg(…)]` on statements and parameters: a block has a variant for each way in which its conditions may hold.
//!
//! A macro cannot know what holds. It expands all variants, each behind the condition under which it is the one.

use std::collections::BTreeMap;

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use quote::quote;
use syn::{Attribute, FnArg, Meta};

use crate::errors::Errors;

/// So many conditions a block may have: it is expanded twice for each.
const MOST: usize = 4;

/// The conditions of a block, by their text.
#[derive(Debug, Default)]
pub(super) struct Conditions(BTreeMap<String, TokenStream>);

/// One way in which the conditions of a block may hold.
pub(super) struct Variant {
    /// When it is the one; `None` if it always is.
    pub(super) when: Option<TokenStream>,
    holding: Vec<String>,
}

impl Variant {
    /// Whether what has these attributes is there.
    fn has(&self, conditions: &[TokenStream]) -> bool {
        conditions
            .iter()
            .all(|condition| self.holding.contains(&condition.to_string()))
    }

    /// The parameters that are there, without their conditions.
    pub(super) fn arguments<'a>(&self, arguments: impl Iterator<Item = &'a FnArg>) -> Vec<FnArg> {
        let mut kept = Vec::new();
        for argument in arguments {
            let mut argument = argument.clone();
            let conditions = match &mut argument {
                FnArg::Typed(typed) => take_conditions(&mut typed.attrs),
                FnArg::Receiver(_) => Vec::new(),
            };
            if self.has(&conditions) {
                kept.push(argument);
            }
        }
        kept
    }

    /// The statements that are there, without their conditions.
    pub(super) fn statements(&self, pieces: &[Piece]) -> TokenStream {
        let kept = pieces.iter().filter(|piece| self.has(&piece.conditions));
        kept.map(|piece| piece.tokens.clone()).collect()
    }
}

/// A statement, and the conditions before it.
pub(super) struct Piece {
    conditions: Vec<TokenStream>,
    tokens: TokenStream,
}

impl Conditions {
    pub(super) fn add_arguments<'a>(&mut self, arguments: impl Iterator<Item = &'a FnArg>) {
        for argument in arguments {
            if let FnArg::Typed(typed) = argument {
                self.add(take_conditions(&mut typed.attrs.clone()));
            }
        }
    }

    pub(super) fn add_pieces(&mut self, pieces: &[Piece]) {
        for piece in pieces {
            self.add(piece.conditions.clone());
        }
    }

    fn add(&mut self, conditions: Vec<TokenStream>) {
        let named = conditions
            .into_iter()
            .map(|condition| (condition.to_string(), condition));
        self.0.extend(named);
    }

    /// All ways in which they may hold.
    pub(super) fn variants(&self, errors: &mut Errors) -> Vec<Variant> {
        if self.0.is_empty() {
            let (when, holding) = (None, Vec::new());
            return vec![Variant { when, holding }];
        }
        if let Some(further) = self.0.values().nth(MOST) {
            errors.at(
                first_span(further),
                format!(
                    "a pipeline has at most {MOST} different conditions, as it is expanded twice for each"
                ),
            );
        }
        let conditions: Vec<_> = self.0.iter().take(MOST).collect();
        let variants = (0..1_usize << conditions.len()).map(|holds| {
            let holds = |place: usize| holds & (1 << place) != 0;
            let all = conditions.iter().enumerate().map(|(place, (_, condition))| {
                if holds(place) {
                    quote!(#condition)
                } else {
                    quote!(not(#condition))
                }
            });
            let when = quote!(all(#(#all),*));
            let holding = conditions.iter().enumerate().filter(|(place, _)| holds(*place));
            Variant {
                when: Some(when),
                holding: holding.map(|(_, (text, _))| (*text).clone()).collect(),
            }
        });
        variants.collect()
    }
}

fn first_span(tokens: &TokenStream) -> Span {
    tokens
        .clone()
        .into_iter()
        .next()
        .map_or_else(Span::call_site, |tree| tree.span())
}

/// Takes the `#[cfg(…)]`s out of attributes.
fn take_conditions(attributes: &mut Vec<Attribute>) -> Vec<TokenStream> {
    let (conditions, others): (Vec<_>, Vec<_>) = std::mem::take(attributes)
        .into_iter()
        .partition(|attribute| attribute.path().is_ident("cfg"));
    *attributes = others;
    let conditions = conditions
        .into_iter()
        .filter_map(|attribute| match attribute.meta {
            Meta::List(list) => Some(list.tokens),
            _ => None,
        });
    conditions.collect()
}

/// Cuts the tokens of a block into statements, and takes the `#[cfg(…)]`s before them.
pub(super) fn pieces(tokens: TokenStream) -> Vec<Piece> {
    let mut trees = tokens.into_iter().peekable();
    let mut pieces = Vec::new();
    while trees.peek().is_some() {
        let (mut conditions, mut tokens) = (Vec::new(), TokenStream::new());
        while let Some(hash) = trees.next_if(|tree| is_punct(tree, '#')) {
            match trees.next() {
                Some(TokenTree::Group(group)) => match condition(&group.stream()) {
                    Some(condition) => conditions.push(condition),
                    None => tokens.extend([hash, TokenTree::Group(group)]),
                },
                other => tokens.extend([hash].into_iter().chain(other)),
            }
        }
        let is_match = matches!(trees.peek(), Some(TokenTree::Ident(word)) if word == "match");
        for tree in trees.by_ref() {
            let ends = match &tree {
                TokenTree::Group(group) => is_match && group.delimiter() == Delimiter::Brace,
                tree => is_punct(tree, ';'),
            };
            tokens.extend([tree]);
            if ends {
                break;
            }
        }
        if is_match {
            tokens.extend(trees.next_if(|tree| is_punct(tree, ';')));
        }
        pieces.push(Piece { conditions, tokens });
    }
    pieces
}

fn is_punct(tree: &TokenTree, sign: char) -> bool {
    matches!(tree, TokenTree::Punct(punct) if punct.as_char() == sign)
}

/// What is in the parentheses of `cfg(…)`.
fn condition(attribute: &TokenStream) -> Option<TokenStream> {
    let mut trees = attribute.clone().into_iter();
    match (trees.next(), trees.next()) {
        (Some(TokenTree::Ident(word)), Some(TokenTree::Group(group))) if word == "cfg" => {
            Some(group.stream())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_has_a_variant_for_each_way() {
        let text = "let a = b; #[cfg(x)] let c = a; #[allow(y)] #[cfg(not(x))] match a { A => d = e } #[cfg(x)] a.to(f); g";
        let pieces = pieces(text.parse().expect("it has tokens"));
        let mut conditions = Conditions::default();
        conditions.add_pieces(&pieces);
        let variants = conditions.variants(&mut Errors::default());
        let shown = variants.iter().map(|variant| {
            let when = variant.when.as_ref().expect("there are conditions").to_string();
            (when, variant.statements(&pieces).to_string())
        });
        let [none, first, second, both] = ["", "match a", "let c", "let c"];
        let all: Vec<_> = shown.collect();
        assert_eq!(all.len(), 4);
        for ((_, text), part) in all.iter().zip([none, first, second, both]) {
            assert!(text.starts_with("let a = b ;") && text.ends_with('g'), "{text}");
            assert!(text.contains(part), "{text}");
        }
        assert!(
            !all[0].1.contains("let c") && !all[0].1.contains("match"),
            "{}",
            all[0].1
        );
        assert!(all[1].1.contains("# [allow (y)] match"), "{}", all[1].1);
        assert!(all[2].0.contains("not (not (x))"), "{}", all[2].0);
    }
}
