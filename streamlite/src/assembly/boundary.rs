//! Where a type ends: what is downstream is one dynamic call away.

use std::fmt;

use crate::control::Control;
use crate::record::{Push, Record};
use crate::time::Timestamp;

/// What takes the records of `T`, by a dynamic call.
///
/// A pipeline is one type, nested once per operator, and rustc gives up on a type that is nested about a hundred times.
/// So the macro puts a boundary where the nesting would become too deep: what is upstream no longer knows the type of
/// what is downstream. Pipelines of up to 32 operators in a row have none.
pub struct Boundary<'env, T> {
    next: Box<dyn Downstream<T> + 'env>,
    /// Records on their way through; empty between two calls.
    row: Vec<Record<T>>,
}

/// How many records pass at once.
const ROW: usize = 128;

/// [`Push`] by dynamic calls.
trait Downstream<T> {
    fn push(&mut self, record: Record<T>);

    /// Takes all records of a row, and leaves none.
    fn push_row(&mut self, row: &mut Vec<Record<T>>);

    fn watermark(&mut self, watermark: Timestamp);

    fn next_due(&self, watermark: Timestamp) -> Timestamp;

    fn control(&mut self, control: &mut Control<'_>);
}

impl<T, N: Push<T>> Downstream<T> for N {
    fn push(&mut self, record: Record<T>) {
        Push::push(self, record);
    }

    fn push_row(&mut self, row: &mut Vec<Record<T>>) {
        self.push_all(row.drain(..));
    }

    fn watermark(&mut self, watermark: Timestamp) {
        Push::watermark(self, watermark);
    }

    fn next_due(&self, watermark: Timestamp) -> Timestamp {
        Push::next_due(self, watermark)
    }

    fn control(&mut self, control: &mut Control<'_>) {
        Push::control(self, control);
    }
}

impl<'env, T> Boundary<'env, T> {
    pub(super) fn new(next: impl Push<T> + 'env) -> Self {
        Self {
            next: Box::new(next),
            row: Vec::new(),
        }
    }
}

impl<T> fmt::Debug for Boundary<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Boundary<{}>", std::any::type_name::<T>())
    }
}

impl<T> Push<T> for Boundary<'_, T> {
    #[inline]
    fn push(&mut self, record: Record<T>) {
        self.next.push(record);
    }

    #[inline]
    fn push_all(&mut self, records: impl Iterator<Item = Record<T>>) {
        let Self { next, row } = self;
        records.for_each(|record| {
            row.push(record);
            if row.len() == ROW {
                next.push_row(row);
            }
        });
        next.push_row(row);
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
        self.next.control(control);
    }
}
