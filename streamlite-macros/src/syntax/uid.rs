//! `#[uid = "old"]`: the name that a state or the positions of a source are found by, kept through a rename.

use syn::spanned::Spanned;
use syn::{Attribute, Expr, ExprLit, Lit, Meta, MetaNameValue};

use crate::errors::Errors;

/// The name that an attribute returns; `None` if it is another attribute.
///
/// `#` and `/` are the library's own: they number the states of a statement, and lead into a fragment.
pub(crate) fn uid(attribute: &Attribute, errors: &mut Errors) -> Option<String> {
    let Meta::NameValue(MetaNameValue { path, value, .. }) = &attribute.meta else {
        return None;
    };
    if !path.is_ident("uid") {
        return None;
    }
    let Expr::Lit(ExprLit {
        lit: Lit::Str(text), ..
    }) = value
    else {
        errors.at(value.span(), "a uid is a text: `#[uid = \"old_name\"]`");
        return Some(String::new());
    };
    let name = text.value();
    if name.is_empty() || name.contains(['#', '/']) {
        let text = "a uid is a name without `#` and `/`, which number states and lead into fragments: `#[uid = \"old_name\"]`";
        errors.at(value.span(), text);
    }
    Some(name)
}
