//! Functions in arguments whose closures look at records, such as `on_delta` and `punctuated`.

use proc_macro2::Ident;
use syn::visit_mut::VisitMut;
use syn::{Expr, ExprMethodCall, Token};

use crate::model::graph::RecordFunctions;

/// Where they are allowed: in an argument of this operator; what method of the stream returns them; their names.
const FUNCTIONS: [(&str, &str, &[&str]); 2] = [
    ("trigger", "triggers", &["on_delta"]),
    ("watermark", "watermarks", &["punctuated"]),
];

/// Makes functions that take a closure over records methods of a value that knows what a record is, so that the closure
/// knows it, too; says what that value is, if there is such a function.
pub(super) fn record_functions(operator: &str, arguments: &mut [Expr]) -> Option<RecordFunctions> {
    let (_, given_by, names) = FUNCTIONS.iter().find(|(name, ..)| *name == operator)?;
    let mut calls = Calls {
        given_by,
        names,
        found: None,
    };
    for argument in arguments {
        calls.visit_expr_mut(argument);
    }
    calls.found
}

struct Calls {
    given_by: &'static str,
    names: &'static [&'static str],
    found: Option<RecordFunctions>,
}

impl VisitMut for Calls {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        syn::visit_mut::visit_expr_mut(self, expr);
        let Expr::Call(call) = expr else { return };
        let Expr::Path(function) = &*call.func else { return };
        let Some(name) = function
            .path
            .get_ident()
            .filter(|name| self.names.iter().any(|known| name == known))
        else {
            return;
        };
        // Where the function is and in the same scope as it, so that an error about the call points at all of it.
        let functions = Ident::new(&format!("__{}", self.given_by), name.span());
        self.found.get_or_insert_with(|| RecordFunctions {
            given_by: Ident::new(self.given_by, name.span()),
            value: functions.clone(),
        });
        *expr = Expr::MethodCall(ExprMethodCall {
            attrs: call.attrs.clone(),
            receiver: Box::new(syn::parse_quote!(#functions)),
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
