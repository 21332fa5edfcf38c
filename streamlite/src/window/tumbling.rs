//! Windows side by side.

use super::assigner::{Assigner, Grid, GridAssigner};
use crate::error::{Error, Result};
use crate::time::TimeDelta;

/// Windows side by side; see [`tumbling`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tumbling {
    size: TimeDelta,
    offset: TimeDelta,
}

/// Windows of one size, side by side: `[k·size, (k + 1)·size)`. Flink's `TumblingEventTimeWindows`.
#[must_use]
pub fn tumbling(size: TimeDelta) -> Tumbling {
    Tumbling {
        size,
        offset: TimeDelta::ZERO,
    }
}

impl Tumbling {
    /// Moves the windows: days of a place 8 hours ahead of UTC are `tumbling(1d).offset(-8h)`.
    #[must_use]
    pub fn offset(self, offset: TimeDelta) -> Self {
        Self { offset, ..self }
    }
}

impl Assigner for Tumbling {
    type Itself = Self;

    fn itself(self) -> Self {
        self
    }
}

impl GridAssigner for Tumbling {
    fn grid(&self) -> Result<Grid> {
        let Self { size, offset } = *self;
        if size <= TimeDelta::ZERO {
            return Err(Error::setting(
                format!("tumbling({size})"),
                "a window has a positive size",
                "write at least 1ms",
            ));
        }
        if offset.as_millis().unsigned_abs() >= size.as_millis().unsigned_abs() {
            return Err(Error::setting(
                format!("tumbling({size}).offset({offset})"),
                "the offset is not smaller than the window",
                "write the offset within one window; whole windows change nothing",
            ));
        }
        Ok(Grid { size, offset })
    }
}
