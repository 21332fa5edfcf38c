//! Arguments: expressions that may mention parameters of the function.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use syn::visit_mut::VisitMut;
use syn::{Expr, ExprClosure, Token};

use super::names;

/// An expression of the user's, with the parameters that it mentions.
#[derive(Clone)]
pub(crate) struct Argument {
    pub(crate) expr: Expr,
    /// Its number, in the order of description.
    pub(crate) number: usize,
    /// The parameters that it mentions: it gets a clone of each, and the one itself where it is mentioned last.
    pub(crate) mentions: Vec<Ident>,
    /// Where the expression mentions each of them first.
    pub(crate) mentioned_at: Vec<Span>,
}

/// Makes the outermost closures of an expression `move`: they run when the function has returned.
pub(super) fn make_move(expr: &mut Expr) {
    struct MakeMove;
    impl VisitMut for MakeMove {
        fn visit_expr_closure_mut(&mut self, closure: &mut ExprClosure) {
            if closure.capture.is_none() {
                closure.capture = Some(Token![move](closure.inputs_begin.span));
            }
        }
    }
    MakeMove.visit_expr_mut(expr);
}

/// The first of `names` that is mentioned, as a word of its own or inside a format string.
pub(super) fn mentioned(tokens: &TokenStream, names: &[Ident]) -> Option<Ident> {
    let mut behind_dot = false;
    for tree in tokens.clone() {
        let found = match &tree {
            TokenTree::Ident(word) => (!behind_dot && names.contains(word)).then(|| word.clone()),
            TokenTree::Group(group) => mentioned(&group.stream(), names),
            TokenTree::Literal(literal) => {
                let text = literal.to_string();
                names.iter().find(|name| is_formatted(&text, name)).cloned()
            }
            TokenTree::Punct(_) => None,
        };
        if found.is_some() {
            return found;
        }
        behind_dot = matches!(&tree, TokenTree::Punct(punct) if punct.as_char() == '.');
    }
    None
}

/// Whether a string literal contains `{name}` or `{name:…}`.
fn is_formatted(text: &str, name: &Ident) -> bool {
    let is_string = text.starts_with('"') || text.starts_with('r');
    is_string && (text.contains(&format!("{{{name}}}")) || text.contains(&format!("{{{name}:")))
}

/// All of `names` that an expression means, each with the place where it does so first.
pub(super) fn mentions(expr: &Expr, names: &[Ident]) -> Vec<(Ident, Span)> {
    let free = names::free(expr);
    let mentions = names.iter().filter_map(|name| {
        let first = free.iter().find(|found| *found == name)?;
        Some((name.clone(), first.span()))
    });
    mentions.collect()
}
