//! Whether rows can be repeated.

use super::answer::{Never, No, Yes};

/// What rows are joined that may match several: they are `Clone`. Declared twice, as [`CheckedKey`](super::CheckedKey) is, so that
/// one mistake is one error.
#[diagnostic::on_unimplemented(
    message = "rows of type `{Self}` cannot be joined",
    label = "a row that matches several is repeated, and `{Self}` is not `Clone`",
    note = "derive `Clone` on the type, or `.map(…)` the rows first to what is needed of them"
)]
pub trait Repeated<M> {
    /// What asked, once the check holds.
    type Of<X>;

    /// What asked, once the check holds.
    fn of<X>(asked: X) -> Self::Of<X>;
}

#[diagnostic::do_not_recommend]
impl<T: Clone> Repeated<Yes> for T {
    type Of<X> = X;

    fn of<X>(asked: X) -> X {
        asked
    }
}

#[diagnostic::do_not_recommend]
impl<T: Never> Repeated<No> for T {
    type Of<X> = X;

    fn of<X>(asked: X) -> X {
        asked
    }
}
