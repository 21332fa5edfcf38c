//! Whether something tells watermarks.

use super::answer::{Never, No, Yes};
use crate::time::WatermarkStrategy;

/// A strategy for records of type `T`. Declared twice, as [`CheckedKey`](super::CheckedKey) is, so that one mistake is
/// one error.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a watermark strategy for records of type `{T}`",
    label = "not a watermark strategy",
    note = "watermark strategies are written `bounded(5s)`, `ascending()`, `periodic(1s, bounded(5s))` or `punctuated(|record| …)`; \
            one of your own is a `WatermarkStrategy`"
)]
pub trait CheckedStrategy<T, M> {
    /// The strategy, once the check holds.
    type Itself: WatermarkStrategy<T>;

    /// The strategy, once the check holds.
    fn itself(self) -> Self::Itself;
}

#[diagnostic::do_not_recommend]
impl<T, W: WatermarkStrategy<T>> CheckedStrategy<T, Yes> for W {
    type Itself = W;

    fn itself(self) -> W {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<T, W: Never + WatermarkStrategy<T>> CheckedStrategy<T, No> for W {
    type Itself = W;

    fn itself(self) -> W {
        self
    }
}
