//! A stream of the graph: counts what passes.

use crate::control::{Control, Question};
use crate::record::{Push, Record};
use crate::time::Timestamp;

/// Counts the records of one stream: one addition in a plain field per record.
#[derive(Debug)]
pub struct Counted<N> {
    stream: usize,
    records: u64,
    next: N,
}

impl<N> Counted<N> {
    pub(crate) fn new(stream: usize, next: N) -> Self {
        Self {
            stream,
            records: 0,
            next,
        }
    }
}

impl<T, N: Push<T>> Push<T> for Counted<N> {
    const LOOKS_AT_TIMES: bool = N::LOOKS_AT_TIMES;

    #[inline]
    fn push(&mut self, record: Record<T>) {
        self.records += 1;
        self.next.push(record);
    }

    #[inline]
    fn push_all(&mut self, records: impl Iterator<Item = Record<T>>) {
        let count = &mut self.records;
        self.next.push_all(CountedRow { records, count });
    }

    #[inline]
    fn next_due(&self, watermark: Timestamp) -> Timestamp {
        self.next.next_due(watermark)
    }

    #[inline]
    fn watermark(&mut self, watermark: Timestamp) {
        self.next.watermark(watermark);
    }

    fn control(&mut self, control: &mut Control<'_>) {
        if let Control::Question(Question::Count(tally)) = control {
            tally.streams[self.stream] += self.records;
        }
        self.next.control(control);
    }
}

/// A row that is counted. A type of its own, and no closure, whose type would contain all that is downstream.
struct CountedRow<'a, I> {
    records: I,
    count: &'a mut u64,
}

impl<I: Iterator> Iterator for CountedRow<'_, I> {
    type Item = I::Item;

    #[inline]
    fn next(&mut self) -> Option<I::Item> {
        let record = self.records.next()?;
        *self.count += 1;
        Some(record)
    }
}
