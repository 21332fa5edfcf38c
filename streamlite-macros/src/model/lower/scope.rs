//! What each name means, the latest meaning first.

use proc_macro2::Ident;

use crate::model::graph::StreamId;
use crate::syntax::text;

/// What a name means.
#[derive(Clone, Copy)]
pub(super) enum Binding {
    Stream(StreamId),
    Value,
    /// A sink parameter, by its number.
    Sink(usize),
    /// Something whose declaration is wrong, which was said.
    Wrong,
}

/// The names of a block.
#[derive(Default)]
pub(super) struct Scope {
    names: Vec<(Ident, Binding)>,
}

impl Scope {
    pub(super) fn bind(&mut self, name: Ident, binding: Binding) {
        self.names.retain(|(known, _)| text(known) != text(&name));
        self.names.push((name, binding));
    }

    pub(super) fn find(&self, name: &Ident) -> Option<Binding> {
        self.names
            .iter()
            .find(|(known, _)| text(known) == text(name))
            .map(|&(_, binding)| binding)
    }

    /// The parameters and other values.
    pub(super) fn values(&self) -> Vec<Ident> {
        let values = self
            .names
            .iter()
            .filter(|(_, binding)| matches!(binding, Binding::Value));
        values.map(|(name, _)| name.clone()).collect()
    }
}
