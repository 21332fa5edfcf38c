//! The states and side outputs of a process: its `let`s.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{Attribute, Expr, Local, Pat, Token, Type};

use super::types::{last_name, type_arguments, with_expiring};
use crate::errors::Errors;
use crate::syntax::literal_millis;

/// `let name: Type = first;`
pub(crate) struct State {
    pub(crate) name: Ident,
    pub(crate) ty: Type,
    pub(crate) kind: StateKind,
    pub(crate) ttl: Option<Ttl>,
    /// The `let` as it was written, without its own attributes.
    pub(super) local: Local,
}

/// `#[ttl(after)]`, `#[ttl(after, processing_time)]`
pub(crate) struct Ttl {
    pub(crate) after: Expr,
    pub(crate) by_processing_time: bool,
}

/// What a state is, by the name of its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StateKind {
    /// Handlers see the value itself.
    Plain,
    /// One of the library's own: `Value`, `List`, `Map`, `Reducing`.
    Library,
}

/// `let name: Side<Type>;`
pub(crate) struct SideOutput {
    pub(crate) name: Ident,
    pub(crate) ty: Type,
}

impl State {
    /// The type of the state as the library keeps it.
    pub(crate) fn kept(&self) -> TokenStream {
        let (ty, expires) = (&self.ty, self.ttl.is_some());
        match (self.kind, expires) {
            (StateKind::Plain, false) => quote!(__streamlite::Plain<#ty>),
            (StateKind::Plain, true) => quote!(__streamlite::Plain<#ty, __streamlite::Expiring>),
            (StateKind::Library, false) => ty.to_token_stream(),
            (StateKind::Library, true) => with_expiring(ty).to_token_stream(),
        }
    }

    /// The types that it must be able to store.
    pub(crate) fn stored(&self) -> Vec<&Type> {
        match self.kind {
            StateKind::Plain => vec![&self.ty],
            StateKind::Library => type_arguments(&self.ty),
        }
    }

    /// The statement that makes its first value.
    fn statement(&self) -> TokenStream {
        let mut local = self.local.clone();
        if self.kind == StateKind::Library
            && self.ttl.is_some()
            && let Pat::Type(typed) = &mut local.pat
        {
            *typed.ty = with_expiring(&typed.ty);
        }
        local.to_token_stream()
    }

    /// Its first value, as the library keeps it.
    fn first(&self) -> TokenStream {
        let name = &self.name;
        match self.kind {
            StateKind::Plain => quote!(__streamlite::Plain::new(#name)),
            StateKind::Library => name.to_token_stream(),
        }
    }
}

/// What makes the first values of all states.
pub(in crate::model) fn first_values(states: &[State]) -> Expr {
    if states.is_empty() {
        return syn::parse_quote!({});
    }
    let statements = states.iter().map(State::statement);
    let values = nested(states.iter().map(State::first).collect());
    syn::parse_quote!({ #(#statements)* #values })
}

/// How many states one tuple holds; more are nested.
const TUPLE: usize = 8;

/// A tuple, or a tuple of tuples where there are too many.
pub(crate) fn nested(mut items: Vec<TokenStream>) -> TokenStream {
    while items.len() > TUPLE {
        items = items.chunks(TUPLE).map(|chunk| quote!((#(#chunk,)*))).collect();
    }
    quote!((#(#items,)*))
}

/// The attributes of a state.
pub(super) struct Attributes {
    pub(super) ttl: Option<Ttl>,
    /// Where it says that all keys share it, if it does.
    pub(super) broadcast: Option<Span>,
    /// Those that are rustc's.
    pub(super) others: Vec<Attribute>,
}

/// Reads the attributes of a state.
pub(super) fn attributes(local: &Local, state: &Ident, errors: &mut Errors) -> Option<Attributes> {
    let (mut ttl, mut broadcast, mut others) = (None, None, Vec::new());
    for attribute in &local.attrs {
        let path = attribute.path();
        if path.is_ident("ttl") {
            if ttl.is_some() {
                errors.at(path.span(), format!("`{state}` has a TTL already"));
                return None;
            }
            match attribute.parse_args::<Ttl>() {
                Ok(parsed) => ttl = Some(parsed),
                Err(error) => {
                    errors.push(error);
                    return None;
                }
            }
        } else if path.is_ident("broadcast") {
            if attribute.meta.require_path_only().is_err() {
                errors.at(attribute.meta.span(), "this is written `#[broadcast]`");
                return None;
            }
            broadcast = Some(path.span());
        } else if ["doc", "allow", "expect", "warn", "deny"]
            .iter()
            .any(|name| path.is_ident(name))
        {
            others.push(attribute.clone());
        } else {
            let text = "this means nothing on a state: its attributes are `#[ttl(1h)]` and, with `broadcast_to`, `#[broadcast]`";
            errors.at(path.span(), text);
            return None;
        }
    }
    if let (Some(Ttl { after, .. }), true) = (&ttl, broadcast.is_some()) {
        errors.at(
            after.span(),
            format!("all keys share `{state}`, and what they share stays: it has no TTL"),
        );
        return None;
    }
    if let Some(Ttl { after, .. }) = &ttl
        && literal_millis(after).is_some_and(|millis| millis <= 0)
    {
        errors.at(
            after.span(),
            "a TTL is longer than zero: its values would be gone at once",
        );
        return None;
    }
    Some(Attributes {
        ttl,
        broadcast,
        others,
    })
}

impl Parse for Ttl {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        const FORM: &str = "a TTL is written `#[ttl(1h)]`, or by the clock `#[ttl(1h, processing_time)]`";
        if input.is_empty() {
            return Err(input.error(FORM));
        }
        let after = input.parse()?;
        let mut by_processing_time = false;
        if input.parse::<Option<Token![,]>>()?.is_some() && !input.is_empty() {
            let domain: Ident = input.parse()?;
            by_processing_time = domain == "processing_time";
            if !by_processing_time && domain != "event_time" {
                return Err(syn::Error::new(domain.span(), FORM));
            }
        }
        if !input.is_empty() {
            return Err(input.error(FORM));
        }
        Ok(Self {
            after,
            by_processing_time,
        })
    }
}

pub(super) fn kind_of(ty: &Type) -> StateKind {
    match last_name(ty) {
        Some(name)
            if ["Value", "List", "Map", "Reducing"]
                .iter()
                .any(|known| name == known) =>
        {
            StateKind::Library
        }
        _ => StateKind::Plain,
    }
}
