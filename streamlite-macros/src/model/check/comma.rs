//! A comma that is missing before a closure: `.fold(0 |sum, n| sum + n)` is `0 | sum` and `n | (sum + n)` to Rust.

use syn::{BinOp, Expr, ExprMethodCall};

use crate::errors::Errors;

/// Says that a comma is missing, where an operator's first argument is `value | name` and its second one is no closure.
pub(in crate::model) fn missing_comma(call: &ExprMethodCall, errors: &mut Errors) -> bool {
    if call.method != "fold" {
        return false;
    }
    let [Expr::Binary(first), Expr::Binary(second)] = &*call.args.iter().collect::<Vec<_>>() else {
        return false;
    };
    let (BinOp::BitOr(bar), BinOp::BitOr(_)) = (&first.op, &second.op) else {
        return false;
    };
    let text = format!(
        "a `,` is missing before the closure: `.{}(start, |…| …)`",
        call.method
    );
    errors.at(bar.span, text);
    true
}
