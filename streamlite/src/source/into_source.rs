//! What `from(…)` accepts.

use super::CollectionSource;
use crate::connector::Source;

/// What becomes a source: a source itself, a collection, an iterator. `M` tells the two apart and is inferred.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a source nor a collection",
    label = "expected a source, a collection or an iterator",
    note = "records must be `Send`: a job may be moved to another thread"
)]
pub trait IntoSource<M> {
    /// A record.
    type Item;
    /// The source.
    type Source: Source<Item = Self::Item>;

    /// The source.
    fn into_source(self) -> Self::Source;
}

/// A source is one already.
#[derive(Clone, Copy, Debug)]
pub struct Itself;

/// The items of an iterator are its records.
#[derive(Clone, Copy, Debug)]
pub struct Iterated;

#[diagnostic::do_not_recommend]
impl<S: Source> IntoSource<Itself> for S {
    type Item = S::Item;
    type Source = S;

    fn into_source(self) -> S {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<I: IntoIterator<IntoIter: Send>> IntoSource<Iterated> for I {
    type Item = I::Item;
    type Source = CollectionSource<I::IntoIter>;

    fn into_source(self) -> Self::Source {
        CollectionSource::new(self)
    }
}

/// A source out of a source, a collection or an iterator.
pub fn from<M, S: IntoSource<M>>(source: S) -> S::Source {
    source.into_source()
}
