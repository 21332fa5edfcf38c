//! Which names an expression means that it does not bind itself.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use syn::visit::Visit;
use syn::{
    Arm, Block, Expr, ExprClosure, ExprForLoop, ExprIf, ExprLet, ExprMethodCall, ExprPath, ExprWhile, Local,
    Macro, Pat, PatIdent,
};

/// The names that an expression means and does not bind itself, each with the place, in the order of the text.
///
/// What a closure, a `let`, a `for`, an `if let` or an arm binds is not free inside of it; a field is no name. In the tokens
/// of a macro every word may be one, and so may what is in braces in a text.
pub(super) fn free(expr: &Expr) -> Vec<Ident> {
    let mut names = Names::default();
    names.visit_expr(expr);
    names.free
}

/// The names that a pattern binds.
pub(super) fn bound(pattern: &Pat) -> Vec<Ident> {
    struct Bound(Vec<Ident>);
    impl<'ast> Visit<'ast> for Bound {
        fn visit_pat_ident(&mut self, name: &'ast PatIdent) {
            self.0.push(name.ident.clone());
            syn::visit::visit_pat_ident(self, name);
        }

        fn visit_expr(&mut self, _: &'ast Expr) {}
    }
    let mut names = Bound(Vec::new());
    names.visit_pat(pattern);
    names.0
}

/// All names that are bound somewhere inside of an expression, but for what is bound in the arguments of a call on `rows`,
/// and for constants and variants, which look the same in a pattern and begin with a capital.
pub(super) fn bound_beside(expr: &Expr, rows: &Ident) -> Vec<Ident> {
    let mut names = Beside {
        rows: vec![rows.clone()],
        bound: Vec::new(),
    };
    names.visit_expr(expr);
    names.bound
}

struct Beside {
    /// The rows, and what is named that is a part of them.
    rows: Vec<Ident>,
    bound: Vec<Ident>,
}

impl Beside {
    fn is_of_rows(&self, expr: &Expr) -> bool {
        match expr {
            Expr::MethodCall(call) => self.is_of_rows(&call.receiver),
            Expr::Path(path) => path.path.get_ident().is_some_and(|name| self.rows.contains(name)),
            Expr::Group(group) => self.is_of_rows(&group.expr),
            Expr::Paren(paren) => self.is_of_rows(&paren.expr),
            _ => false,
        }
    }
}

impl<'ast> Visit<'ast> for Beside {
    fn visit_pat_ident(&mut self, name: &'ast PatIdent) {
        if !name.ident.to_string().starts_with(char::is_uppercase) {
            self.bound.push(name.ident.clone());
        }
        syn::visit::visit_pat_ident(self, name);
    }

    fn visit_local(&mut self, local: &'ast Local) {
        syn::visit::visit_local(self, local);
        if let (Some(init), Pat::Ident(name)) = (&local.init, &local.pat)
            && matches!(&*init.expr, Expr::MethodCall(call) if call.method == "filter" && self.is_of_rows(&call.receiver))
        {
            self.rows.push(name.ident.clone());
        }
    }

    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        if !self.is_of_rows(&call.receiver) {
            call.args.iter().for_each(|argument| self.visit_expr(argument));
        }
        self.visit_expr(&call.receiver);
    }
}

#[derive(Default)]
struct Names {
    free: Vec<Ident>,
    /// What is bound at the present place.
    bound: Vec<Ident>,
}

impl Names {
    fn mean(&mut self, name: &Ident) {
        if !self.bound.contains(name) {
            self.free.push(name.clone());
        }
    }

    fn bind(&mut self, pattern: &Pat) {
        self.bound.extend(bound(pattern));
    }

    /// What is bound inside is not bound after it.
    fn within(&mut self, visit: impl FnOnce(&mut Self)) {
        let outer = self.bound.len();
        visit(self);
        self.bound.truncate(outer);
    }

    fn tokens(&mut self, tokens: TokenStream) {
        let mut behind_dot = false;
        for tree in tokens {
            match &tree {
                TokenTree::Ident(word) if !behind_dot => self.mean(word),
                TokenTree::Group(group) => self.tokens(group.stream()),
                TokenTree::Literal(literal) => self.text(&literal.to_string(), literal.span()),
                TokenTree::Ident(_) | TokenTree::Punct(_) => {}
            }
            behind_dot = matches!(&tree, TokenTree::Punct(punct) if punct.as_char() == '.');
        }
    }

    /// `{name}` and `{name:…}` in a text.
    fn text(&mut self, text: &str, span: Span) {
        if !text.starts_with('"') && !text.starts_with('r') {
            return;
        }
        for piece in text.split('{').skip(1) {
            let name = piece.split(['}', ':']).next().unwrap_or_default();
            if let Ok(mut name) = syn::parse_str::<Ident>(name) {
                name.set_span(span);
                self.mean(&name);
            }
        }
    }
}

impl<'ast> Visit<'ast> for Names {
    fn visit_expr_path(&mut self, path: &'ast ExprPath) {
        if let Some(name) = path.path.get_ident() {
            self.mean(name);
        }
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        self.tokens(call.tokens.clone());
    }

    fn visit_expr_closure(&mut self, closure: &'ast ExprClosure) {
        self.within(|names| {
            closure.inputs.iter().for_each(|pattern| names.bind(pattern));
            names.visit_expr(&closure.body);
        });
    }

    fn visit_block(&mut self, block: &'ast Block) {
        self.within(|names| syn::visit::visit_block(names, block));
    }

    fn visit_local(&mut self, local: &'ast Local) {
        if let Some(init) = &local.init {
            syn::visit::visit_local_init(self, init);
        }
        self.bind(&local.pat);
    }

    fn visit_expr_for_loop(&mut self, each: &'ast ExprForLoop) {
        self.visit_expr(&each.expr);
        self.within(|names| {
            names.bind(&each.pat);
            names.visit_block(&each.body);
        });
    }

    fn visit_expr_let(&mut self, condition: &'ast ExprLet) {
        self.visit_expr(&condition.expr);
        self.bind(&condition.pat);
    }

    fn visit_expr_if(&mut self, branch: &'ast ExprIf) {
        self.within(|names| {
            names.visit_expr(&branch.cond);
            names.visit_block(&branch.then_branch);
        });
        if let Some((_, otherwise)) = &branch.else_branch {
            self.visit_expr(otherwise);
        }
    }

    fn visit_expr_while(&mut self, repeated: &'ast ExprWhile) {
        self.within(|names| {
            names.visit_expr(&repeated.cond);
            names.visit_block(&repeated.body);
        });
    }

    fn visit_arm(&mut self, arm: &'ast Arm) {
        self.within(|names| {
            names.bind(&arm.pat);
            syn::visit::visit_arm(names, arm);
        });
    }

    // Of a pattern only its expressions are looked at, such as the ends of a range.
    fn visit_item(&mut self, _: &'ast syn::Item) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    fn free_in(text: &str) -> Vec<String> {
        let expr = syn::parse_str(text).expect("it is an expression");
        free(&expr).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_is_bound_is_not_free_inside() {
        for (text, expected) in [
            ("a + b.c", vec!["a", "b"]),
            ("|a| a + b", vec!["b"]),
            ("move |(a, C { b, d: e }), [f, ..]| a + b + e + f + d", vec!["d"]),
            ("{ let a = a; a }", vec!["a"]),
            ("{ { let a = b; } a }", vec!["b", "a"]),
            ("{ let Some(a) = b else { return a }; a }", vec!["b", "a"]),
            ("for a in a { a }", vec!["a"]),
            (
                "if let Some(a) = a && a > b { a } else { a }",
                vec!["a", "b", "a"],
            ),
            ("while let Some(a) = b { a }", vec!["b"]),
            ("match a { Some(b) if b > c => b, _ => b }", vec!["a", "c", "b"]),
            ("Point { x, y: z }", vec!["x", "z"]),
            ("a.x.map(|x| x.a).sum::<b>()", vec!["a"]),
            ("crate::a(b::c)", vec![]),
            ("format!(\"{a} {b:?} {{c}} {}\", d.e)", vec!["a", "b", "c", "d"]),
            ("|a| format!(\"{a} {b}\")", vec!["b"]),
            ("f(|a| a, a)", vec!["f", "a"]),
        ] {
            assert_eq!(free_in(text), expected, "{text}");
        }
    }

    #[test]
    fn constants_in_patterns_bind_nothing() {
        let text =
            "match a { None => 1, LIMIT => 2, b => { let c = rows.filter(|f| f.x); d(|e| c.max(|g| g)) } }";
        let expr = syn::parse_str(text).expect("it is an expression");
        let rows = syn::parse_str("rows").expect("it is a name");
        let names = bound_beside(&expr, &rows);
        assert_eq!(
            names.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["b", "c", "e"]
        );
    }
}
