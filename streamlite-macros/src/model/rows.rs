//! `aggregate(|key, window, rows| EXPR)`: each call on `rows` becomes an accumulator, the code around them is
//! evaluated when a window fires.
//!
//! The calls are found by their tokens, not by syntax, so that they may be inside the calls of other macros, such
//! as `format!`.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Expr, ExprClosure, Pat, Token};

use super::argument::{Argument, mentioned};
use super::names::{bound, bound_beside, free};
use crate::errors::Errors;
use crate::syntax::text;

/// An aggregate expression, taken apart.
pub(crate) struct Aggregate {
    /// `aggregate`, as the user wrote it.
    pub(crate) method: Ident,
    /// The closure's name for its rows.
    pub(crate) rows: Ident,
    /// The calls on `rows`, each with the name that took its place.
    pub(crate) hoisted: Vec<(Ident, Argument)>,
    /// The parameters before `rows`, and what is left of the expression.
    pub(crate) heads: Vec<Pat>,
    pub(crate) body: Argument,
}

/// An aggregate expression before its arguments are numbered.
pub(super) struct TakenApart {
    pub(super) rows: Ident,
    pub(super) hoisted: Vec<(Ident, Expr)>,
    pub(super) heads: Vec<Pat>,
    pub(super) body: Expr,
}

/// Takes the closure of `aggregate` apart.
pub(super) fn take_apart(closure: &ExprClosure, errors: &mut Errors) -> Option<TakenApart> {
    let Some(rows) = closure.inputs.last().and_then(name_of) else {
        errors.at(
            closure.inputs_begin.span,
            "the last parameter of `aggregate`'s closure names the rows: `|key, window, rows| …`",
        );
        return None;
    };
    let heads: Vec<Pat> = closure
        .inputs
        .iter()
        .take(closure.inputs.len() - 1)
        .cloned()
        .collect();
    let locals = locals(closure, &heads, &rows);
    if let Some(again) = locals.iter().find(|local| **local == rows) {
        let text = format!("`{rows}` is the rows of the window here: give this another name");
        errors.at(again.span(), text);
        return None;
    }
    let mut hoist = Hoist {
        locals,
        rows,
        filters: Vec::new(),
        calls: Vec::new(),
        wrong: false,
        errors,
    };
    let body = hoist.tokens(closure.body.to_token_stream());
    hoist.check_filters(0);
    let Hoist {
        rows,
        calls,
        errors,
        wrong,
        ..
    } = hoist;
    if calls.is_empty() && !wrong {
        let text = format!(
            "this aggregate never uses `{rows}`: call one of its aggregates, such as `{rows}.count()`"
        );
        errors.at(rows.span(), text);
    }
    if wrong {
        return None;
    }
    let mut hoisted = Vec::new();
    for (name, call) in calls {
        match syn::parse2(call) {
            Ok(call) => hoisted.push((name, call)),
            Err(error) => errors.push(error),
        }
    }
    match syn::parse2(body) {
        Ok(body) => Some(TakenApart {
            rows,
            hoisted,
            heads,
            body,
        }),
        Err(error) => {
            errors.push(error);
            None
        }
    }
}

fn name_of(pattern: &Pat) -> Option<Ident> {
    match pattern {
        Pat::Ident(name) => Some(name.ident.clone()),
        _ => None,
    }
}

/// What the arguments of a call on `rows` may not mention: the key, the window, and whatever the expression binds.
fn locals(closure: &ExprClosure, heads: &[Pat], rows: &Ident) -> Vec<Ident> {
    let mut locals: Vec<Ident> = heads.iter().flat_map(bound).collect();
    locals.extend(bound_beside(&closure.body, rows));
    locals
}

/// Replaces the calls on `rows` by names.
struct Hoist<'a> {
    rows: Ident,
    locals: Vec<Ident>,
    /// The filters that are bound by a `let` here.
    filters: Vec<Filter>,
    calls: Vec<(Ident, TokenStream)>,
    /// Something was reported.
    wrong: bool,
    errors: &'a mut Errors,
}

/// `let name = rows.filter(…);`
struct Filter {
    name: Ident,
    /// `rows.filter(…)`.
    rows: Vec<TokenTree>,
    used: bool,
}

impl Hoist<'_> {
    fn tokens(&mut self, tokens: TokenStream) -> TokenStream {
        let trees: Vec<TokenTree> = tokens.into_iter().collect();
        let (mut replaced, mut place) = (TokenStream::new(), 0);
        let outer = self.filters.len();
        while let Some(tree) = trees.get(place) {
            let behind_dot = place > 0 && is_punct(&trees[place - 1], '.');
            place += match tree {
                TokenTree::Ident(word) if *word == "let" && self.binds_filter(&trees[place..]) => {
                    self.filter_length(&trees[place..])
                }
                TokenTree::Ident(word) if !behind_dot && !is_field(&trees[place..]) && self.is_rows(word) => {
                    let (name, taken) = self.call(word, &trees[place..]);
                    replaced.extend(name);
                    taken
                }
                TokenTree::Group(group) => {
                    let mut inner = Group::new(group.delimiter(), self.tokens(group.stream()));
                    inner.set_span(group.span());
                    replaced.extend([TokenTree::Group(inner)]);
                    1
                }
                tree => {
                    replaced.extend([tree.clone()]);
                    1
                }
            };
        }
        self.check_filters(outer);
        replaced
    }

    /// Whether a word means rows: all of them, or those of a filter.
    fn is_rows(&self, word: &Ident) -> bool {
        *word == self.rows || self.filters.iter().any(|filter| filter.name == *word)
    }

    /// Notes `let name = rows.filter(…);`, if that is what the tokens begin with: it is no value, but is part of each call
    /// on it.
    fn binds_filter(&mut self, trees: &[TokenTree]) -> bool {
        let [
            _let,
            TokenTree::Ident(name),
            equals,
            TokenTree::Ident(rows),
            rest @ ..,
        ] = trees
        else {
            return false;
        };
        // The name means something else from here on.
        let shadowed = self
            .filters
            .iter()
            .rposition(|filter| filter.name == *name && filter.used);
        let length = filters_length(rest);
        let binds = is_punct(equals, '=')
            && self.is_rows(rows)
            && length > 0
            && rest.get(length).is_some_and(|tree| is_punct(tree, ';'));
        if !binds {
            if let Some(place) = shadowed {
                self.filters.remove(place);
            }
            return false;
        }
        let mut all = self.rows_of(rows);
        self.check_calls(&rest[..length]);
        all.extend(rest[..length].iter().cloned());
        self.filters.push(Filter {
            name: name.clone(),
            rows: all,
            used: false,
        });
        true
    }

    /// How many tokens `let name = rows.filter(…);` is.
    fn filter_length(&self, trees: &[TokenTree]) -> usize {
        4 + filters_length(&trees[4..]) + 1
    }

    /// Which rows a word means.
    fn rows_of(&mut self, word: &Ident) -> Vec<TokenTree> {
        match self.filters.iter_mut().rfind(|filter| filter.name == *word) {
            Some(filter) => {
                filter.used = true;
                filter.rows.clone()
            }
            None => vec![TokenTree::Ident(word.clone())],
        }
    }

    fn check_calls(&mut self, mut trees: &[TokenTree]) {
        while let Some((name, length)) = method_call(trees) {
            if let Some(TokenTree::Group(arguments)) = trees.get(length - 1) {
                self.check_arguments(&name, &arguments.stream());
            }
            trees = &trees[length..];
        }
    }

    /// The filters from one on go out of scope.
    fn check_filters(&mut self, from: usize) {
        for filter in self.filters.split_off(from.min(self.filters.len())) {
            if !filter.used {
                let name = &filter.name;
                let text =
                    format!("`{name}` is never used: call one of its aggregates, such as `{name}.count()`");
                self.report(name.span(), text);
            }
        }
    }

    /// `rows.filter(…).mean(…)`: returns what takes its place, and how many tokens it was.
    fn call(&mut self, rows: &Ident, trees: &[TokenTree]) -> (TokenStream, usize) {
        let (mut method, mut taken) = (None, 1);
        while let Some((name, length)) = method_call(&trees[taken..]) {
            if let Some(TokenTree::Group(arguments)) = trees.get(taken + length - 1) {
                self.check_arguments(&name, &arguments.stream());
            }
            taken += length;
            let goes_on = name == "filter";
            method = Some(name);
            if !goes_on {
                break;
            }
        }
        let Some(method) = method else {
            let text = format!(
                "`{rows}` is not a value: call one of its aggregates, such as `{rows}.count()` or `{rows}.mean(|row| …)`"
            );
            self.report(rows.span(), text);
            return (TokenStream::new(), taken);
        };
        let span = method.span().resolved_at(Span::mixed_site());
        let name = Ident::new(&format!("{}_{method}_{}", text(rows), self.calls.len()), span);
        let all = self
            .rows_of(rows)
            .into_iter()
            .chain(trees[1..taken].iter().cloned());
        self.calls.push((name.clone(), all.collect()));
        (name.into_token_stream(), taken)
    }

    fn report(&mut self, span: Span, text: String) {
        self.wrong = true;
        self.errors.at(span, text);
    }

    fn check_arguments(&mut self, method: &Ident, arguments: &TokenStream) {
        let parsed = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(arguments.clone());
        let found = match parsed {
            Ok(parsed) => {
                let mut free = parsed.iter().flat_map(free);
                free.find(|name| self.locals.contains(name))
            }
            // It is wrong in another way, too.
            Err(_) => mentioned(arguments, &self.locals),
        };
        if let Some(local) = found {
            let text = format!(
                "`{local}` is not known here: the arguments of `{}.{method}(…)` are evaluated when the pipeline is built, not when a window fires",
                self.rows
            );
            self.report(local.span(), text);
        }
    }
}

/// How many tokens `.filter(…).filter(…)` takes at the beginning of tokens; 0 if nothing else may follow a filter there.
fn filters_length(trees: &[TokenTree]) -> usize {
    let mut length = 0;
    while let Some((name, more)) = method_call(&trees[length..])
        && name == "filter"
    {
        length += more;
    }
    length
}

/// Whether a word is the name of a field: `name: value`.
fn is_field(trees: &[TokenTree]) -> bool {
    match trees {
        [_, first, second, ..] => is_punct(first, ':') && !is_punct(second, ':'),
        _ => false,
    }
}

fn is_punct(tree: &TokenTree, sign: char) -> bool {
    matches!(tree, TokenTree::Punct(punct) if punct.as_char() == sign)
}

/// `.name(…)` or `.name::<…>(…)` at the beginning of tokens: the name, and how many tokens it is.
///
/// A name without parentheses counts, too: rustc says what is wrong with it.
fn method_call(trees: &[TokenTree]) -> Option<(Ident, usize)> {
    let [dot, TokenTree::Ident(name), rest @ ..] = trees else {
        return None;
    };
    if !is_punct(dot, '.') {
        return None;
    }
    let generics = turbofish_length(rest);
    let is_call = matches!(rest.get(generics), Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis);
    Some((name.clone(), 2 + if is_call { generics + 1 } else { 0 }))
}

/// How many tokens `::<…>` takes at the beginning of tokens; 0 if it is not there.
fn turbofish_length(trees: &[TokenTree]) -> usize {
    if !matches!(trees, [first, second, third, ..] if is_punct(first, ':') && is_punct(second, ':') && is_punct(third, '<'))
    {
        return 0;
    }
    let mut depth = 0;
    for (place, tree) in trees.iter().enumerate() {
        depth += i32::from(is_punct(tree, '<')) - i32::from(is_punct(tree, '>'));
        if depth == 0 && is_punct(tree, '>') {
            return place + 1;
        }
    }
    0
}
