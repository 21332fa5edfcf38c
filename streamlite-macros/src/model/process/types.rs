//! What can be seen of a type by its tokens.

use proc_macro2::Ident;
use syn::{GenericArgument, PathArguments, Type};

/// The last name of a path.
pub(super) fn last_name(ty: &Type) -> Option<&Ident> {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|segment| &segment.ident),
        Type::Group(group) => last_name(&group.elem),
        Type::Paren(paren) => last_name(&paren.elem),
        _ => None,
    }
}

/// The types between the angle brackets of a path.
pub(super) fn type_arguments(ty: &Type) -> Vec<&Type> {
    let arguments = match ty {
        Type::Path(path) => path.path.segments.last().map(|segment| &segment.arguments),
        Type::Group(group) => return type_arguments(&group.elem),
        Type::Paren(paren) => return type_arguments(&paren.elem),
        _ => None,
    };
    match arguments {
        Some(PathArguments::AngleBracketed(arguments)) => arguments
            .args
            .iter()
            .filter_map(|argument| match argument {
                GenericArgument::Type(ty) => Some(ty),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// The type of a state of the library's own whose values expire.
pub(super) fn with_expiring(ty: &Type) -> Type {
    let mut ty = ty.clone();
    let mut inner = &mut ty;
    loop {
        inner = match inner {
            Type::Group(group) => &mut group.elem,
            Type::Paren(paren) => &mut paren.elem,
            Type::Path(path) => {
                if let Some(segment) = path.path.segments.last_mut()
                    && let PathArguments::AngleBracketed(arguments) = &mut segment.arguments
                {
                    arguments.args.push(syn::parse_quote!(__streamlite::Expiring));
                }
                return ty;
            }
            _ => return ty,
        };
    }
}
