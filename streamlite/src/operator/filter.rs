//! Only the records for which a predicate holds go on.

use std::mem::needs_drop;

use super::pass::pass_on;
use super::rows::{Filtered, Timed};
use crate::assembly::{Context, Stage};
use crate::record::{Push, Record};

/// Describes `filter`; see [`Stream::filter`](crate::flow::Stream::filter).
#[derive(Clone, Copy, Debug)]
pub struct Filter<F>(pub(crate) F);

/// What runs for [`Filter`].
#[derive(Debug)]
pub struct FilterPush<T, F, N> {
    holds: F,
    /// Values that go on together; empty between two calls.
    block: Vec<T>,
    /// Whether about as many records stay as go, so that no branch predictor can guess which.
    is_unsure: bool,
    /// How many rows came: now and then it is looked at again whether it is unsure.
    rows: u32,
    next: N,
}

/// How many values go on together: enough to pay for the change of loops, few enough to stay in the nearest cache.
const BLOCK: usize = 256;
/// Every so many rows it is looked at whether the filter is unsure.
const LOOK_EVERY: u32 = 16;

impl<T, F, C> Stage<T, T, C> for Filter<F>
where
    F: FnMut(&T) -> bool,
{
    type Built<N: Push<T>> = FilterPush<T, F, N>;

    #[inline]
    fn build<N: Push<T>>(self, _cx: Context<C>, next: N) -> Self::Built<N> {
        FilterPush {
            holds: self.0,
            block: Vec::new(),
            is_unsure: true,
            rows: 0,
            next,
        }
    }
}

impl<T, F, N> FilterPush<T, F, N>
where
    F: FnMut(&T) -> bool,
    N: Push<T>,
{
    /// Whether values can be put aside without their times, and forgotten at no cost.
    const COMPACTS: bool = !N::LOOKS_AT_TIMES && !needs_drop::<T>() && size_of::<T>() <= 32;

    /// Puts those that stay side by side, without a branch on whether they do: a wrong guess costs more than a value that
    /// is written and forgotten again.
    #[inline]
    fn push_compacted(&mut self, records: impl Iterator<Item = Record<T>>) {
        let Self {
            holds,
            block,
            is_unsure,
            next,
            ..
        } = self;
        let (mut times, mut came, mut stayed) = (None, 0_usize, 0_usize);
        for record in records {
            let Record {
                value,
                timestamp,
                partition_watermark,
            } = record;
            times.get_or_insert((timestamp, partition_watermark));
            came += 1;
            let stays = holds(&value);
            block.push(value);
            block.truncate(block.len() - usize::from(!stays));
            if block.len() == BLOCK {
                stayed += BLOCK;
                next.push_all(Timed::new(block.drain(..), (timestamp, partition_watermark)));
            }
        }
        stayed += block.len();
        *is_unsure = stayed.min(came - stayed) > came / 16;
        if let Some(times) = times {
            next.push_all(Timed::new(block.drain(..), times));
        }
    }
}

impl<T, F, N> Push<T> for FilterPush<T, F, N>
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
        let looks = self.rows.is_multiple_of(LOOK_EVERY);
        self.rows = self.rows.wrapping_add(1);
        if Self::COMPACTS && (self.is_unsure || looks) {
            return self.push_compacted(records);
        }
        let Self { holds, next, .. } = self;
        next.push_all(Filtered { records, holds });
    }

    pass_on!();
}
