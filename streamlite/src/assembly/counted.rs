//! A stream of the graph: counts what passes.

use crate::record::{Push, Record, Signal};
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
    #[inline]
    fn push(&mut self, record: Record<T>) {
        self.records += 1;
        self.next.push(record);
    }

    #[inline]
    fn watermark(&mut self, watermark: Timestamp) {
        self.next.watermark(watermark);
    }

    fn signal(&mut self, signal: &mut Signal<'_>) {
        if let Signal::Count(tally) = signal {
            tally.streams[self.stream] += self.records;
        }
        self.next.signal(signal);
    }
}
