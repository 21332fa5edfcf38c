//! The statements of a pipeline.

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::Parser;
use syn::spanned::Spanned;
use syn::{Attribute, Block, Expr, ExprMatch, Local, Pat, Stmt};

use super::repair::repair;
use crate::errors::Errors;

/// Statements, and what was wrong with them.
pub(crate) struct Body {
    pub(crate) statements: Vec<Statement>,
    pub(crate) errors: Errors,
}

/// One statement.
pub(crate) enum Statement {
    /// `let name = CHAIN;`, `let (a, b) = CHAIN;`
    Let {
        attributes: Vec<Attribute>,
        names: Names,
        chain: Expr,
    },
    /// `let name: Type = EXPR;`
    Value { name: Ident, local: Local },
    /// `match stream { … }`
    Match {
        attributes: Vec<Attribute>,
        expr: ExprMatch,
    },
    /// `CHAIN.to(sink);`, `CHAIN.for_each(…);`
    Output { attributes: Vec<Attribute>, chain: Expr },
    /// A chain without `;` at the end.
    Tail { attributes: Vec<Attribute>, chain: Expr },
    /// What did not parse, with the names that it would have declared.
    Broken { names: Vec<Ident>, tokens: TokenStream },
}

/// What a `let` names.
pub(crate) enum Names {
    /// One stream.
    One(Ident),
    /// Several; `_` drops one.
    Tuple(Vec<Option<Ident>>),
}

impl Names {
    /// The names, without those that are dropped.
    pub(crate) fn idents(&self) -> Vec<Ident> {
        match self {
            Names::One(name) => vec![name.clone()],
            Names::Tuple(names) => names.iter().flatten().cloned().collect(),
        }
    }
}

impl Statement {
    /// The tokens that the user wrote.
    pub(crate) fn tokens(&self) -> TokenStream {
        match self {
            Statement::Let { chain, .. } => chain.to_token_stream(),
            Statement::Value { local, .. } => local.to_token_stream(),
            Statement::Match { expr, .. } => expr.to_token_stream(),
            Statement::Output { chain, .. } | Statement::Tail { chain, .. } => chain.to_token_stream(),
            Statement::Broken { tokens, .. } => tokens.clone(),
        }
    }
}

/// Parses the statements of a block.
pub(super) fn parse(tokens: TokenStream, mut errors: Errors) -> Body {
    let tokens = repair(tokens, &mut errors);
    let statements = match Block::parse_within.parse2(tokens.clone()) {
        Ok(statements) => statements
            .into_iter()
            .filter_map(|statement| lower(statement, &mut errors))
            .collect(),
        Err(_) => one_by_one(tokens, &mut errors),
    };
    Body { statements, errors }
}

/// Parses each statement by itself, so that one that does not parse leaves the others alone.
fn one_by_one(tokens: TokenStream, errors: &mut Errors) -> Vec<Statement> {
    let mut statements = Vec::new();
    for piece in pieces(tokens) {
        match Block::parse_within.parse2(piece.clone()) {
            Ok(parsed) => statements.extend(
                parsed
                    .into_iter()
                    .filter_map(|statement| lower(statement, errors)),
            ),
            Err(error) => {
                errors.push(error);
                statements.push(Statement::Broken {
                    names: declared(&piece),
                    tokens: piece,
                });
            }
        }
    }
    statements
}

/// Cuts tokens after each `;`, after the braces of a `match`, and before each `let` and `match`.
fn pieces(tokens: TokenStream) -> Vec<TokenStream> {
    let (mut pieces, mut piece, mut in_match) = (Vec::new(), TokenStream::new(), false);
    for tree in tokens {
        let is_match = matches!(&tree, TokenTree::Ident(word) if word == "match");
        let starts = is_match || matches!(&tree, TokenTree::Ident(word) if word == "let");
        if starts && !piece.is_empty() {
            pieces.push(std::mem::take(&mut piece));
        }
        if piece.is_empty() {
            in_match = is_match;
        }
        let ends = match &tree {
            TokenTree::Punct(punct) => punct.as_char() == ';',
            TokenTree::Group(group) => in_match && group.delimiter() == Delimiter::Brace,
            _ => false,
        };
        piece.extend([tree]);
        if ends {
            pieces.push(std::mem::take(&mut piece));
        }
    }
    pieces.extend(Some(piece).filter(|piece| !piece.is_empty()));
    pieces
}

/// The names that a broken `let` would have declared.
fn declared(tokens: &TokenStream) -> Vec<Ident> {
    let mut trees = tokens.clone().into_iter();
    if !matches!(trees.next(), Some(TokenTree::Ident(word)) if word == "let") {
        return Vec::new();
    }
    match trees.next() {
        Some(TokenTree::Ident(name)) => vec![name],
        Some(TokenTree::Group(group)) => {
            let names = group.stream().into_iter();
            names
                .filter_map(|tree| {
                    if let TokenTree::Ident(name) = tree {
                        Some(name)
                    } else {
                        None
                    }
                })
                .collect()
        }
        _ => Vec::new(),
    }
}

fn lower(statement: Stmt, errors: &mut Errors) -> Option<Statement> {
    match statement {
        Stmt::Local(local) => Some(lower_let(local, errors)),
        Stmt::Expr(expr, _) if refuse_control(&expr, errors) => None,
        // A `;` too many.
        Stmt::Expr(Expr::Verbatim(tokens), Some(_)) if tokens.is_empty() => None,
        Stmt::Expr(Expr::Try(expr), _) => {
            let text = "a pipeline fails when it runs, `.run()?`, and not where it is described: remove `?`";
            errors.at(expr.question_token.span(), text);
            None
        }
        Stmt::Expr(Expr::Match(mut expr), _) => {
            let attributes = std::mem::take(&mut expr.attrs);
            Some(Statement::Match { attributes, expr })
        }
        Stmt::Expr(mut chain, semicolon) => {
            let attributes = take_attributes(&mut chain);
            Some(match semicolon {
                Some(_) => Statement::Output { attributes, chain },
                None => Statement::Tail { attributes, chain },
            })
        }
        Stmt::Item(item) => {
            errors.at(
                item.span(),
                "items are not part of a pipeline: move it before `pipeline!`",
            );
            None
        }
        Stmt::Macro(call) => {
            let text = "a macro call is not a statement of a pipeline: call it inside `.inspect(|record| …)` or before the pipeline";
            errors.at(call.span(), text);
            None
        }
    }
}

/// The attributes before a statement, which syn attaches to its expression.
fn take_attributes(chain: &mut Expr) -> Vec<Attribute> {
    let attributes = match chain {
        Expr::MethodCall(expr) => &mut expr.attrs,
        Expr::Path(expr) => &mut expr.attrs,
        Expr::Call(expr) => &mut expr.attrs,
        Expr::Tuple(expr) => &mut expr.attrs,
        Expr::Paren(expr) => &mut expr.attrs,
        Expr::Field(expr) => &mut expr.attrs,
        Expr::Assign(expr) => return take_attributes(&mut expr.left),
        _ => return Vec::new(),
    };
    std::mem::take(attributes)
}

/// Says that a pipeline has no branches and loops of its own: its graph is known when it is compiled.
fn refuse_control(expr: &Expr, errors: &mut Errors) -> bool {
    let (span, word) = match expr {
        Expr::If(expr) => (expr.if_token.span, "if"),
        Expr::ForLoop(expr) => (expr.for_token.span, "for"),
        Expr::While(expr) => (expr.while_token.span, "while"),
        Expr::Loop(expr) => (expr.loop_token.span, "loop"),
        _ => return false,
    };
    let text = match word {
        "if" => {
            "a pipeline is the same whatever the values are: to keep some records write `.filter(|r| …)`, to part them \
             `.split(|r| …)`; for another pipeline write another function, and the `if` around their calls"
        }
        _ => {
            "a pipeline has no loops: its records come one by one through the chain. To look at each, write \
             `.for_each(|r| …)`; for several records out of one, `.flat_map(|r| …)`"
        }
    };
    errors.at(span, text);
    true
}

fn lower_let(local: Local, errors: &mut Errors) -> Statement {
    if let Pat::Type(typed) = &local.pat
        && let Pat::Ident(name) = &*typed.pat
    {
        return Statement::Value {
            name: name.ident.clone(),
            local,
        };
    }
    let (span, tokens) = (local.pat.span(), local.to_token_stream());
    let Some(names) = names_of(&local.pat) else {
        if let Pat::Ident(name) = &local.pat
            && let Some(word) = &name.mutability
        {
            let text = "a stream is no variable: remove `mut`; what is made of it has a name of its own";
            errors.at(word.span, text);
            let names = vec![name.ident.clone()];
            return Statement::Broken { names, tokens };
        }
        errors.at(
            span,
            "a stream's name is expected here, or names in parentheses: `let (valid, broken) = …;`",
        );
        return Statement::Broken {
            names: Vec::new(),
            tokens,
        };
    };
    let Some(init) = local.init else {
        errors.at(span, "a stream is named where it is made: `let name = …;`");
        return Statement::Broken {
            names: names.idents(),
            tokens,
        };
    };
    if let Some((or_else, _)) = &init.diverge {
        errors.at(
            or_else.span(),
            "a stream's `let` has no `else`: to keep records apart, write `.split(…)` or `match`",
        );
        return Statement::Broken {
            names: names.idents(),
            tokens,
        };
    }
    Statement::Let {
        attributes: local.attrs,
        names,
        chain: *init.expr,
    }
}

fn names_of(pattern: &Pat) -> Option<Names> {
    match pattern {
        Pat::Tuple(tuple) => tuple
            .elems
            .iter()
            .map(name_of)
            .collect::<Option<Vec<_>>>()
            .map(Names::Tuple),
        Pat::Paren(paren) => names_of(&paren.pat),
        pattern => match name_of(pattern)? {
            Some(name) => Some(Names::One(name)),
            None => Some(Names::Tuple(vec![None])),
        },
    }
}

/// A name, or nothing for `_`.
fn name_of(pattern: &Pat) -> Option<Option<Ident>> {
    match pattern {
        Pat::Ident(name) if name.by_ref.is_none() && name.mutability.is_none() && name.subpat.is_none() => {
            Some(Some(name.ident.clone()))
        }
        Pat::Wild(_) => Some(None),
        _ => None,
    }
}

/// The span of the first name.
impl Names {
    pub(crate) fn span(&self) -> Span {
        self.idents().first().map_or_else(Span::call_site, Ident::span)
    }
}
