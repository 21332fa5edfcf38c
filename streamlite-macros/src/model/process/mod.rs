//! `process(|ctx| { … })`: its `let`s are the states of one key and its side outputs, its calls are handlers.

mod closure;
mod handlers;
mod state;
mod types;

use proc_macro2::Ident;

use super::argument::Argument;

pub(super) use closure::{TakenApart, take_apart};
pub(crate) use handlers::{Handler, Inputs};
pub(super) use state::first_values;
pub(crate) use state::{SideOutput, State, StateKind, nested};

/// A process closure, taken apart, its arguments numbered.
pub(crate) struct Process {
    /// `process`, as the user wrote it.
    pub(crate) method: Ident,
    pub(crate) inputs: Inputs,
    pub(crate) ctx: Ident,
    pub(crate) states: Vec<State>,
    /// How long the values of each state live, if not for ever.
    pub(crate) ttls: Vec<Option<Argument>>,
    pub(crate) sides: Vec<SideOutput>,
    /// Makes the first values.
    pub(crate) first: Argument,
    /// States that all keys share.
    pub(crate) shared: Vec<State>,
    /// Makes their first values.
    pub(crate) first_shared: Argument,
    pub(crate) handlers: Vec<Handler<Argument>>,
    /// Whether something is emitted, as far as can be seen.
    pub(crate) emits: bool,
}

impl Process {
    /// A handler, if it was written.
    pub(crate) fn handler(&self, name: &str) -> Option<&Handler<Argument>> {
        self.handlers.iter().find(|handler| handler.name == name)
    }
}
