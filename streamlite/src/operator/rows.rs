//! Rows of records on their way through operators without state, as iterators of their own.
//!
//! Named types, and no closures: a closure's type contains all the types that its function is generic in, the iterator
//! upstream among them, so that the types of a chain would double with every operator.

use crate::record::Record;
use crate::time::Timestamp;

/// A row whose values are turned into others.
pub(super) struct Mapped<'a, I, F> {
    pub(super) records: I,
    pub(super) turn: &'a mut F,
}

/// A row of which only some records go on.
pub(super) struct Filtered<'a, I, F> {
    pub(super) records: I,
    pub(super) holds: &'a mut F,
}

/// A row whose values are turned into others, or dropped.
pub(super) struct FilterMapped<'a, I, F> {
    pub(super) records: I,
    pub(super) turn: &'a mut F,
}

/// A row that is looked at.
pub(super) struct Inspected<'a, I, F> {
    pub(super) records: I,
    pub(super) look: &'a mut F,
}

/// A row whose values are each turned into any number of others, of the same time.
pub(super) struct FlatMapped<'a, I, F, U: IntoIterator> {
    records: I,
    turn: &'a mut F,
    /// What is left of the last value.
    current: Option<Timed<U::IntoIter>>,
}

impl<'a, I, F, U: IntoIterator> FlatMapped<'a, I, F, U> {
    #[inline]
    pub(super) fn new(records: I, turn: &'a mut F) -> Self {
        Self {
            records,
            turn,
            current: None,
        }
    }
}

impl<T, I, F, U> Iterator for FlatMapped<'_, I, F, U>
where
    U: IntoIterator,
    I: Iterator<Item = Record<T>>,
    F: FnMut(T) -> U,
{
    type Item = Record<U::Item>;

    #[inline]
    fn next(&mut self) -> Option<Record<U::Item>> {
        loop {
            if let Some(record) = self.current.as_mut().and_then(Iterator::next) {
                return Some(record);
            }
            self.current = None;
            let Record {
                value,
                timestamp,
                partition_watermark,
            } = self.records.next()?;
            let values = (self.turn)(value).into_iter();
            self.current = Some(Timed::new(values, (timestamp, partition_watermark)));
        }
    }
}

/// Values that become records of one time.
pub(super) struct Timed<I> {
    values: I,
    timestamp: Timestamp,
    partition_watermark: Timestamp,
}

impl<I> Timed<I> {
    #[inline]
    pub(super) fn new(values: I, (timestamp, partition_watermark): (Timestamp, Timestamp)) -> Self {
        Self {
            values,
            timestamp,
            partition_watermark,
        }
    }
}

impl<I: Iterator> Iterator for Timed<I> {
    type Item = Record<I::Item>;

    #[inline]
    fn next(&mut self) -> Option<Record<I::Item>> {
        let value = self.values.next()?;
        Some(Record {
            value,
            timestamp: self.timestamp,
            partition_watermark: self.partition_watermark,
        })
    }
}

#[inline]
fn mapped<T, U>(record: Record<T>, turn: &mut impl FnMut(T) -> U) -> Record<U> {
    let Record {
        value,
        timestamp,
        partition_watermark,
    } = record;
    Record {
        value: turn(value),
        timestamp,
        partition_watermark,
    }
}

#[inline]
fn filter_mapped<T, U>(record: Record<T>, turn: &mut impl FnMut(T) -> Option<U>) -> Option<Record<U>> {
    let Record {
        value,
        timestamp,
        partition_watermark,
    } = record;
    turn(value).map(|value| Record {
        value,
        timestamp,
        partition_watermark,
    })
}

impl<T, U, I: Iterator<Item = Record<T>>, F: FnMut(T) -> U> Iterator for Mapped<'_, I, F> {
    type Item = Record<U>;

    #[inline]
    fn next(&mut self) -> Option<Record<U>> {
        let record = self.records.next()?;
        Some(mapped(record, self.turn))
    }
}

impl<T, I: Iterator<Item = Record<T>>, F: FnMut(&T) -> bool> Iterator for Filtered<'_, I, F> {
    type Item = Record<T>;

    #[inline]
    fn next(&mut self) -> Option<Record<T>> {
        loop {
            let record = self.records.next()?;
            if (self.holds)(&record.value) {
                return Some(record);
            }
        }
    }
}

impl<T, U, I: Iterator<Item = Record<T>>, F: FnMut(T) -> Option<U>> Iterator for FilterMapped<'_, I, F> {
    type Item = Record<U>;

    #[inline]
    fn next(&mut self) -> Option<Record<U>> {
        loop {
            if let Some(record) = filter_mapped(self.records.next()?, self.turn) {
                return Some(record);
            }
        }
    }
}

impl<T, I: Iterator<Item = Record<T>>, F: FnMut(&T)> Iterator for Inspected<'_, I, F> {
    type Item = Record<T>;

    #[inline]
    fn next(&mut self) -> Option<Record<T>> {
        let record = self.records.next()?;
        (self.look)(&record.value);
        Some(record)
    }
}
