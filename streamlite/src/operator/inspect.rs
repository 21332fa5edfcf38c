//! Records are shown to a closure as they pass.

use super::pass::pass_on;
use super::rows::Inspected;
use crate::assembly::{Context, Stage};
use crate::record::{Push, Record};

/// Describes `inspect`; see [`Stream::inspect`](crate::flow::Stream::inspect).
#[derive(Clone, Copy, Debug)]
pub struct Inspect<F>(pub(crate) F);

/// What runs for [`Inspect`].
#[derive(Debug)]
pub struct InspectPush<F, N> {
    look: F,
    next: N,
}

impl<T, F, C> Stage<T, T, C> for Inspect<F>
where
    F: FnMut(&T),
{
    type Built<N: Push<T>> = InspectPush<F, N>;

    #[inline]
    fn build<N: Push<T>>(self, _cx: Context<C>, next: N) -> Self::Built<N> {
        InspectPush { look: self.0, next }
    }
}

impl<T, F, N> Push<T> for InspectPush<F, N>
where
    F: FnMut(&T),
    N: Push<T>,
{
    const LOOKS_AT_TIMES: bool = N::LOOKS_AT_TIMES;

    #[inline]
    fn push(&mut self, record: Record<T>) {
        (self.look)(&record.value);
        self.next.push(record);
    }

    #[inline]
    fn push_all(&mut self, records: impl Iterator<Item = Record<T>>) {
        let Self { look, next } = self;
        next.push_all(Inspected { records, look });
    }

    pass_on!();
}
