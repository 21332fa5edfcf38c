//! One record becomes one other, or none.

use super::pass::pass_on;
use super::rows::FilterMapped;
use crate::assembly::{Context, Stage};
use crate::record::{Push, Record};

/// Describes `filter_map`; see [`Stream::filter_map`](crate::flow::Stream::filter_map).
#[derive(Clone, Copy, Debug)]
pub struct FilterMap<F>(pub(crate) F);

/// What runs for [`FilterMap`].
#[derive(Debug)]
pub struct FilterMapPush<F, N> {
    turn: F,
    next: N,
}

impl<T, U, F, C> Stage<T, U, C> for FilterMap<F>
where
    F: FnMut(T) -> Option<U>,
{
    type Built<N: Push<U>> = FilterMapPush<F, N>;

    #[inline]
    fn build<N: Push<U>>(self, _cx: Context<C>, next: N) -> Self::Built<N> {
        FilterMapPush { turn: self.0, next }
    }
}

impl<T, U, F, N> Push<T> for FilterMapPush<F, N>
where
    F: FnMut(T) -> Option<U>,
    N: Push<U>,
{
    const LOOKS_AT_TIMES: bool = N::LOOKS_AT_TIMES;

    #[inline]
    fn push(&mut self, record: Record<T>) {
        let Record {
            value,
            timestamp,
            partition_watermark,
        } = record;
        if let Some(value) = (self.turn)(value) {
            self.next.push(Record {
                value,
                timestamp,
                partition_watermark,
            });
        }
    }

    #[inline]
    fn push_all(&mut self, records: impl Iterator<Item = Record<T>>) {
        let Self { turn, next } = self;
        next.push_all(FilterMapped { records, turn });
    }

    pass_on!();
}
