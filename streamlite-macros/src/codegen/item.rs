//! What flows through a port, as text.

use quote::ToTokens;

use crate::syntax::{Parameter, Port, text};

/// What flows through the port of this name.
pub(super) fn item_of(name: &str, parameters: &[Parameter]) -> Option<String> {
    let port = parameters.iter().find(|parameter| text(parameter.name()) == name);
    port.and_then(port_of).map(|port| text_of(&port.item))
}

fn port_of(parameter: &Parameter) -> Option<&Port> {
    match parameter {
        Parameter::Source(_, port) | Parameter::Sink(_, port) | Parameter::Stream(_, port) => Some(port),
        Parameter::Value(..) | Parameter::Wrong(..) => None,
    }
}

/// A type as a reader would write it: the tokens without the spaces between them.
pub(super) fn text_of(ty: &syn::Type) -> String {
    let text = ty.to_token_stream().to_string();
    let mut tight = text
        .replace(" < ", "<")
        .replace(" > ", ">")
        .replace(" >", ">")
        .replace(" :: ", "::");
    for sign in [",", ")", ";"] {
        tight = tight.replace(&format!(" {sign}"), sign);
    }
    tight.replace("( ", "(").replace("& ", "&")
}
