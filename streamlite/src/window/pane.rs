//! One firing of a window.

use super::event_window::Window;
use super::firing::Firing;
use super::span::Span;
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
    /// A firing of a window of event time, which had fired before so many times: its results carry the window's last
    /// millisecond.
    #[inline]
    pub(super) fn of(span: Span, firing: Firing, index: u32, partition_watermark: Timestamp) -> Self {
        Self {
            window: Window::fired(span, firing, index),
            timestamp: span.last_timestamp(),
            partition_watermark,
        }
    }

    /// The first firing of a window, at its end.
    #[inline]
    pub(super) fn on_time(span: Span, partition_watermark: Timestamp) -> Self {
        Self::of(span, Firing::OnTime, 0, partition_watermark)
    }
}
