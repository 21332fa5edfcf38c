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
pub struct Boundary<'env, T>(Box<dyn Push<T> + 'env>);

impl<'env, T> Boundary<'env, T> {
    pub(super) fn new(next: impl Push<T> + 'env) -> Self {
        Self(Box::new(next))
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
        self.0.push(record);
    }

    #[inline]
    fn watermark(&mut self, watermark: Timestamp) {
        self.0.watermark(watermark);
    }

    fn control(&mut self, control: &mut Control<'_>) {
        self.0.control(control);
    }
}
