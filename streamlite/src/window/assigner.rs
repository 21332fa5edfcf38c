//! What may stand in `.window(…)`.

use crate::error::Result;
use crate::time::{TimeDelta, Timestamp};
use crate::window::Window;

/// Assigns records to windows: what may stand in `.window(…)`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a window",
    label = "expected a window, such as `tumbling(5min)`",
    note = "a window is written `tumbling(size)`, `tumbling(size).offset(by)`"
)]
pub trait Assigner {
    /// The assigner itself. A type of its own, so that a wrong argument is one error and not several.
    type Itself: GridAssigner;

    /// The assigner itself.
    fn itself(self) -> Self::Itself;
}

/// Windows that lie on a grid and do not overlap.
pub trait GridAssigner {
    /// The grid, checked.
    ///
    /// # Errors
    /// If its size or offset makes no sense.
    fn grid(&self) -> Result<Grid>;
}

/// A grid of windows of one size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grid {
    pub(crate) size: TimeDelta,
    pub(crate) offset: TimeDelta,
}

impl Grid {
    /// The window that a timestamp belongs to.
    pub(crate) fn window_of(&self, timestamp: Timestamp) -> Window {
        Window::containing(timestamp, self.size, self.offset)
    }
}
