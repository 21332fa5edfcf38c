//! Which window of a grid a timestamp belongs to.

use std::fmt;

use super::span::Span;
use crate::time::{TimeDelta, Timestamp};

/// Windows side by side, without gaps: each timestamp belongs to one.
pub trait Grid: fmt::Debug {
    /// The window that a timestamp belongs to.
    fn window_of(&self, timestamp: Timestamp) -> Span;
}

/// A grid of windows of one size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EvenGrid {
    pub(super) size: TimeDelta,
    pub(super) offset: TimeDelta,
}

impl EvenGrid {
    /// One window for all of time: used where a setting is invalid.
    pub(super) const ONE: Self = Self {
        size: TimeDelta::MAX,
        offset: TimeDelta::ZERO,
    };
}

impl Grid for EvenGrid {
    fn window_of(&self, timestamp: Timestamp) -> Span {
        Span::containing(timestamp, self.size, self.offset)
    }
}
