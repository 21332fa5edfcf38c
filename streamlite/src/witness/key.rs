//! What may be a key.

use std::hash::Hash;

use super::answer::{Never, No, Yes};
use crate::state::By;

/// What may be a key: anything `Hash + Eq + Clone`.
///
/// Two candidate impls: where the bound fails rustc cannot choose, so that nothing after it errs. [`By`] then
/// is unknown, and everything after it stays silent: one mistake is one error.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a key",
    label = "a key must be `Hash + Eq + Clone`",
    note = "derive `Clone, PartialEq, Eq, Hash` on a type of yours; for a float, key by `x.to_bits()` or by a rounded integer"
)]
pub trait CheckedKey<M>: Sized {
    /// The key function, once the check holds.
    type By<F>;

    /// The key function, once the check holds.
    fn by<F>(key: F) -> Self::By<F>;
}

#[diagnostic::do_not_recommend]
impl<K: Hash + Eq + Clone> CheckedKey<Yes> for K {
    type By<F> = By<F, K>;

    fn by<F>(key: F) -> By<F, K> {
        By::new(key)
    }
}

#[diagnostic::do_not_recommend]
impl<K: Never> CheckedKey<No> for K {
    type By<F> = By<F, K>;

    fn by<F>(key: F) -> By<F, K> {
        By::new(key)
    }
}
