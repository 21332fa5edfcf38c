//! A function of a pipeline: its signature, told apart into ports and parameters.

use proc_macro2::{Ident, TokenStream};
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, FnArg, GenericArgument, Generics, Pat, Path, PathArguments, ReturnType, Token, Type};
use syn::{TypeParamBound, Visibility};

use super::statement::{self, Body};
use super::uid::uid;
use crate::errors::Errors;

/// `pub fn name(…) { … }`, or a fragment, `fn name(…) -> … { … }`.
pub(crate) struct Function {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) name: Ident,
    pub(crate) generics: Generics,
    pub(crate) parameters: Vec<Parameter>,
    /// The records of the streams that a fragment gives.
    pub(crate) outputs: Vec<Port>,
    pub(crate) body: Body,
}

/// A parameter.
pub(crate) enum Parameter {
    /// `name: Source<T>`
    Source(Ident, Port),
    /// `name: Sink<T>`
    Sink(Ident, Port),
    /// `name: Stream<T>`, of a fragment.
    Stream(Ident, Port),
    /// A value.
    Value(Ident, Type),
}

/// `Source<T>`, `Sink<T>` or `Stream<T>`.
#[derive(Clone)]
pub(crate) struct Port {
    /// The trait or type as the user wrote it, without arguments: its own token, so that an import counts as used.
    pub(crate) path: Path,
    /// `T`.
    pub(crate) item: Type,
    /// What stands behind a `+`.
    pub(crate) bounds: Vec<TypeParamBound>,
    /// What `#[uid = "…"]` before it says.
    pub(crate) uid: Option<String>,
}

impl Parameter {
    pub(crate) fn name(&self) -> &Ident {
        match self {
            Parameter::Source(name, _)
            | Parameter::Sink(name, _)
            | Parameter::Stream(name, _)
            | Parameter::Value(name, _) => name,
        }
    }
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        input.parse::<Token![fn]>()?;
        let name: Ident = input.parse()?;
        let mut generics: Generics = input.parse()?;
        let arguments;
        syn::parenthesized!(arguments in input);
        let arguments = Punctuated::<FnArg, Token![,]>::parse_terminated(&arguments)?;
        let output: ReturnType = input.parse()?;
        generics.where_clause = input.parse()?;
        let body;
        syn::braced!(body in input);
        let body: TokenStream = body.parse()?;

        let mut errors = Errors::default();
        let parameters = arguments
            .iter()
            .filter_map(|argument| parameter(argument, &mut errors))
            .collect();
        let outputs = outputs(&output, &mut errors);
        let body = statement::parse(body, errors);
        Ok(Self {
            attributes,
            visibility,
            name,
            generics,
            parameters,
            outputs,
            body,
        })
    }
}

fn parameter(argument: &FnArg, errors: &mut Errors) -> Option<Parameter> {
    let FnArg::Typed(typed) = argument else {
        errors.at(argument.span(), "a pipeline is a function without `self`");
        return None;
    };
    let Pat::Ident(name) = &*typed.pat else {
        errors.at(typed.pat.span(), "a parameter is a name: `name: Type`");
        return None;
    };
    let name = name.ident.clone();
    let uid = typed.attrs.iter().find_map(|attribute| uid(attribute, errors));
    let with_uid = |port| Port {
        uid: uid.clone(),
        ..port
    };
    Some(match port(&typed.ty) {
        Some((kind, port)) if kind == "Source" => Parameter::Source(name, with_uid(port)),
        Some((kind, port)) if kind == "Sink" => Parameter::Sink(name, with_uid(port)),
        Some((_, port)) => Parameter::Stream(name, port),
        None => {
            refuse_reference(&typed.ty, errors);
            Parameter::Value(name, (*typed.ty).clone())
        }
    })
}

/// A job outlives the call that makes it, so it owns what it works with.
fn refuse_reference(ty: &Type, errors: &mut Errors) {
    if let Type::Reference(reference) = ty
        && reference
            .lifetime
            .as_ref()
            .is_none_or(|lifetime| lifetime.ident != "static")
    {
        errors.at(
            reference.span(),
            "a parameter lives as long as the job: take `String` (or `&'static str`), `Vec<T>` or `Arc<T>` instead of a reference",
        );
    }
}

/// `Source<T>`, `Sink<T>`, `Stream<T>`, or one of them with bounds behind it; and which of them it is.
fn port(ty: &Type) -> Option<(String, Port)> {
    match ty {
        Type::Group(group) => port(&group.elem),
        Type::Paren(paren) => port(&paren.elem),
        Type::Path(path) if path.qself.is_none() => port_path(&path.path, Vec::new()),
        Type::TraitObject(object) if object.dyn_token.is_none() => {
            let mut bounds = object.bounds.iter();
            let Some(TypeParamBound::Trait(first)) = bounds.next() else {
                return None;
            };
            port_path(&first.path, bounds.cloned().collect())
        }
        _ => None,
    }
}

fn port_path(path: &Path, bounds: Vec<TypeParamBound>) -> Option<(String, Port)> {
    let last = path.segments.last()?;
    let kind = last.ident.to_string();
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    let Some(GenericArgument::Type(item)) = arguments.args.first() else {
        return None;
    };
    if arguments.args.len() != 1 || !["Source", "Sink", "Stream"].contains(&&*kind) {
        return None;
    }
    let mut path = path.clone();
    path.segments.last_mut()?.arguments = PathArguments::None;
    Some((
        kind,
        Port {
            path,
            item: item.clone(),
            bounds,
            uid: None,
        },
    ))
}

/// The streams that a fragment returns.
fn outputs(output: &ReturnType, errors: &mut Errors) -> Vec<Port> {
    let types: Vec<&Type> = match output {
        ReturnType::Default => return Vec::new(),
        ReturnType::Type(_, ty) => match &**ty {
            Type::Tuple(tuple) => tuple.elems.iter().collect(),
            ty => vec![ty],
        },
    };
    let mut outputs = Vec::new();
    for ty in types {
        match port(ty) {
            Some((kind, port)) if kind == "Stream" => outputs.push(port),
            _ => errors.at(
                ty.span(),
                "a function here returns nothing, or the streams of a fragment: `-> Stream<T>` or `-> (Stream<T>, Stream<U>)`",
            ),
        }
    }
    outputs
}
