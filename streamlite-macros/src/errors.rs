//! The errors of one block: all of a phase are reported together.

use std::fmt::Display;

use proc_macro2::{Span, TokenStream};

/// Errors, in the order in which they were found.
#[derive(Clone, Debug, Default)]
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

    /// Adds those of another phase.
    pub(crate) fn append(&mut self, mut more: Self) {
        self.0.append(&mut more.0);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The errors as `compile_error!`s. They come after everything else in an expansion, so that what is before
    /// a half-typed word is the same text with and without it, as rust-analyzer needs.
    pub(crate) fn into_tokens(self) -> TokenStream {
        self.0.iter().map(syn::Error::to_compile_error).collect()
    }

    /// The errors so far, which stay, where some attribute holds.
    pub(crate) fn to_tokens(&self, when: Option<&TokenStream>) -> TokenStream {
        let errors = self.0.iter().map(syn::Error::to_compile_error);
        errors
            .flat_map(|error| [when.cloned(), Some(error)])
            .flatten()
            .collect()
    }
}
