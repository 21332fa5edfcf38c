//! A function of a pipeline: its signature, told apart into ports and parameters.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::visit_mut::VisitMut;
use syn::{
    Attribute, FnArg, GenericArgument, GenericParam, Generics, Lifetime, LitStr, Pat, Path, PathArguments,
    ReturnType, Token, Type, TypeParamBound, Visibility,
};

use super::conditions::{self, Conditions};
use super::owned;
use super::statement::{self, Body};
use super::uid::uid;
use crate::errors::Errors;

/// `pub fn name(…) { … }`, or a fragment, `fn name(…) -> … { … }`.
pub(crate) struct Function {
    /// When it is this variant of it, where statements or parameters have a `#[cfg(…)]`.
    pub(crate) when: Option<TokenStream>,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) name: Ident,
    pub(crate) generics: Generics,
    pub(crate) parameters: Vec<Parameter>,
    /// The records of the streams that a fragment returns.
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
    /// One whose type is wrong, which was said.
    Wrong(Ident),
}

/// `Source<T>`, `Sink<T>` or `Stream<T>`.
#[derive(Clone)]
pub(crate) struct Port {
    /// The trait or type as the user wrote it, without arguments: its own token, so that an import counts as used.
    pub(crate) path: Path,
    /// `T`.
    pub(crate) item: Type,
    /// What follows a `+`.
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
            | Parameter::Value(name, _)
            | Parameter::Wrong(name) => name,
        }
    }
}

impl Function {
    /// Parses a function: each of its variants.
    pub(super) fn parse(input: ParseStream<'_>) -> syn::Result<Vec<Self>> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility: Visibility = input.parse()?;
        // What may precede it elsewhere was refused.
        while !input.peek(Token![fn]) {
            input.call(Ident::parse_any)?;
            input.parse::<Option<LitStr>>()?;
        }
        input.parse::<Token![fn]>()?;
        let name: Ident = input.parse()?;
        let mut generics: Generics = input.parse()?;
        let arguments;
        syn::parenthesized!(arguments in input);
        let arguments = Punctuated::<FnArg, Token![,]>::parse_terminated(&arguments)?;
        let output: ReturnType = input.parse()?;
        generics.where_clause = input.parse()?;
        owned::outlive_jobs(&mut generics);
        let body;
        syn::braced!(body in input);
        let pieces = conditions::pieces(body.parse()?);

        let mut errors = Errors::default();
        let mut conditions = Conditions::default();
        conditions.add_arguments(arguments.iter());
        conditions.add_pieces(&pieces);
        let variants = conditions.variants(&mut errors);
        let functions = variants.into_iter().map(|variant| {
            let (mut errors, mut generics) = (errors.clone(), generics.clone());
            let mut arguments = variant.arguments(arguments.iter());
            refuse_lifetimes(&mut generics, &mut arguments, &mut errors);
            let parameters = parameters(&arguments, &mut errors);
            let outputs = outputs(&output, &mut errors);
            let body = statement::parse(variant.statements(&pieces), errors);
            Self {
                when: variant.when,
                attributes: attributes.clone(),
                visibility: visibility.clone(),
                name: name.clone(),
                generics,
                parameters,
                outputs,
                body,
            }
        });
        Ok(functions.collect())
    }
}

fn parameters(arguments: &[FnArg], errors: &mut Errors) -> Vec<Parameter> {
    let mut parameters: Vec<Parameter> = Vec::new();
    for argument in arguments {
        let Some(parameter) = parameter(argument, errors) else {
            continue;
        };
        let name = parameter.name();
        if parameters.iter().any(|known| known.name() == name) {
            let text = format!("there is a parameter `{name}` already: give this one another name");
            errors.at(name.span(), text);
        } else {
            parameters.push(parameter);
        }
    }
    parameters
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
    let plain = name.by_ref.map(|word| word.span);
    let plain = plain.or(name.mutability.map(|word| word.span));
    let plain = plain.or(name.subpat.as_ref().map(|(at, _)| at.span));
    if let Some(span) = plain {
        errors.at(
            span,
            format!("a parameter is a plain name: `{}: Type`", name.ident),
        );
    }
    let name = name.ident.clone();
    let port = port(&typed.ty);
    let mut own_uid = None;
    for attribute in &typed.attrs {
        match uid(attribute, errors) {
            Some(uid) if port.is_some() => own_uid = Some(uid),
            Some(_) => errors.at(attribute.meta.span(), "a value has no uid: it belongs to sources, sinks and states"),
            None => errors.at(
                attribute.meta.span(),
                "a parameter takes two attributes: `#[uid = \"old_name\"]`, which keeps its identity through a rename, and `#[cfg(…)]`",
            ),
        }
    }
    let with_uid = |port| Port {
        uid: own_uid.clone(),
        ..port
    };
    Some(match port {
        Some((kind, port)) if kind == "Source" => Parameter::Source(name, with_uid(port)),
        Some((kind, port)) if kind == "Sink" => Parameter::Sink(name, with_uid(port)),
        Some((_, port)) => Parameter::Stream(name, port),
        None if refuse_port(&name, &typed.ty, errors) => Parameter::Wrong(name),
        None => {
            refuse_reference(&typed.ty, errors);
            Parameter::Value(name, (*typed.ty).clone())
        }
    })
}

/// Says how a port is written, where a type looks like one: `impl Source<Item = R>`, `Box<dyn Sink<R>>`, `Source`.
fn refuse_port(name: &Ident, ty: &Type, errors: &mut Errors) -> bool {
    let Some((kind, item)) = misspelt_port(ty) else {
        return false;
    };
    let item = item.map_or_else(|| "T".to_owned(), |item| tight(&item));
    errors.at(ty.span(), format!("write `{name}: {kind}<{item}>`"));
    true
}

/// A type's tokens as one would write them.
fn tight(ty: &Type) -> String {
    let text = ty.to_token_stream().to_string();
    text.replace(" < ", "<")
        .replace(" > ", ">")
        .replace(" >", ">")
        .replace(" :: ", "::")
        .replace(" ,", ",")
        .replace("& ", "&")
}

/// What kind of port a type means, and of what records, if it says so.
fn misspelt_port(ty: &Type) -> Option<(String, Option<Type>)> {
    let of_bounds = |bounds: &Punctuated<TypeParamBound, Token![+]>| {
        bounds.iter().find_map(|bound| match bound {
            TypeParamBound::Trait(bound) => misspelt_path(&bound.path),
            _ => None,
        })
    };
    match ty {
        Type::Group(group) => misspelt_port(&group.elem),
        Type::Paren(paren) => misspelt_port(&paren.elem),
        Type::Reference(reference) => {
            let port = port(&reference.elem).map(|(kind, port)| (kind, Some(port.item)));
            port.or_else(|| misspelt_port(&reference.elem))
        }
        Type::ImplTrait(found) => of_bounds(&found.bounds),
        Type::TraitObject(found) => of_bounds(&found.bounds),
        Type::Path(path) if path.qself.is_none() => {
            let last = path.path.segments.last()?;
            match &last.arguments {
                PathArguments::AngleBracketed(inner) if last.ident == "Box" => match inner.args.first()? {
                    GenericArgument::Type(ty) => misspelt_port(ty),
                    _ => None,
                },
                _ => misspelt_path(&path.path),
            }
        }
        _ => None,
    }
}

fn misspelt_path(path: &Path) -> Option<(String, Option<Type>)> {
    let last = path.segments.last()?;
    let kind = last.ident.to_string();
    if !["Source", "Sink", "Stream"].contains(&&*kind) {
        return None;
    }
    let item = match &last.arguments {
        PathArguments::AngleBracketed(arguments) => {
            arguments.args.iter().find_map(|argument| match argument {
                GenericArgument::Type(item) => Some(item.clone()),
                GenericArgument::AssocType(item) => Some(item.ty.clone()),
                _ => None,
            })
        }
        _ => None,
    };
    Some((kind, item))
}

/// A job owns its records, or they live for ever: a lifetime of its own has no meaning. It is taken as `'static` from there
/// on, so that nothing else is said.
fn refuse_lifetimes(generics: &mut Generics, arguments: &mut [FnArg], errors: &mut Errors) {
    let lifetimes: Vec<Lifetime> = generics
        .lifetimes()
        .map(|lifetime| lifetime.lifetime.clone())
        .collect();
    let Some(first) = lifetimes.first() else { return };
    errors.at(
        first.span(),
        "a pipeline has no lifetimes: its records own what they hold, or it lives as long as the program: `Source<String>` or \
         `Source<&'static str>`",
    );
    struct Forever(Vec<Lifetime>);
    impl VisitMut for Forever {
        fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
            if self.0.iter().any(|own| own.ident == lifetime.ident) {
                lifetime.ident = Ident::new("static", lifetime.ident.span());
            }
        }
    }
    let mut forever = Forever(lifetimes);
    for argument in arguments {
        forever.visit_fn_arg_mut(argument);
    }
    let kept = std::mem::take(&mut generics.params).into_iter();
    generics.params = kept
        .filter(|parameter| !matches!(parameter, GenericParam::Lifetime(_)))
        .collect();
    forever.visit_generics_mut(generics);
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

/// `Source<T>`, `Sink<T>`, `Stream<T>`, or one of them with bounds after it; and which of them it is.
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
