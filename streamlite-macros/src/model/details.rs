//! What the picture of a pipeline says of an operator besides its name: keys, windows and states, as the user wrote them.

use std::iter::Peekable;

use proc_macro2::token_stream::IntoIter;
use proc_macro2::{Delimiter, Group, Spacing, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Expr;

use super::graph::{Call, CallArgument, Description, Head, Operator};
use super::operators::{Kind, kind};
use crate::syntax::{duration_in_words, text};

/// More letters than these are cut off.
const LONGEST: usize = 36;

impl Description {
    /// What the graph says of each operator besides its name.
    pub(crate) fn operator_details(&self) -> Vec<String> {
        let head = matches!(self.head, Head::Fragment { .. }).then(String::new);
        let operators = self.operators.iter().map(details);
        let branches = self.branches.iter().map(|_| String::new());
        head.into_iter().chain(operators).chain(branches).collect()
    }
}

/// What is said of an operator; empty if its name says all, or what it does is code.
fn details(operator: &Operator) -> String {
    match operator {
        Operator::Call(call) if is_told(call) => {
            let values = call.arguments.iter().filter_map(|argument| match argument {
                CallArgument::Value(value) => Some(of_argument(&value.expr)),
                CallArgument::Stream(_) | CallArgument::Sink(_) => None,
            });
            shortened(values.collect::<Vec<_>>().join(", "))
        }
        Operator::Process(process) => {
            let states = process.states.iter().chain(&process.shared);
            let names: Vec<_> = states.map(|state| text(&state.name)).collect();
            shortened(names.join(", "))
        }
        Operator::Call(_) | Operator::Aggregate(_) => String::new(),
    }
}

fn is_told(call: &Call) -> bool {
    matches!(
        kind(&call.method.to_string()),
        Some(
            Kind::Key
                | Kind::Time
                | Kind::TimeSetting
                | Kind::Window
                | Kind::WindowSetting
                | Kind::Join
                | Kind::JoinSetting
                | Kind::Aggregate
        )
    )
}

/// Of a closure what it returns: its parameters say nothing.
fn of_argument(expr: &Expr) -> String {
    match expr {
        Expr::Closure(closure) => in_words(as_written(&closure.body).to_token_stream()),
        expr => in_words(expr.to_token_stream()),
    }
}

/// Without the call that the macro has put around it.
fn as_written(expr: &Expr) -> &Expr {
    match expr {
        Expr::Call(call) => match (&*call.func, call.args.first()) {
            (Expr::Path(function), Some(argument)) if is_ours(&function.path) => argument,
            _ => expr,
        },
        expr => expr,
    }
}

fn is_ours(path: &syn::Path) -> bool {
    let first = path.segments.first();
    first.is_some_and(|segment| segment.ident == "__streamlite")
}

fn shortened(text: String) -> String {
    if text.chars().count() <= LONGEST {
        return text;
    }
    let mut short: String = text.chars().take(LONGEST - 1).collect();
    short.push('…');
    short
}

/// Code as it is usually written.
fn in_words(tokens: TokenStream) -> String {
    let mut words = Words::default();
    words.take(tokens.into_iter().peekable());
    words.text
}

/// What stands before a token.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Before {
    /// Nothing, or a bracket that opens.
    #[default]
    Opening,
    /// Something that an operator with two sides may follow.
    Operand,
    /// A sign that what follows belongs to, without a space.
    Glued,
    /// A sign with a space after it.
    Sign,
}

#[derive(Default)]
struct Words {
    text: String,
    before: Before,
}

impl Words {
    fn take(&mut self, mut tokens: Peekable<IntoIter>) {
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Group(group) => self.group(&group),
                TokenTree::Punct(sign) => {
                    let mut signs = String::from(sign.as_char());
                    let mut spacing = sign.spacing();
                    while spacing == Spacing::Joint
                        && let Some(TokenTree::Punct(next)) = tokens.peek()
                    {
                        signs.push(next.as_char());
                        spacing = next.spacing();
                        tokens.next();
                    }
                    self.signs(&signs);
                }
                word => self.word(&word.to_string()),
            }
        }
    }

    fn word(&mut self, word: &str) {
        if matches!(self.before, Before::Operand | Before::Sign) {
            self.text.push(' ');
        }
        self.text += word;
        self.before = Before::Operand;
    }

    fn signs(&mut self, signs: &str) {
        let follows = self.before == Before::Operand;
        self.before = match signs {
            "." | "::" | ".." | "..=" => Before::Glued,
            "," | ";" | ":" => Before::Sign,
            "?" => Before::Operand,
            "&" | "*" | "-" | "!" | "&&" if !follows => {
                if self.before == Before::Sign {
                    self.text.push(' ');
                }
                Before::Glued
            }
            // Of a macro.
            "!" => Before::Glued,
            _ => {
                self.text.push(' ');
                Before::Sign
            }
        };
        self.text += signs;
    }

    fn group(&mut self, group: &Group) {
        if let Some(duration) = duration_in_words(group) {
            return self.word(&duration);
        }
        let (open, close) = match group.delimiter() {
            Delimiter::Parenthesis => ("(", ")"),
            Delimiter::Bracket => ("[", "]"),
            Delimiter::Brace => ("{ ", " }"),
            Delimiter::None => ("", ""),
        };
        let is_call = group.delimiter() != Delimiter::Brace && self.before == Before::Operand;
        if matches!(self.before, Before::Operand | Before::Sign) && !is_call {
            self.text.push(' ');
        }
        self.text += open;
        if group.delimiter() != Delimiter::None {
            self.before = Before::Opening;
        }
        self.take(group.stream().into_iter().peekable());
        self.text += close;
        self.before = Before::Operand;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_shown_as_it_is_usually_written() {
        for code in [
            "row.key",
            "&row.name",
            "(row.a, row.b / 10)",
            "row.at - -5 * *n",
            "row.tags[0].len()?",
            "std::mem::take(&mut row.name)",
            "!row.is_new && row.n >= 3",
            "sliding(size).every(size / 4)",
            "format!(\"{}\", row.key)",
            "{ row.key }",
            "0..=9",
        ] {
            let tokens: TokenStream = code.parse().expect("it is code");
            assert_eq!(in_words(tokens), code);
        }
    }
}
