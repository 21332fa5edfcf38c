//! Windows and triggers that cannot be.
//!
//! A window of no length holds no record, and one of negative length none either, so that a job with it would fail when
//! it starts. Where the duration is a literal the mistake is plain to see, so it is one of compiling. Elsewhere a zero
//! makes sense: `bounded(0s)` is `ascending()`, and a join's range may start before zero.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::{Expr, ExprCall, ExprMethodCall, Lit, Token};

use crate::errors::Errors;
use crate::model::operators::{takes_positive_duration, takes_records};
use crate::syntax::literal_millis;

/// Checks the duration literals of an argument.
pub(crate) fn durations(argument: &Expr, errors: &mut Errors) {
    Durations { errors }.visit_expr(argument);
}

/// Checks what an operator takes itself.
pub(crate) fn own_durations(call: &ExprMethodCall, errors: &mut Errors) {
    Durations { errors }.check(&call.method, &call.args);
}

struct Durations<'a> {
    errors: &'a mut Errors,
}

impl Durations<'_> {
    fn check(&mut self, name: &Ident, arguments: &Punctuated<Expr, Token![,]>) {
        let Some(first) = arguments.first() else {
            return;
        };
        let text = name.to_string();
        if takes_records(&text) && is_zero(first) {
            self.errors.at(
                first.span(),
                format!("`{name}` takes a number of records that is at least 1: `{name}(100)`"),
            );
        }
        if !takes_positive_duration(&text) {
            return;
        }
        if literal_millis(first).is_some_and(|millis| millis <= 0) {
            let span = first
                .to_token_stream()
                .into_iter()
                .last()
                .map_or_else(|| first.span(), |last| last.span());
            self.errors.at(
                span,
                format!("`{name}` takes a duration that is longer than zero: `{name}(5min)`"),
            );
        }
    }
}

/// Whether it is the literal `0`.
fn is_zero(argument: &Expr) -> bool {
    let Expr::Lit(literal) = argument else {
        return false;
    };
    matches!(&literal.lit, Lit::Int(number) if number.base10_digits() == "0" && !number.suffix().starts_with('f'))
}

impl<'ast> Visit<'ast> for Durations<'_> {
    fn visit_expr_call(&mut self, call: &'ast ExprCall) {
        if let Expr::Path(path) = &*call.func
            && let Some(last) = path.path.segments.last()
        {
            self.check(&last.ident, &call.args);
        }
        syn::visit::visit_expr_call(self, call);
    }

    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        self.check(&call.method, &call.args);
        syn::visit::visit_expr_method_call(self, call);
    }
}
