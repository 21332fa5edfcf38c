//! What is read back from a checkpoint owns all it holds.

use syn::punctuated::Punctuated;
use syn::{Generics, Ident, Token, Type, TypeParamBound, WherePredicate, parse_quote};

type Bounds = Punctuated<TypeParamBound, Token![+]>;

/// Bounds the type parameters by `'static` that are said to be `DeserializeOwned`: they are, whatever they are, and whoever
/// writes the one need not write the other.
pub(super) fn outlive_jobs(generics: &mut Generics) {
    let names: Vec<Ident> = generics
        .type_params()
        .map(|parameter| parameter.ident.clone())
        .collect();
    for parameter in generics.type_params_mut() {
        bound_where_owned(&mut parameter.bounds);
    }
    // Where the user has written it, as a linter wants all bounds of a parameter in one place.
    for predicate in generics
        .where_clause
        .iter_mut()
        .flat_map(|clause| &mut clause.predicates)
    {
        let WherePredicate::Type(predicate) = predicate else {
            continue;
        };
        let Type::Path(path) = &predicate.bounded_ty else {
            continue;
        };
        if path.path.get_ident().is_some_and(|name| names.contains(name)) {
            bound_where_owned(&mut predicate.bounds);
        }
    }
}

fn bound_where_owned(bounds: &mut Bounds) {
    let is_static = bounds
        .iter()
        .any(|bound| matches!(bound, TypeParamBound::Lifetime(_)));
    if is_said_to_be_owned(bounds) && !is_static {
        bounds.push(parse_quote!('static));
    }
}

fn is_said_to_be_owned(bounds: &Bounds) -> bool {
    bounds.iter().any(|bound| {
        let TypeParamBound::Trait(bound) = bound else {
            return false;
        };
        let Some(last) = bound.path.segments.last() else {
            return false;
        };
        last.ident == "DeserializeOwned" || (last.ident == "Deserialize" && bound.lifetimes.is_some())
    })
}
