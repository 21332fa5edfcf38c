//! A typed split: `match stream { PATTERN => branch = value, … }`.

use proc_macro2::{Delimiter, Group, Ident, Span};
use quote::{ToTokens, format_ident, quote_spanned};
use syn::spanned::Spanned;
use syn::visit_mut::VisitMut;
use syn::{Arm, Expr, ExprClosure, ExprMatch, Local};

use super::argument::Argument;
use super::names::bound;

/// A typed split, its assignments turned into calls.
pub(crate) struct Branches {
    /// `match`.
    pub(crate) keyword: syn::Token![match],
    /// The name of the record inside: the stream's own, so that rustc's words are those of a plain `match`.
    pub(crate) record: Ident,
    /// The branches, in the order in which the arms name them.
    pub(crate) names: Vec<Branch>,
    /// `match record { … }`.
    pub(crate) arms: Argument,
}

/// A stream that arms feed.
#[derive(Clone)]
pub(crate) struct Branch {
    pub(crate) name: Ident,
    /// Whether one arm may feed it several times for one record.
    pub(crate) many: bool,
}

/// What a branch's values are put into.
pub(crate) fn slot(branch: &Ident) -> Ident {
    format_ident!(
        "to_{}",
        branch,
        span = branch.span().resolved_at(Span::mixed_site())
    )
}

/// Turns the assignments that feed branches into calls; returns the branches.
pub(super) fn feed_branches(expr: &mut ExprMatch) -> Vec<Branch> {
    let mut branches: Vec<Branch> = Vec::new();
    for arm in &mut expr.arms {
        for (name, times) in feeds_of(arm) {
            match branches.iter_mut().find(|branch| branch.name == name) {
                Some(branch) => branch.many |= times > 1,
                None => branches.push(Branch {
                    name,
                    many: times > 1,
                }),
            }
        }
    }
    branches
}

/// The branches that an arm feeds, and how often it may.
fn feeds_of(arm: &mut Arm) -> Vec<(Ident, usize)> {
    let mut feeds = Feeds {
        branches: Vec::new(),
        locals: bound(&arm.pat),
        in_loop: false,
    };
    feeds.visit_expr_mut(&mut arm.body);
    feeds.branches
}

struct Feeds {
    branches: Vec<(Ident, usize)>,
    /// What the arm declares itself: an assignment to it is just that.
    locals: Vec<Ident>,
    /// The body of a loop may run several times.
    in_loop: bool,
}

impl Feeds {
    fn branch_of(&self, target: &Expr) -> Option<Ident> {
        let Expr::Path(path) = target else { return None };
        path.path
            .get_ident()
            .filter(|name| !self.locals.contains(name))
            .cloned()
    }

    fn count(&mut self, branch: Ident) {
        let times = 1 + usize::from(self.in_loop);
        match self.branches.iter_mut().find(|(known, _)| *known == branch) {
            Some((_, known)) => *known += times,
            None => self.branches.push((branch, times)),
        }
    }
}

impl VisitMut for Feeds {
    fn visit_local_mut(&mut self, local: &mut Local) {
        syn::visit_mut::visit_local_mut(self, local);
        self.locals.extend(bound(&local.pat));
    }

    /// An assignment inside a closure feeds nothing: nobody knows when it runs.
    fn visit_expr_closure_mut(&mut self, _closure: &mut ExprClosure) {}

    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        let before = self.in_loop;
        self.in_loop |= matches!(expr, Expr::ForLoop(_) | Expr::Loop(_) | Expr::While(_));
        syn::visit_mut::visit_expr_mut(self, expr);
        self.in_loop = before;
        let Expr::Assign(assign) = expr else { return };
        let Some(branch) = self.branch_of(&assign.left) else {
            return;
        };
        let value = assign.right.to_token_stream();
        let at = assign.eq_token.span().resolved_at(Span::mixed_site());
        let slot = slot(&branch);
        self.count(branch);
        // The parentheses have the span of the value's last token, or rustc's suggestions end up in its middle.
        let end = value
            .clone()
            .into_iter()
            .last()
            .map_or(at, |last| last.span().resolved_at(Span::mixed_site()));
        let mut arguments = Group::new(Delimiter::Parenthesis, value);
        arguments.set_span(end);
        *expr = Expr::Verbatim(quote_spanned!(at=> #slot.put #arguments));
    }
}
