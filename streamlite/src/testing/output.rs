//! A sink that a test takes records from.

use crate::sink::Collected;

/// What a test takes results from.
#[derive(Debug)]
pub struct TestOutput<T> {
    name: &'static str,
    collected: Collected<T>,
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
