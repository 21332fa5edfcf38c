//! One firing of a window.

use super::span::Window;
use crate::time::Timestamp;

/// What a window that fires several times emits each time: Flink's and Beam's accumulation mode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AccumulationMode {
    /// All records so far.
    #[default]
    Accumulating,
    /// The records since it fired last.
    Discarding,
}

/// One firing of a window. Beam's pane.
#[derive(Clone, Copy, Debug)]
pub struct Pane<W> {
    /// The window.
    pub window: W,
    /// The timestamp of the results.
    pub timestamp: Timestamp,
    /// The watermark before the one that made the window fire: the results' own.
    pub partition_watermark: Timestamp,
}

impl Pane<Window> {
    /// A firing of a window of event time: its results carry the window's last millisecond.
    pub(super) fn of(window: Window, partition_watermark: Timestamp) -> Self {
        Self {
            window,
            timestamp: window.last_timestamp(),
            partition_watermark,
        }
    }
}
