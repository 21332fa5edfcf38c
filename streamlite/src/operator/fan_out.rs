//! A stream that is used several times: every use gets every record, and the last use moves it.

use std::fmt;
use std::marker::PhantomData;

use crate::control::Control;
use crate::record::{Push, Record};
use crate::time::Timestamp;

/// Proof that `T` can be copied for a further use: it exists only where `T` is `Clone`.
pub struct Copies<T>(PhantomData<fn() -> T>);

impl<T> Copies<T> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T> fmt::Debug for Copies<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Copies")
    }
}

/// Copies a record for a further use.
pub trait Copier<T> {
    /// A copy.
    fn copy_of(&self, value: &T) -> T;
}

impl<T: Clone> Copier<T> for Copies<T> {
    #[inline]
    fn copy_of(&self, value: &T) -> T {
        value.clone()
    }
}

/// The same proof once more, for a third use.
pub trait Again {
    /// The same proof.
    #[must_use]
    fn again(&self) -> Self;
}

impl<T> Again for Copies<T> {
    fn again(&self) -> Self {
        Self::new()
    }
}

/// The same proof once more, for a third use.
pub fn again<A: Again>(copies: &A) -> A {
    copies.again()
}

/// Two uses of a stream.
#[derive(Debug)]
pub struct Tee<A, B, C> {
    first: A,
    last: B,
    copies: C,
}

impl<A, B, C> Tee<A, B, C> {
    /// Two uses of a stream: the first gets a copy of each record, the last the record.
    pub fn new(first: A, last: B, copies: C) -> Self {
        Self { first, last, copies }
    }
}

impl<T, A: Push<T>, B: Push<T>, C: Copier<T>> Push<T> for Tee<A, B, C> {
    #[inline]
    fn push(&mut self, record: Record<T>) {
        let Record {
            timestamp,
            partition_watermark,
            ..
        } = record;
        self.first.push(Record {
            value: self.copies.copy_of(&record.value),
            timestamp,
            partition_watermark,
        });
        self.last.push(record);
    }

    #[inline]
    fn watermark(&mut self, watermark: Timestamp) {
        self.first.watermark(watermark);
        self.last.watermark(watermark);
    }

    #[inline]
    fn next_due(&self, watermark: Timestamp) -> Timestamp {
        self.first.next_due(watermark).min(self.last.next_due(watermark))
    }

    fn control(&mut self, control: &mut Control<'_>) {
        self.first.control(control);
        self.last.control(control);
    }
}

/// A stream that nobody uses, dropped in plain sight by `_`.
#[derive(Clone, Copy, Debug)]
pub struct Nowhere;

impl<T> Push<T> for Nowhere {
    const LOOKS_AT_TIMES: bool = false;

    #[inline]
    fn push(&mut self, _record: Record<T>) {}

    fn watermark(&mut self, _watermark: Timestamp) {}

    /// Only the last watermark counts.
    #[inline]
    fn next_due(&self, _watermark: Timestamp) -> Timestamp {
        Timestamp::MAX
    }

    fn control(&mut self, _signal: &mut Control<'_>) {}
}
