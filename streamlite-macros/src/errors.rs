//! The errors of one block: all of a phase are reported together.

use std::fmt::Display;

use proc_macro2::{Span, TokenStream};

/// Errors, in the order in which they were found.
#[derive(Debug, Default)]
#[must_use]
pub(crate) struct Errors(Vec<syn::Error>);

impl Errors {
    /// Reports a mistake at the token that the user should edit.
    pub(crate) fn at(&mut self, span: Span, text: impl Display) {
        self.0.push(syn::Error::new(span, text));
    }

    /// Reports what the parser said.
    pub(crate) fn push(&mut self, error: syn::Error) {
        self.0.push(error);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The errors as `compile_error!`s. They stand behind everything else in an expansion, so that what stands before
    /// a half-typed word is the same text with and without it, as rust-analyzer needs.
    pub(crate) fn into_tokens(self) -> TokenStream {
        self.0.iter().map(syn::Error::to_compile_error).collect()
    }

    /// The errors so far, which stay.
    pub(crate) fn to_tokens(&self) -> TokenStream {
        self.0.iter().map(syn::Error::to_compile_error).collect()
    }
}

/// The name among `known` that a misspelt name most likely meant.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|&(distance, candidate)| distance <= 1 + candidate.len().max(name.len()) / 4)
        .min()
        .map(|(_, candidate)| candidate)
}

/// How many letters are to be added, removed or replaced to make one name of the other.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (above, letter) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = above + 1;
        for (column, &other) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != other);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_misspelt_name_is_found_and_a_strange_one_is_not() {
        let known = ["on_record", "on_timer", "on_end"];
        assert_eq!(nearest("on_tmer", known), Some("on_timer"));
        assert_eq!(nearest("on_recrod", known), Some("on_record"));
        assert_eq!(nearest("finally", known), None);
    }
}
