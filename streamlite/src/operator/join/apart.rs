//! Records of two streams, each by itself again.

use std::fmt;

use crate::control::Control;
use crate::join::Either;
use crate::record::{Push, Record};
use crate::time::Timestamp;

/// A record of one of the two streams.
#[inline]
pub(crate) fn apart<L, R>(record: Record<Either<L, R>>) -> Either<Record<L>, Record<R>> {
    let Record {
        value,
        timestamp,
        partition_watermark,
    } = record;
    match value {
        Either::Left(value) => Either::Left(Record {
            value,
            timestamp,
            partition_watermark,
        }),
        Either::Right(value) => Either::Right(Record {
            value,
            timestamp,
            partition_watermark,
        }),
    }
}

/// The rows of each stream go to an output of their own.
pub(super) struct Apart<A, B> {
    left: A,
    right: B,
}

impl<A, B> Apart<A, B> {
    pub(super) fn new(left: A, right: B) -> Self {
        Self { left, right }
    }
}

impl<A, B> fmt::Debug for Apart<A, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Apart")
    }
}

impl<L, R, A: Push<L>, B: Push<R>> Push<Either<L, R>> for Apart<A, B> {
    const LOOKS_AT_TIMES: bool = A::LOOKS_AT_TIMES || B::LOOKS_AT_TIMES;

    #[inline]
    fn push(&mut self, record: Record<Either<L, R>>) {
        match apart(record) {
            Either::Left(record) => self.left.push(record),
            Either::Right(record) => self.right.push(record),
        }
    }

    #[inline]
    fn next_due(&self, watermark: Timestamp) -> Timestamp {
        self.left.next_due(watermark).min(self.right.next_due(watermark))
    }

    #[inline]
    fn watermark(&mut self, watermark: Timestamp) {
        self.left.watermark(watermark);
        self.right.watermark(watermark);
    }

    fn control(&mut self, control: &mut Control<'_>) {
        self.left.control(control);
        self.right.control(control);
    }
}
