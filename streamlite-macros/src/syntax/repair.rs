//! Completes what is half typed, so that every statement parses and editors keep completing.
//!
//! A dot with nothing after it gets a name, and two statements without a `;` between them get one. The text up to
//! what is being typed stays as it is: rust-analyzer looks a position up in the expansion with the word and without.

use proc_macro2::{Delimiter, Group, Ident, Punct, Spacing, TokenStream, TokenTree};

use crate::errors::Errors;

/// The name after a dot that has none, between operators.
const OPERATOR: &str = "operator_expected_here";
/// The name after a dot that has none, inside an argument.
const NAME: &str = "name_expected_here";

const KEYWORDS: [&str; 24] = [
    "as", "async", "await", "const", "dyn", "else", "fn", "for", "if", "impl", "in", "let", "loop", "match",
    "move", "mut", "pub", "ref", "return", "static", "unsafe", "where", "while", "yield",
];

/// Where tokens are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    /// Between statements and operators.
    Statements,
    /// Inside parentheses, brackets or braces.
    Inside,
}

/// Completes the statements of a block.
pub(super) fn repair(tokens: TokenStream, errors: &mut Errors) -> TokenStream {
    repair_level(tokens, Level::Statements, errors)
}

/// Whether tokens were completed here.
pub(crate) fn is_half_typed(tokens: &TokenStream) -> bool {
    tokens.clone().into_iter().any(|tree| match tree {
        TokenTree::Ident(word) => word == OPERATOR || word == NAME,
        TokenTree::Group(group) => is_half_typed(&group.stream()),
        _ => false,
    })
}

fn repair_level(tokens: TokenStream, level: Level, errors: &mut Errors) -> TokenStream {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let mut repaired = TokenStream::new();
    for (place, tree) in trees.iter().enumerate() {
        let behind = &trees[place + 1..];
        match tree {
            TokenTree::Group(group) => repaired.extend([repair_group(group, errors)]),
            tree => repaired.extend([tree.clone()]),
        }
        if is_dangling_dot(&trees, place, level) {
            let name = if level == Level::Statements {
                OPERATOR
            } else {
                NAME
            };
            repaired.extend([TokenTree::Ident(Ident::new(name, tree.span()))]);
            if behind
                .first()
                .is_some_and(|next| matches!(next, TokenTree::Ident(_)))
            {
                repaired.extend([semicolon()]);
            }
        } else if level == Level::Statements
            && !is_attribute(&trees, place)
            && ends_operand(tree)
            && starts_statement(behind)
        {
            errors.at(tree.span(), "a `;` should follow: it ends a statement");
            repaired.extend([semicolon()]);
        }
    }
    repaired
}

fn repair_group(group: &Group, errors: &mut Errors) -> TokenTree {
    let mut repaired = Group::new(
        group.delimiter(),
        repair_level(group.stream(), Level::Inside, errors),
    );
    repaired.set_span(group.span());
    TokenTree::Group(repaired)
}

fn semicolon() -> TokenTree {
    TokenTree::Punct(Punct::new(';', Spacing::Alone))
}

fn is_punct(tree: Option<&TokenTree>, sign: char) -> bool {
    matches!(tree, Some(TokenTree::Punct(punct)) if punct.as_char() == sign)
}

fn is_word(tree: Option<&TokenTree>, accept: impl Fn(&str) -> bool) -> bool {
    matches!(tree, Some(TokenTree::Ident(word)) if accept(&word.to_string()))
}

/// A dot after an operand with no name after it; not `..` and `..=`.
fn is_dangling_dot(trees: &[TokenTree], place: usize, level: Level) -> bool {
    let (before, next) = (
        place.checked_sub(1).map(|place| &trees[place]),
        trees.get(place + 1),
    );
    let is_dot = is_punct(trees.get(place), '.') && before.is_some_and(ends_operand) && !is_punct(next, '.');
    if !is_dot {
        return false;
    }
    let next_statement = level == Level::Statements
        && (is_word(next, |word| word == "let" || word == "match")
            || matches!(next, Some(TokenTree::Ident(_))) && is_punct(trees.get(place + 2), '.'));
    next_statement || !matches!(next, Some(TokenTree::Ident(_) | TokenTree::Literal(_)))
}

/// Whether this is the bracket of `#[…]`.
fn is_attribute(trees: &[TokenTree], place: usize) -> bool {
    let before = place.checked_sub(1).and_then(|place| trees.get(place));
    is_punct(before, '#')
}

/// Whether an expression may end with this token.
fn ends_operand(tree: &TokenTree) -> bool {
    match tree {
        TokenTree::Ident(word) => !KEYWORDS.contains(&&*word.to_string()),
        TokenTree::Group(group) => group.delimiter() != Delimiter::Brace,
        TokenTree::Literal(_) => true,
        TokenTree::Punct(_) => false,
    }
}

/// Whether a statement starts here, right after an operand.
fn starts_statement(trees: &[TokenTree]) -> bool {
    is_word(trees.first(), |word| {
        word == "let" || word == "match" || !KEYWORDS.contains(&word)
    })
}

#[cfg(test)]
mod tests {
    use super::is_half_typed;
    use crate::errors::Errors;

    fn repair(tokens: proc_macro2::TokenStream) -> proc_macro2::TokenStream {
        super::repair(tokens, &mut Errors::default())
    }

    fn repaired(text: &str) -> String {
        repair(text.parse().expect("it has tokens")).to_string()
    }

    #[test]
    fn whole_statements_stay_as_they_are() {
        for text in [
            "let a = b . map (| x | x . y . 0) ;",
            "let r = a . within (- 5 ..= 6) ;",
            "match a { B => c = d , }",
        ] {
            assert_eq!(
                repaired(text),
                text.parse::<proc_macro2::TokenStream>()
                    .expect("tokens")
                    .to_string()
            );
            assert!(!is_half_typed(&repair(text.parse().expect("tokens"))));
        }
    }

    #[test]
    fn a_dangling_dot_gets_a_name() {
        assert!(repaired("let a = b.").contains("operator_expected_here"));
        assert!(repaired("let a = b. let c = d;").contains("operator_expected_here ; let c"));
        assert!(repaired("let a = b. c.map(f);").contains("operator_expected_here ; c"));
        assert!(repaired("let a = b.map(|r| r.);").contains("name_expected_here"));
    }

    #[test]
    fn statements_are_told_apart() {
        assert!(repaired("let a = b.map(f) let c = d").contains(") ; let c"));
        assert!(repaired("let a = b c.to(d)").contains("b ; c"));
    }
}
