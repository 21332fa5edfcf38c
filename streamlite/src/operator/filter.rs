//! Only the records for which a predicate holds go on.

use super::pass::pass_on;
use super::rows::Filtered;
use crate::assembly::{Context, Stage};
use crate::record::{Push, Record};

/// Describes `filter`; see [`Stream::filter`](crate::flow::Stream::filter).
#[derive(Clone, Copy, Debug)]
pub struct Filter<F>(pub(crate) F);

/// What runs for [`Filter`].
#[derive(Debug)]
pub struct FilterPush<F, N> {
    holds: F,
    next: N,
}

impl<T, F, C> Stage<T, T, C> for Filter<F>
where
    F: FnMut(&T) -> bool,
{
    type Built<N: Push<T>> = FilterPush<F, N>;

    #[inline]
    fn build<N: Push<T>>(self, _cx: Context<C>, next: N) -> Self::Built<N> {
        FilterPush { holds: self.0, next }
    }
}

impl<T, F, N> Push<T> for FilterPush<F, N>
where
    F: FnMut(&T) -> bool,
    N: Push<T>,
{
    const LOOKS_AT_TIMES: bool = N::LOOKS_AT_TIMES;

    #[inline]
    fn push(&mut self, record: Record<T>) {
        if (self.holds)(&record.value) {
            self.next.push(record);
        }
    }

    #[inline]
    fn push_all(&mut self, records: impl Iterator<Item = Record<T>>) {
        let Self { holds, next } = self;
        next.push_all(Filtered { records, holds });
    }

    pass_on!();
}
