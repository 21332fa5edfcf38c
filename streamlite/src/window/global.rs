//! One window for all records.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};

use super::assigner::{Assigner, IntoAssigner, Settings, Stores, folded_in};
use super::count::{CountStore, Every, Numbered};
use super::firing::Firing;
use super::grid::Grid;
use super::open_windows::{OpenWindows, Place};
use super::span::Span;
use super::trigger::{FiredBy, OnWatermark, Trigger, Triggered};
use super::triggered::{Places, Stamp, TriggeredStore};
use crate::aggregate::Aggregate;
use crate::error::Error;
use crate::state::{Grouping, Shape, name_of};
use crate::time::Timestamp;

/// One window for all records of a key; see [`global`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Global;

/// One window for all records of a key, which fires when the input ends: so the input must end.
///
/// Its result carries the greatest timestamp of its records, and no record is late.
///
/// ```
/// # use streamlite::prelude::*;
/// let most = pipeline!(
///     from([("a", 3_u32), ("b", 1), ("a", 5)])
///         .key_by(|(name, _)| *name)
///         .window(global())
///         .aggregate(|name, _window, rows| (*name, rows.max(|(_, n)| *n)))
/// )
/// .collect()?;
/// assert_eq!(most, [("a", 5), ("b", 1)]);
/// # Ok::<(), streamlite::Error>(())
/// ```
///
/// | | |
/// | --- | --- |
/// | on a watermark | fires when it is the last, and passes it on |
/// | on a late record | no record is late |
/// | at a checkpoint | saves what each key has |
/// | in Flink | `GlobalWindows.createWithEndOfStreamTrigger` |
#[must_use]
pub fn global() -> Global {
    Global
}

/// The one window of [`global`], and which of its firings a result comes from. There is one: all of them are equal.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(rename = "streamlite::GlobalWindow")]
#[non_exhaustive]
pub struct GlobalWindow {
    /// Whether the input had ended when it fired.
    pub firing: Firing,
    /// How often it had fired before for this key.
    pub index: u32,
}

impl PartialEq for GlobalWindow {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

impl Eq for GlobalWindow {}

impl PartialOrd for GlobalWindow {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for GlobalWindow {
    fn cmp(&self, _other: &Self) -> Ordering {
        Ordering::Equal
    }
}

impl Hash for GlobalWindow {
    fn hash<H: Hasher>(&self, _state: &mut H) {}
}

impl fmt::Display for GlobalWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("all records")
    }
}

impl Numbered for GlobalWindow {
    fn of_records(_start: u64, _end: u64) -> Self {
        Self::default()
    }
}

impl IntoAssigner for Global {
    type Assigner = Self;

    fn into_assigner(self) -> Self {
        self
    }
}

folded_in!(Global, <X> X, Yes);

impl Assigner for Global {
    type Window = GlobalWindow;

    fn shape(&self) -> Shape {
        Shape::new("global window")
    }
}

impl<T, G: Grouping<T>, A: Aggregate<T>> Stores<T, G, A, OnWatermark> for Global {
    type Store = CountStore<T, G, A, GlobalWindow>;

    fn store(
        self,
        settings: Settings<G, A, OnWatermark>,
        _fail: impl FnOnce(Error),
    ) -> CountStore<T, G, A, GlobalWindow> {
        CountStore::new(Every::ALL, settings)
    }
}

impl<T, R: Trigger<T>> FiredBy<T, R> for Global {}

impl<T, G: Grouping<T>, A: Aggregate<T>, R: Trigger<T>> Stores<T, G, A, Triggered<R>> for Global {
    type Store = TriggeredStore<T, G, A, R, AllOfTime>;

    fn trigger_state() -> Option<String> {
        Some(name_of::<R::State>())
    }

    fn store(self, settings: Settings<G, A, Triggered<R>>, fail: impl FnOnce(Error)) -> Self::Store {
        if let Err(error) = settings.checked::<T, _>(()) {
            fail(error);
        }
        TriggeredStore::new(AllOfTime, settings)
    }
}

/// One window for all of time.
#[derive(Clone, Copy, Debug)]
pub struct AllOfTime;

impl Grid for AllOfTime {
    fn window_of(&self, _timestamp: Timestamp) -> Span {
        Span::new(Timestamp::MIN, Timestamp::MAX)
    }
}

impl Places for AllOfTime {
    type Window = GlobalWindow;
    type Stamp = Greatest;

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
    fn spans(&self, _timestamp: Timestamp) -> impl Iterator<Item = Span> {
        std::iter::once(self.window_of(Timestamp::MIN))
    }

    fn end_after(&self, _watermark: Timestamp) -> Timestamp {
        Timestamp::MAX
    }

    fn window(_span: Span, firing: Firing, index: u32) -> GlobalWindow {
        GlobalWindow { firing, index }
    }
}

/// The greatest timestamp of the records in a window: its results carry it.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Greatest(Timestamp);

impl Default for Greatest {
    fn default() -> Self {
        Self(Timestamp::MIN)
    }
}

impl Stamp for Greatest {
    #[inline]
    fn note(&mut self, timestamp: Timestamp) {
        self.0 = self.0.max(timestamp);
    }

    fn of(self, _span: Span) -> Timestamp {
        self.0
    }
}
