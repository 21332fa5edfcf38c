//! A window of event time, and a result that belongs to one.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};

use super::firing::Firing;
use super::span::Span;
use crate::time::{TimeDelta, Timestamp};

/// A window of event time, from `start` up to but without `end`, and which of its firings a result comes from.
///
/// Results of a window carry the timestamp [`last_timestamp`](Self::last_timestamp), as in Flink. Two of them are equal if
/// they are the same span of time, whatever the firing: so results can be brought together by window.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename = "streamlite::Window")]
#[non_exhaustive]
pub struct Window {
    /// The first millisecond that belongs to it.
    pub start: Timestamp,
    /// The first millisecond that does not.
    pub end: Timestamp,
    /// Whether the watermark had come to its end when it fired.
    pub firing: Firing,
    /// How often it had fired before for this key.
    pub index: u32,
}

#[cfg(feature = "csv")]
/// What [`Window`] is called where it is written down. A format without nesting knows what is ours by its `streamlite::`, and
/// makes it columns of its own.
pub(crate) const WINDOW: &str = "streamlite::Window";

impl Window {
    /// The window from `start` up to but without `end`, as it fires first, at its end.
    #[must_use]
    pub const fn new(start: Timestamp, end: Timestamp) -> Self {
        Self {
            start,
            end,
            firing: Firing::OnTime,
            index: 0,
        }
    }

    #[inline]
    pub(super) const fn fired(span: Span, firing: Firing, index: u32) -> Self {
        Self {
            start: span.start,
            end: span.end,
            firing,
            index,
        }
    }

    /// The window of a grid that contains a timestamp: `[k·size + offset, (k + 1)·size + offset)`.
    ///
    /// The division is a floor, so that it is right for timestamps before 1970, too; a window that reaches over the
    /// first or last timestamp there is ends at it.
    ///
    /// ```
    /// use streamlite::{TimeDelta, Timestamp, window::Window};
    ///
    /// let minute = Window::containing(Timestamp::from_millis(-1), TimeDelta::from_mins(1), TimeDelta::ZERO);
    /// assert_eq!(minute, Window::new(Timestamp::from_millis(-60_000), Timestamp::EPOCH));
    /// ```
    ///
    /// # Panics
    /// If `size` is not positive.
    #[must_use]
    pub fn containing(timestamp: Timestamp, size: TimeDelta, offset: TimeDelta) -> Self {
        let Span { start, end } = Span::containing(timestamp, size, offset);
        Self::new(start, end)
    }

    /// The sliding windows that contain a timestamp, from the earliest on: those of `size` that begin every `every`.
    ///
    /// ```
    /// use streamlite::{TimeDelta, Timestamp, window::Window};
    ///
    /// let at = |secs| Timestamp::from_secs(secs);
    /// let windows = Window::all_containing(at(95), TimeDelta::from_mins(1), TimeDelta::from_secs(30), TimeDelta::ZERO);
    /// let expected = [Window::new(at(60), at(120)), Window::new(at(90), at(150))];
    /// assert!(windows.eq(expected));
    /// ```
    ///
    /// # Panics
    /// If `size` or `every` is not positive.
    pub fn all_containing(
        timestamp: Timestamp,
        size: TimeDelta,
        every: TimeDelta,
        offset: TimeDelta,
    ) -> impl Iterator<Item = Self> {
        assert!(size > TimeDelta::ZERO, "the size of a window is positive");
        // In wider numbers, as a window may begin before the first timestamp there is.
        let [at, size, every, offset] = [
            timestamp.as_millis(),
            size.as_millis(),
            every.as_millis(),
            offset.as_millis(),
        ]
        .map(i128::from);
        assert!(every > 0, "windows begin every so often: a positive span");
        let last = at - (at - offset).rem_euclid(every);
        let count = (size - (at - last) + every - 1).max(0) / every;
        let clamped = |millis: i128| {
            let millis = millis.clamp(i64::MIN.into(), i64::MAX.into());
            Timestamp::from_millis(i64::try_from(millis).unwrap_or(i64::MAX))
        };
        (0..count).rev().map(move |back| {
            let start = last - back * every;
            Self::new(clamped(start), clamped(start + size))
        })
    }

    const fn span(&self) -> Span {
        Span::new(self.start, self.end)
    }

    /// Whether a timestamp belongs to it.
    #[must_use]
    #[inline]
    pub fn contains(&self, timestamp: Timestamp) -> bool {
        self.span().contains(timestamp)
    }

    /// How long it is.
    #[must_use]
    pub fn size(&self) -> TimeDelta {
        self.end - self.start
    }

    /// The last millisecond that belongs to it: the timestamp of its results.
    #[must_use]
    pub fn last_timestamp(&self) -> Timestamp {
        self.span().last_timestamp()
    }
}

impl PartialEq for Window {
    fn eq(&self, other: &Self) -> bool {
        self.span() == other.span()
    }
}

impl Eq for Window {}

impl PartialOrd for Window {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Window {
    fn cmp(&self, other: &Self) -> Ordering {
        self.span().cmp(&other.span())
    }
}

impl Hash for Window {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.span().hash(state);
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}, {})", self.start, self.end)
    }
}

/// What the short forms of a windowed aggregate give, such as `.window(…).count()`.
///
/// In CSV it has the columns `key`, `start`, `end` and `value`; which firing it comes from is not in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Windowed<K, V, W = Window> {
    /// The key; `()` on a stream without keys.
    pub key: K,
    /// The window.
    pub window: W,
    /// The aggregate over the records of this key in this window.
    pub value: V,
}
