//! Triggers that change nothing, so that who writes them expects something else: windows that are told to forget what they
//! forget anyway, and a second trigger.

use proc_macro2::Ident;
use syn::Expr;
use syn::visit::Visit;

use crate::errors::Errors;
use crate::model::graph::{Call, CallArgument, Operator};
use crate::model::operators::is_window;

/// The settings of the window that was written last.
fn settings(operators: &[Operator]) -> Vec<&Call> {
    let settings = operators.iter().rev().map_while(|operator| match operator {
        Operator::Call(call) if !is_window(&call.method.to_string()) => Some(&**call),
        _ => None,
    });
    settings.collect()
}

/// A window has one trigger; says whether this operator is the first.
pub(crate) fn second_trigger(method: &Ident, operators: &[Operator], errors: &mut Errors) -> bool {
    let is_second = method == "trigger" && settings(operators).iter().any(|call| call.method == "trigger");
    if is_second {
        errors.at(
            method.span(),
            "a window has one trigger: bring two together, such as `.trigger(every(10s).or(on_count(100)))`",
        );
    }
    is_second
}

/// Checks the settings of a window, which follow it.
pub(crate) fn purging(operators: &[Operator], errors: &mut Errors) {
    let settings = settings(operators);
    let setting = |name: &str| settings.iter().find(|call| call.method == name);
    let Some(trigger) = setting("trigger").and_then(|call| call.arguments.first()) else {
        return;
    };
    let CallArgument::Value(trigger) = trigger else {
        return;
    };
    let Some((purging, purged)) = find_purging(&trigger.expr) else {
        return;
    };
    if setting("discarding").is_some() {
        errors.at(
            purging.span(),
            "`purging` changes nothing beside `discarding`: a window forgets its records whenever it fires; leave one of them away",
        );
    } else if is_on_watermark(&purged) && setting("allowed_lateness").is_none() {
        errors.at(
            purging.span(),
            "`purging` changes nothing here: the window fires once; write `.allowed_lateness(…)`, or a trigger that fires \
             before, such as `every(10s)`",
        );
    }
}

/// Where `purging` is called, and on what.
fn find_purging(trigger: &Expr) -> Option<(Ident, Expr)> {
    struct Find(Option<(Ident, Expr)>);
    impl<'ast> Visit<'ast> for Find {
        fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
            if call.method == "purging" {
                self.0 = Some((call.method.clone(), (*call.receiver).clone()));
            }
            syn::visit::visit_expr_method_call(self, call);
        }
    }
    let mut find = Find(None);
    find.visit_expr(trigger);
    find.0
}

fn is_on_watermark(trigger: &Expr) -> bool {
    match trigger {
        Expr::Call(call) => {
            matches!(&*call.func, Expr::Path(path) if path.path.is_ident("on_watermark"))
        }
        Expr::Paren(paren) => is_on_watermark(&paren.expr),
        _ => false,
    }
}
