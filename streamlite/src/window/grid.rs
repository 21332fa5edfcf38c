//! Which window of a grid a timestamp belongs to.

use super::span::Window;
use crate::time::{TimeDelta, Timestamp};

/// A grid of windows of one size, side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Grid {
    pub(super) size: TimeDelta,
    pub(super) offset: TimeDelta,
}

impl Grid {
    /// One window for all of time: what stands where a setting makes no sense.
    pub(super) const ONE: Self = Self {
        size: TimeDelta::MAX,
        offset: TimeDelta::ZERO,
    };

    /// The window that a timestamp belongs to.
    pub(super) fn window_of(&self, timestamp: Timestamp) -> Window {
        Window::containing(timestamp, self.size, self.offset)
    }
}
