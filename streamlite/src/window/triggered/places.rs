//! Which windows a record is in, for windows that fire by a trigger.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::time::Timestamp;
use crate::window::event_window::Window;
use crate::window::firing::Firing;
use crate::window::grid::Grid;
use crate::window::open_windows::{OpenWindows, Place};
use crate::window::span::Span;

/// Which windows a record is in, and what their results carry.
pub trait Places: fmt::Debug {
    /// What a window is to the user.
    type Window: Copy + 'static;

    /// What is kept of the timestamps of the records in it.
    type Stamp: Stamp;

    /// Whether windows are side by side, so that each record is in one.
    const IS_ONE: bool;

    /// Where a record belongs, if windows are side by side; `None` if it is late.
    fn find_one<S: Default>(
        _windows: &mut OpenWindows<S, Self>,
        _times: (Timestamp, Timestamp),
        _prepare: impl FnMut(&mut S),
    ) -> Option<Place>
    where
        Self: Sized,
    {
        None
    }

    /// The windows that contain a timestamp, in the order of time.
    fn spans(&self, timestamp: Timestamp) -> impl Iterator<Item = Span>;

    /// Finds the windows of a record that are open to it; whether there is a window that contains it. `prepare` makes the
    /// contents of a window that is new ready.
    fn find<S: Default>(
        windows: &mut OpenWindows<S, Self>,
        (timestamp, partition_watermark): (Timestamp, Timestamp),
        mut prepare: impl FnMut(&mut S),
        found: &mut Vec<Place>,
    ) -> bool
    where
        Self: Sized,
    {
        let spans: Vec<Span> = windows.grid().spans(timestamp).collect();
        for span in &spans {
            found.extend(windows.place_in(*span, partition_watermark, &mut prepare));
        }
        !spans.is_empty()
    }

    /// The first end of a window after a watermark.
    fn end_after(&self, watermark: Timestamp) -> Timestamp;

    /// The window of a firing.
    fn window(span: Span, firing: Firing, index: u32) -> Self::Window;
}

/// What is kept of the timestamps of the records in a window.
pub trait Stamp: Copy + Default + Serialize + DeserializeOwned {
    /// A record is in it.
    fn note(&mut self, timestamp: Timestamp);

    /// The timestamp of its results.
    fn of(self, span: Span) -> Timestamp;
}

/// Results carry the last millisecond of their window.
impl Stamp for () {
    #[inline]
    fn note(&mut self, _timestamp: Timestamp) {}

    fn of(self, span: Span) -> Timestamp {
        span.last_timestamp()
    }
}

/// One window for each record.
#[derive(Debug)]
pub struct One<D>(pub(in crate::window) D);

impl<D: Grid> Grid for One<D> {
    fn window_of(&self, timestamp: Timestamp) -> Span {
        self.0.window_of(timestamp)
    }
}

impl<D: Grid> Places for One<D> {
    type Window = Window;
    type Stamp = ();

    const IS_ONE: bool = true;

    #[inline]
    fn find_one<S: Default>(
        windows: &mut OpenWindows<S, Self>,
        (timestamp, partition_watermark): (Timestamp, Timestamp),
        prepare: impl FnMut(&mut S),
    ) -> Option<Place> {
        windows.place(timestamp, partition_watermark, prepare)
    }

    #[inline]
    fn spans(&self, timestamp: Timestamp) -> impl Iterator<Item = Span> {
        std::iter::once(self.0.window_of(timestamp))
    }

    fn end_after(&self, watermark: Timestamp) -> Timestamp {
        self.0.window_of(watermark).end
    }

    fn window(span: Span, firing: Firing, index: u32) -> Window {
        Window::fired(span, firing, index)
    }
}
