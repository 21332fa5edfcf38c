//! What `.to(…)` accepts.

use super::answer::{Never, No, Yes};
use crate::connector::Sink;

/// A sink that takes `T`. Declared twice, as [`CheckedKey`](super::CheckedKey) is, so that one mistake is one error.
#[diagnostic::on_unimplemented(
    message = "this sink does not take `{T}`",
    label = "the stream carries `{T}`",
    note = "turn the records into what the sink takes, `.map(|record| …)`, before `.to(…)`",
    note = "a collection is no sink: `let (sink, records) = CollectionSink::new();` collects, and `CallbackSink` calls a closure"
)]
pub trait Accepts<T, M> {
    /// The sink, once the check holds.
    type Itself: Sink<T>;

    /// The sink, once the check holds.
    fn itself(self) -> Self::Itself;
}

#[diagnostic::do_not_recommend]
impl<T, K: Never + Sink<T>> Accepts<T, No> for K {
    type Itself = K;

    fn itself(self) -> K {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<T, K: Sink<T>> Accepts<T, Yes> for K {
    type Itself = K;

    fn itself(self) -> K {
        self
    }
}
