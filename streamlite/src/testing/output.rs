//! A sink that a test takes records from.

use std::fmt;

use crate::sink::Collected;

/// What a test takes results from.
pub struct TestOutput<T> {
    name: &'static str,
    collected: Collected<T>,
}

impl<T> fmt::Debug for TestOutput<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestOutput")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl<T> TestOutput<T> {
    pub(super) fn new(name: &'static str, collected: Collected<T>) -> Self {
        Self { name, collected }
    }

    /// The records that came since the last time.
    #[must_use]
    pub fn take(&mut self) -> Vec<T> {
        self.collected.take()
    }

    /// The sink's name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }
}
