//! Records that go on together.

use std::marker::PhantomData;

use super::GREATEST;
use super::future_skew::FutureSkew;
use crate::record::Record;
use crate::time::{Timestamp, WatermarkStrategy};

/// Records with their timestamps, up to one that brings a watermark that is due, and without one that may be late.
pub(super) struct Row<'a, T, I, F, U, W: WatermarkStrategy<T>> {
    pub(super) records: &'a mut I,
    pub(super) timestamp: &'a mut F,
    pub(super) strategy: &'a W,
    /// What the strategy knows of the current lane.
    pub(super) state: W::State,
    /// A time above this one may be too far ahead of the clock.
    pub(super) far_ahead: Timestamp,
    pub(super) skew: &'a mut FutureSkew,
    /// The lane's watermark, and the one before it.
    pub(super) own: Timestamp,
    pub(super) before: Timestamp,
    /// The watermark that the next record is judged by.
    pub(super) partition_watermark: Timestamp,
    pub(super) due: Timestamp,
    /// The record that may be late: its timestamp and its value.
    pub(super) late: Option<(Timestamp, T)>,
    pub(super) into: PhantomData<fn() -> U>,
}

impl<T, I, F, U, W> Row<'_, T, I, F, U, W>
where
    W: WatermarkStrategy<T>,
{
    #[inline]
    fn is_refused(&mut self, at: Timestamp) -> bool {
        if at <= self.far_ahead {
            return false;
        }
        let is_refused = self.skew.refuses(at);
        self.far_ahead = self.skew.far_ahead();
        is_refused
    }

    /// Takes what the strategy says of a record.
    #[inline]
    fn note(&mut self, value: &T, timestamp: Timestamp) {
        if self.is_refused(timestamp) {
            return;
        }
        let said = self.strategy.on_record(&mut self.state, value, timestamp);
        let Some(watermark) = said.filter(|&watermark| watermark > self.own) else {
            return;
        };
        if self.is_refused(watermark) {
            return;
        }
        self.before = self.own;
        self.own = watermark.min(GREATEST);
        self.partition_watermark = self.own.max(self.partition_watermark);
    }
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
        if timestamp < partition_watermark {
            self.late = Some((timestamp, value));
            return None;
        }
        self.note(&value, timestamp);
        Some(Record {
            value,
            timestamp,
            partition_watermark,
        })
    }
}
