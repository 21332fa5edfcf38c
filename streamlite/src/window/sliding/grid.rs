//! Which windows of a sliding grid there are, and how they are cut into slices.

use crate::time::{TimeDelta, Timestamp};
use crate::window::event_window::Window;
use crate::window::firing::Firing;
use crate::window::span::{Span, clamped};
use crate::window::triggered::Places;

/// Windows `[k·slide + offset, k·slide + offset + size)`, cut into slices where a window starts or ends: a window consists
/// of whole slices, and there are two for each slide at most, however size and slide divide one another.
///
/// Windows reach over the ends of time, where their spans are cut off; start and end together still tell one from another.
#[derive(Clone, Copy, Debug)]
pub struct SlidingGrid {
    size: i64,
    slide: i64,
    offset: i64,
    /// Where in a slide windows end: `size` modulo `slide`.
    cut: i64,
    /// How many windows before the last that contains it contain a time before the cut.
    earlier: i64,
    division: Option<Division>,
}

/// The slice of a timestamp, and the windows that it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slice {
    /// Where it starts.
    pub(super) start: Timestamp,
    /// The first window that contains it.
    pub(super) first: Span,
    /// The end of the last one.
    pub(super) last_end: Timestamp,
}

/// A division by a number that is known only when the job starts: by multiplication, for timestamps far from the ends of
/// time.
#[derive(Clone, Copy, Debug)]
struct Division {
    by: u64,
    reciprocal: u64,
    /// Added before, so that what is divided is positive: a multiple of `by`.
    bias: u64,
}

/// How far from 1970 a timestamp, a size and a slide may be to be divided quickly.
const NEAR: i64 = 1 << 60;

impl Division {
    fn new(by: i64) -> Self {
        let by = by.unsigned_abs();
        Self {
            by,
            reciprocal: u64::MAX / by,
            bias: (2 * NEAR.unsigned_abs()).div_ceil(by) * by,
        }
    }

    /// The remainder of the floor division.
    #[inline]
    fn remainder(self, number: i64) -> i64 {
        let biased = self.bias.wrapping_add_signed(number);
        // One too little at most: the reciprocal is less than one too small, and what is divided less than 2^63.
        let quotient = ((u128::from(biased) * u128::from(self.reciprocal)) >> 64) as u64;
        let rest = biased - quotient * self.by;
        let rest = if rest >= self.by { rest - self.by } else { rest };
        rest.cast_signed()
    }
}

impl SlidingGrid {
    /// One window for all of time: used where a setting is invalid.
    pub(super) const ONE: Self = Self {
        size: i64::MAX,
        slide: i64::MAX,
        offset: 0,
        cut: 0,
        earlier: 1,
        division: None,
    };

    pub(super) fn new(size: TimeDelta, slide: TimeDelta, offset: TimeDelta) -> Self {
        let (size, slide, offset) = (size.as_millis(), slide.as_millis(), offset.as_millis());
        Self {
            size,
            slide,
            offset,
            cut: size % slide,
            earlier: size / slide,
            division: (size < NEAR / 4 && slide < NEAR / 4).then(|| Division::new(slide)),
        }
    }

    /// Of how many slices a window consists.
    pub(super) fn panes(&self) -> u64 {
        let whole = self.earlier.unsigned_abs();
        if self.cut == 0 {
            whole
        } else {
            whole.saturating_mul(2).saturating_add(1)
        }
    }

    /// The slice of a timestamp; `None` in a gap between windows.
    #[inline]
    pub(super) fn slice_of(&self, timestamp: Timestamp) -> Option<Slice> {
        let at = timestamp.as_millis();
        match self.division {
            Some(division) if (-NEAR / 2..NEAR / 2).contains(&at) => {
                let into = division.remainder(at - self.offset);
                let base = at - into;
                let (start, earlier) = if into < self.cut {
                    (base, self.earlier)
                } else {
                    (base + self.cut, self.earlier - 1)
                };
                (earlier >= 0).then(|| {
                    let first = base - earlier * self.slide;
                    Slice {
                        start: Timestamp::from_millis(start),
                        first: Span::new(
                            Timestamp::from_millis(first),
                            Timestamp::from_millis(first + self.size),
                        ),
                        last_end: Timestamp::from_millis(base + self.size),
                    }
                })
            }
            _ => self.slice_at_the_ends_of_time(at),
        }
    }

    #[cold]
    fn slice_at_the_ends_of_time(&self, at: i64) -> Option<Slice> {
        let at = i128::from(at);
        let (slide, cut) = (i128::from(self.slide), i128::from(self.cut));
        let into = (at - i128::from(self.offset)).rem_euclid(slide);
        let base = at - into;
        let (start, earlier) = if into < cut {
            (base, i128::from(self.earlier))
        } else {
            (base + cut, i128::from(self.earlier) - 1)
        };
        (earlier >= 0).then(|| Slice {
            start: clamped(start),
            first: self.window_at(base - earlier * slide),
            last_end: clamped(base + i128::from(self.size)),
        })
    }

    fn window_at(&self, start: i128) -> Span {
        Span::new(clamped(start), clamped(start + i128::from(self.size)))
    }

    /// Where a window starts, on the endless line of numbers.
    fn start_of(&self, window: Span) -> i128 {
        if window.end < Timestamp::MAX {
            i128::from(window.end.as_millis()) - i128::from(self.size)
        } else {
            i128::from(window.start.as_millis())
        }
    }

    /// The next window; `None` where it would start after the end of time.
    pub(super) fn after(&self, window: Span) -> Option<Span> {
        let start = self.start_of(window) + i128::from(self.slide);
        (start <= i128::from(i64::MAX)).then(|| self.window_at(start))
    }

    /// The windows that contain a slice, in the order of time.
    pub(super) fn windows_of(&self, slice: Slice) -> impl Iterator<Item = Span> {
        let slide = i128::from(self.slide);
        // The last one starts at most where the slice does.
        let at = i128::from(slice.start.as_millis());
        let last = at - (at - i128::from(self.offset)).rem_euclid(slide);
        let windows = (last - self.start_of(slice.first)) / slide + 1;
        let (grid, first) = (*self, self.start_of(slice.first));
        (0..windows).map(move |number| grid.window_at(first + number * slide))
    }

    /// Whether a slice that does not start before the window belongs to it.
    #[inline]
    pub(super) fn reaches(&self, window: Span, start: Timestamp) -> bool {
        start < window.end
            || (window.end == Timestamp::MAX
                && i128::from(start.as_millis()) < self.start_of(window) + i128::from(self.size))
    }

    /// The first end of a window after a watermark.
    pub(super) fn end_after(&self, watermark: Timestamp) -> Timestamp {
        let at = i128::from(watermark.as_millis()) - i128::from(self.offset) - i128::from(self.size);
        let slide = i128::from(self.slide);
        let number = at.div_euclid(slide) + 1;
        clamped(number * slide + i128::from(self.offset) + i128::from(self.size))
    }

    /// The windows that contain the slice that starts here, in the order of time.
    pub(super) fn windows_from(&self, start: Timestamp) -> impl Iterator<Item = Span> {
        self.windows_of(self.of_slice(start))
    }

    /// The first window that contains a slice.
    pub(super) fn first_window_of(&self, start: Timestamp) -> Span {
        self.of_slice(start).first
    }

    /// The end of the last window that contains a slice.
    pub(super) fn last_end_of(&self, start: Timestamp) -> Timestamp {
        self.of_slice(start).last_end
    }

    fn of_slice(&self, start: Timestamp) -> Slice {
        self.slice_of(start).expect("no record is in a gap")
    }

    /// The first window of a slice that ends after a watermark.
    pub(super) fn first_window_after(&self, start: Timestamp, watermark: Timestamp) -> Option<Span> {
        self.windows_of(self.of_slice(start))
            .find(|window| window.end > watermark)
    }
}

impl Places for SlidingGrid {
    type Window = Window;
    type Stamp = ();

    const IS_ONE: bool = false;

    fn spans(&self, timestamp: Timestamp) -> impl Iterator<Item = Span> {
        let slice = self.slice_of(timestamp);
        slice.into_iter().flat_map(|slice| self.windows_of(slice))
    }

    fn end_after(&self, watermark: Timestamp) -> Timestamp {
        Self::end_after(self, watermark)
    }

    fn window(span: Span, firing: Firing, index: u32) -> Window {
        Window::fired(span, firing, index)
    }
}
