//! A chain: what it starts with, and its calls in the order in which they are written.

use syn::{Expr, ExprField, ExprMethodCall};

/// `head.call(…).call(…)`.
pub(crate) struct Chain<'a> {
    pub(crate) head: &'a Expr,
    pub(crate) links: Vec<Link<'a>>,
}

/// What follows a dot.
pub(crate) enum Link<'a> {
    /// An operator.
    Call(&'a ExprMethodCall),
    /// A name without arguments: half-typed code, which rustc explains best.
    Field(&'a ExprField),
}

impl<'a> Chain<'a> {
    pub(crate) fn of(expr: &'a Expr) -> Self {
        let (mut head, mut links) = (expr, Vec::new());
        loop {
            head = match head {
                Expr::MethodCall(call) => {
                    links.push(Link::Call(call));
                    &call.receiver
                }
                Expr::Field(field) => {
                    links.push(Link::Field(field));
                    &field.base
                }
                Expr::Group(group) => &group.expr,
                Expr::Paren(paren) => &paren.expr,
                _ => break,
            };
        }
        links.reverse();
        Self { head, links }
    }
}
