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

    /// Whether a record may be in more than one window.
    pub(super) fn overlaps(self) -> bool {
        self.size > self.step
    }

    /// How many records after a firing are in no window, where windows do not overlap.
    #[inline]
    pub(super) fn gap(self) -> u64 {
        self.step - self.size
    }

    /// What a record did that is in a window, and the last of so many since one fired.
    #[inline]
    pub(super) fn added(self, in_step: u64) -> Added {
        if in_step < self.step {
            Added::Quietly
        } else {
            Added::Last
        }
    }

    /// How many records after a firing a window begins, where windows overlap.
    pub(super) fn cut(self) -> u64 {
        (self.step - self.size % self.step) % self.step
    }
}

/// What a record did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Added {
    /// It is in a window.
    Quietly,
    /// It is in a window, which is full.
    Last,
    /// It is in no window.
    InGap,
}
