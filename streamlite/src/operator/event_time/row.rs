//! Records that go on together.

use std::marker::PhantomData;

use super::lanes::GREATEST;
use crate::record::Record;
use crate::time::{Timestamp, WatermarkStrategy};

/// Records with their timestamps, up to one that brings a watermark that is due, and without one that is to be looked at
/// more closely. It calls nothing but what belongs to the record, so that all of it is in registers.
pub(super) struct Row<'a, T, I, F, U, W: WatermarkStrategy<T>> {
    pub(super) records: &'a mut I,
    pub(super) timestamp: &'a mut F,
    pub(super) strategy: &'a W,
    /// What the strategy knows of the current lane.
    pub(super) state: W::State,
    /// A time above this one may be too far ahead of the clock.
    pub(super) far_ahead: Timestamp,
    /// The lane's watermark, and the one before it.
    pub(super) own: Timestamp,
    pub(super) before: Timestamp,
    /// The watermark that the next record is judged by.
    pub(super) partition_watermark: Timestamp,
    pub(super) due: Timestamp,
    /// Why the row has ended before its records have.
    pub(super) stopped: Option<Stopped<T>>,
    pub(super) into: PhantomData<fn() -> U>,
}

/// What is looked at more closely.
pub(super) enum Stopped<T> {
    /// The record, with its timestamp, may be late or too far ahead.
    Record(Timestamp, T),
    /// What the last record says of the watermark may be too far ahead.
    Watermark(Timestamp),
}

impl<T, I, F, U, W> Iterator for Row<'_, T, I, F, U, W>
where
    I: Iterator<Item = Record<T>>,
    F: FnMut(&T) -> U,
    U: Into<Timestamp>,
    W: WatermarkStrategy<T>,
{
    type Item = Record<T>;

    #[inline]
    fn next(&mut self) -> Option<Record<T>> {
        if self.own >= self.due {
            return None;
        }
        let value = self.records.next()?.value;
        let (timestamp, partition_watermark) = ((self.timestamp)(&value).into(), self.partition_watermark);
        if timestamp < partition_watermark || timestamp > self.far_ahead {
            self.stopped = Some(Stopped::Record(timestamp, value));
            return None;
        }
        let said = self.strategy.on_record(&mut self.state, &value, timestamp);
        if let Some(watermark) = said
            && watermark > self.own
        {
            if watermark > self.far_ahead {
                self.stopped = Some(Stopped::Watermark(watermark));
                self.due = Timestamp::MIN;
            } else {
                self.before = self.own;
                self.own = watermark.min(GREATEST);
                self.partition_watermark = self.own.max(partition_watermark);
            }
        }
        Some(Record {
            value,
            timestamp,
            partition_watermark,
        })
    }
}
