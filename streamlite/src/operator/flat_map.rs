//! One record becomes any number of others.

use super::pass::pass_on;
use super::rows::FlatMapped;
use crate::assembly::{Context, Stage};
use crate::record::{Push, Record};

/// Describes `flat_map`; see [`Stream::flat_map`](crate::flow::Stream::flat_map).
#[derive(Clone, Copy, Debug)]
pub struct FlatMap<F>(pub(crate) F);

/// What runs for [`FlatMap`].
#[derive(Debug)]
pub struct FlatMapPush<F, N> {
    turn: F,
    next: N,
}

impl<T, U, I, F, C> Stage<T, I, C> for FlatMap<F>
where
    F: FnMut(T) -> U,
    U: IntoIterator<Item = I>,
{
    type Built<N: Push<I>> = FlatMapPush<F, N>;

    #[inline]
    fn build<N: Push<I>>(self, _cx: Context<C>, next: N) -> Self::Built<N> {
        FlatMapPush { turn: self.0, next }
    }
}

impl<T, U, F, N> Push<T> for FlatMapPush<F, N>
where
    F: FnMut(T) -> U,
    U: IntoIterator,
    N: Push<U::Item>,
{
    const LOOKS_AT_TIMES: bool = N::LOOKS_AT_TIMES;

    #[inline]
    fn push(&mut self, record: Record<T>) {
        let Record {
            value,
            timestamp,
            partition_watermark,
        } = record;
        for value in (self.turn)(value) {
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
        next.push_all(FlatMapped::<_, _, U>::new(records, turn));
    }

    pass_on!();
}
