//! Windows that overlap.

mod grid;
mod group;
mod store;

use self::grid::SlidingGrid;
use super::assigner::{Assigner, ByTime, IntoAssigner, Settings, Stores, folded_in};
use super::trigger::{FiredBy, OnWatermark, Trigger, Triggered};
use super::triggered::TriggeredStore;
use crate::aggregate::Aggregate;
use crate::error::{Error, Result};
use crate::state::{Grouping, Shape, name_of};
use crate::time::TimeDelta;
use crate::window::event_window::Window;

pub use self::store::SlidingStore;

/// How many slices a window has at most, unless [`Sliding::max_panes`] says otherwise.
const MAX_PANES: u64 = 100_000;

/// Windows of one size that start at every multiple of a slide; see [`sliding`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sliding {
    size: TimeDelta,
    slide: TimeDelta,
    offset: TimeDelta,
    max_panes: u64,
}

/// How long windows are that overlap; [`every`](SlidingSize::every) says how far apart they start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "say how far apart the windows start: `sliding(1min).every(10s)`"]
pub struct SlidingSize(TimeDelta);

/// Windows of one size that start every so often: `sliding(size).every(slide)` are `[k·slide, k·slide + size)`. A record
/// is in every window that contains it.
///
/// A record is added to one *slice*, the part of the time line between two edges of windows, and a window that fires is
/// merged from its slices. An aggregate for which that is not exactly what adding every record returns (sums of floats,
/// which round; the first, the last and lists, which depend on the order of arrival) is updated in each window instead.
///
/// With a slide that is longer than the windows, records between them are in no window: they are counted, and the report
/// names them.
///
/// ```
/// # use streamlite::prelude::*;
/// let counts = pipeline!(
///     from([1_i64, 4, 7, 12])
///         .event_time(|at| Timestamp::from_millis(at * 1_000))
///         .window(sliding(10s).every(5s))
///         .aggregate(|window, rows| (window.start.as_millis() / 1_000, rows.count()))
/// )
/// .collect()?;
/// assert_eq!(counts, [(-5, 2), (0, 3), (5, 2), (10, 1)]);
/// # Ok::<(), streamlite::Error>(())
/// ```
///
/// | | |
/// | --- | --- |
/// | on a watermark | fires the windows that end at or before it, in the order of time |
/// | on a late record | within the allowed lateness its windows fire again; after it the record is counted, and dropped unless `with_late` is written |
/// | at a checkpoint | saves every open slice and window |
/// | in Flink | `SlidingEventTimeWindows` |
pub fn sliding(size: TimeDelta) -> SlidingSize {
    SlidingSize(size)
}

impl SlidingSize {
    /// How far apart the windows start.
    #[must_use]
    pub fn every(self, slide: TimeDelta) -> Sliding {
        Sliding {
            size: self.0,
            slide,
            offset: TimeDelta::ZERO,
            max_panes: MAX_PANES,
        }
    }
}

impl Sliding {
    /// Moves the windows, as [`Tumbling::offset`](super::Tumbling::offset) does.
    #[must_use]
    pub fn offset(self, offset: TimeDelta) -> Self {
        Self { offset, ..self }
    }

    /// Lets a window have so many slices, of which there are up to two for each slide: 100,000 unless this is written. A
    /// job of which a window has more does not start, as nobody means a day every millisecond.
    #[must_use]
    pub fn max_panes(self, max_panes: u64) -> Self {
        Self { max_panes, ..self }
    }

    fn grid(self) -> Result<SlidingGrid> {
        let Self {
            size,
            slide,
            offset,
            max_panes,
        } = self;
        let written = format!("sliding({size}).every({slide})");
        if size <= TimeDelta::ZERO || slide <= TimeDelta::ZERO {
            return Err(Error::setting(
                written,
                "a window and its slide are positive",
                "write at least 1ms",
            ));
        }
        if offset.as_millis().unsigned_abs() >= slide.as_millis().unsigned_abs() {
            return Err(Error::setting(
                format!("{written}.offset({offset})"),
                "the offset is not smaller than the slide",
                "write the offset within one slide; whole slides change nothing",
            ));
        }
        let grid = SlidingGrid::new(size, slide, offset);
        if grid.panes() > max_panes {
            return Err(Error::setting(
                written,
                format!("a window has {} slices, more than {max_panes}", grid.panes()),
                "write a longer slide, or `.max_panes(…)` if it is meant",
            ));
        }
        Ok(grid)
    }
}

impl IntoAssigner for Sliding {
    type Assigner = Self;

    fn into_assigner(self) -> Self {
        self
    }
}

impl ByTime for Sliding {}

folded_in!(Sliding, <X> X, Yes);

impl Assigner for Sliding {
    type Window = Window;

    fn shape(&self) -> Shape {
        Shape::new("sliding window")
            .with("size", self.size)
            .with("slide", self.slide)
            .with("offset", self.offset)
    }
}

impl<T, G: Grouping<T>, A: Aggregate<T>> Stores<T, G, A, OnWatermark> for Sliding {
    type Store = SlidingStore<T, G, A>;

    fn store(self, settings: Settings<G, A, OnWatermark>, fail: impl FnOnce(Error)) -> SlidingStore<T, G, A> {
        let grid = self.grid().unwrap_or_else(|error| {
            fail(error);
            SlidingGrid::ONE
        });
        SlidingStore::new(grid, settings)
    }
}

impl<T, R: Trigger<T>> FiredBy<T, R> for Sliding {}

/// A trigger is asked in each window of a record, so that each is kept by itself.
impl<T, G: Grouping<T>, A: Aggregate<T>, R: Trigger<T>> Stores<T, G, A, Triggered<R>> for Sliding {
    type Store = TriggeredStore<T, G, A, R, SlidingGrid>;

    fn trigger_state() -> Option<String> {
        Some(name_of::<R::State>())
    }

    fn store(self, settings: Settings<G, A, Triggered<R>>, fail: impl FnOnce(Error)) -> Self::Store {
        let grid = self.grid().and_then(|grid| settings.checked::<T, _>(grid));
        let grid = grid.unwrap_or_else(|error| {
            fail(error);
            SlidingGrid::ONE
        });
        TriggeredStore::new(grid, settings)
    }
}
