//! Triggers whose closures look at records.

use proc_macro2::Ident;
use syn::visit_mut::VisitMut;
use syn::{Expr, ExprMethodCall, Token};

/// Makes functions that take a closure over records methods of a value that knows what a record is, so that the closure
/// knows it, too; says what that value is called, if there is such a function.
pub(super) fn triggers_of_stream(arguments: &mut [Expr]) -> Option<Ident> {
    let mut calls = Calls { triggers: None };
    for argument in arguments {
        calls.visit_expr_mut(argument);
    }
    calls.triggers
}

struct Calls {
    triggers: Option<Ident>,
}

impl VisitMut for Calls {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        syn::visit_mut::visit_expr_mut(self, expr);
        let Expr::Call(call) = expr else { return };
        let Expr::Path(function) = &*call.func else { return };
        let Some(name) = function.path.get_ident().filter(|name| *name == "on_delta") else {
            return;
        };
        // Where the function is and in the same scope as it, so that an error about the call points at all of it.
        let triggers = Ident::new("__triggers", name.span());
        self.triggers.get_or_insert_with(|| triggers.clone());
        *expr = Expr::MethodCall(ExprMethodCall {
            attrs: call.attrs.clone(),
            receiver: Box::new(syn::parse_quote!(#triggers)),
            dot_token: Token![.](name.span()),
            method: name.clone(),
            turbofish: None,
            paren_token: call.paren_token,
            args: call.args.clone(),
        });
    }

    /// A closure's body belongs to the user.
    fn visit_expr_closure_mut(&mut self, _closure: &mut syn::ExprClosure) {}
}
