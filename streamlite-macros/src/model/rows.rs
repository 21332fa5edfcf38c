//! `aggregate(|key, window, rows| EXPR)`: each call on `rows` becomes an accumulator, what stands around them is
//! evaluated when a window fires.
//!
//! The calls are found by their tokens, not by syntax, so that they may stand inside the calls of other macros, such
//! as `format!`.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit::Visit;
use syn::{Expr, ExprClosure, Local, Pat};

use super::argument::{Argument, mentioned, pattern_names};
use crate::errors::Errors;

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
    let mut hoist = Hoist {
        locals: locals(closure, &heads),
        rows,
        calls: Vec::new(),
        wrong: false,
        errors,
    };
    let body = hoist.tokens(closure.body.to_token_stream());
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

/// What the arguments of a call on `rows` may not mention: the key, the window, and every `let` of the expression.
fn locals(closure: &ExprClosure, heads: &[Pat]) -> Vec<Ident> {
    struct Lets(Vec<Ident>);
    impl<'ast> Visit<'ast> for Lets {
        fn visit_local(&mut self, local: &'ast Local) {
            self.0.extend(pattern_names(&local.pat));
            syn::visit::visit_local(self, local);
        }
    }
    let mut lets = Lets(heads.iter().flat_map(pattern_names).collect());
    lets.visit_expr(&closure.body);
    lets.0
}

/// Replaces the calls on `rows` by names.
struct Hoist<'a> {
    rows: Ident,
    locals: Vec<Ident>,
    calls: Vec<(Ident, TokenStream)>,
    /// Something was reported.
    wrong: bool,
    errors: &'a mut Errors,
}

impl Hoist<'_> {
    fn tokens(&mut self, tokens: TokenStream) -> TokenStream {
        let trees: Vec<TokenTree> = tokens.into_iter().collect();
        let (mut replaced, mut place) = (TokenStream::new(), 0);
        while let Some(tree) = trees.get(place) {
            let behind_dot = place > 0 && is_punct(&trees[place - 1], '.');
            place += match tree {
                TokenTree::Ident(word) if *word == self.rows && !behind_dot => {
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
        replaced
    }

    /// `rows.filter(…).mean(…)`: gives what takes its place, and how many tokens it was.
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
        let name = Ident::new(&format!("{rows}_{method}_{}", self.calls.len()), span);
        self.calls
            .push((name.clone(), trees[..taken].iter().cloned().collect()));
        (name.into_token_stream(), taken)
    }

    fn report(&mut self, span: Span, text: String) {
        self.wrong = true;
        self.errors.at(span, text);
    }

    fn check_arguments(&mut self, method: &Ident, arguments: &TokenStream) {
        if let Some(local) = mentioned(arguments, &self.locals)
            && !shadowed(arguments, &local)
        {
            let text = format!(
                "`{local}` is not known here: the arguments of `{}.{method}(…)` are evaluated when the pipeline is built, not when a window fires",
                self.rows
            );
            self.report(local.span(), text);
        }
    }
}

/// Whether the argument is a closure whose own parameter has that name.
fn shadowed(arguments: &TokenStream, local: &Ident) -> bool {
    match syn::parse2::<ExprClosure>(arguments.clone()) {
        Ok(closure) => closure
            .inputs
            .iter()
            .flat_map(pattern_names)
            .any(|name| name == *local),
        Err(_) => false,
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
