//! `?` in an argument of a function's pipeline: it returns its job, and no error.

use syn::visit::Visit;
use syn::{Expr, ExprAsync, ExprClosure, ExprTry};

use crate::errors::Errors;

/// Says that a `?` outside of closures has nowhere to go; says whether there is one.
pub(in crate::model) fn question_marks(expr: &Expr, errors: &mut Errors) -> bool {
    struct Questions<'a>(&'a mut Errors, bool);
    impl<'ast> Visit<'ast> for Questions<'_> {
        fn visit_expr_try(&mut self, expr: &'ast ExprTry) {
            let text = "a pipeline returns its job, so that `?` has nowhere to go: make this before, and give it as a parameter";
            self.1 = true;
            self.0.at(expr.question_token.spans[0], text);
        }

        fn visit_expr_closure(&mut self, _: &'ast ExprClosure) {}

        fn visit_expr_async(&mut self, _: &'ast ExprAsync) {}
    }
    let mut questions = Questions(errors, false);
    questions.visit_expr(expr);
    questions.1
}
