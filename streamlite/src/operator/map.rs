//! One record becomes one other.

use super::pass::pass_on;
use super::rows::Mapped;
use crate::assembly::{Context, Stage};
use crate::record::{Push, Record};

/// Describes `map`; see [`Stream::map`](crate::flow::Stream::map).
#[derive(Clone, Copy, Debug)]
pub struct Map<F>(pub(crate) F);

/// What runs for [`Map`].
#[derive(Debug)]
pub struct MapPush<F, N> {
    turn: F,
    next: N,
}

impl<T, U, F, C> Stage<T, U, C> for Map<F>
where
    F: FnMut(T) -> U,
{
    type Built<N: Push<U>> = MapPush<F, N>;

    #[inline]
    fn build<N: Push<U>>(self, _cx: Context<C>, next: N) -> Self::Built<N> {
        MapPush { turn: self.0, next }
    }
}

impl<T, U, F, N> Push<T> for MapPush<F, N>
where
    F: FnMut(T) -> U,
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
        self.next.push(Record {
            value: (self.turn)(value),
            timestamp,
            partition_watermark,
        });
    }

    #[inline]
    fn push_all(&mut self, records: impl Iterator<Item = Record<T>>) {
        let Self { turn, next } = self;
        next.push_all(Mapped { records, turn });
    }

    pass_on!();
}
