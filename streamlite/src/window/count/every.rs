//! How often a window of so many records fires.

/// Of how many records a window is, and how many come between two firings.
#[derive(Clone, Copy, Debug)]
pub(in crate::window) struct Every {
    pub(in crate::window) size: u64,
    pub(in crate::window) step: u64,
    /// Whether what is left fires at the end.
    pub(in crate::window) partial: bool,
}

impl Every {
    /// All records.
    pub(in crate::window) const ALL: Self = Self {
        size: u64::MAX,
        step: u64::MAX,
        partial: true,
    };

    /// How many records after a firing a window begins.
    pub(super) fn cut(self) -> u64 {
        (self.step - self.size % self.step) % self.step
    }
}
