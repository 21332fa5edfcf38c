//! Whether the states of a process of one's own can be stored.

use super::state::{States, StoredStates};
use crate::state::Durable;
use crate::witness::{Never, No, Yes};

/// States that can be written to a checkpoint and read back. Declared twice, as [`CheckedKey`](crate::witness::CheckedKey)
/// is, so that one mistake is one error.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be kept as state",
    label = "this process keeps `{Self}`, which cannot be written to a checkpoint and read back",
    note = "`#[derive(Serialize, Deserialize)]` on what the states hold; state owns what it holds, so borrow nothing"
)]
pub trait CheckedStates<M>: States {
    /// What asked, once the check holds.
    type Of<X>;

    /// What asked, once the check holds.
    fn of<X>(asked: X) -> Self::Of<X>;
}

#[diagnostic::do_not_recommend]
impl<S: StoredStates<Durable>> CheckedStates<Yes> for S {
    type Of<X> = X;

    fn of<X>(asked: X) -> X {
        asked
    }
}

#[diagnostic::do_not_recommend]
impl<S: States + Never> CheckedStates<No> for S {
    type Of<X> = X;

    fn of<X>(asked: X) -> X {
        asked
    }
}
