//! Windows side by side.

use super::aligned::AlignedStore;
use super::assigner::{Assigner, ByTime, IntoAssigner, Settings, Stores, folded_in};
use super::event_window::Window;
use super::grid::EvenGrid;
use super::trigger::{FiredBy, OnWatermark, Trigger, Triggered};
use super::triggered::{One, TriggeredStore};
use crate::aggregate::Aggregate;
use crate::error::{Error, Result};
use crate::state::{Grouping, Shape, name_of};
use crate::time::TimeDelta;

/// Windows side by side; see [`tumbling`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tumbling {
    size: TimeDelta,
    offset: TimeDelta,
}

/// Windows of one size, side by side: `[k·size, (k + 1)·size)`.
///
/// ```
/// # use streamlite::prelude::*;
/// let counts = pipeline!(
///     from([1_i64, 4, 7, 12])
///         .event_time(|at| Timestamp::from_millis(at * 1_000))
///         .window(tumbling(5s))
///         .aggregate(|window, rows| (window.start.as_millis() / 1_000, rows.count()))
/// )
/// .collect()?;
/// assert_eq!(counts, [(0, 2), (5, 1), (10, 1)]);
/// # Ok::<(), streamlite::Error>(())
/// ```
///
/// | | |
/// | --- | --- |
/// | on a watermark | fires the windows that end at or before it, in the order of time |
/// | on a late record | within the allowed lateness its window fires again; after it the record is counted, and dropped unless `with_late` is written |
/// | at a checkpoint | saves every open window |
/// | in Flink | `TumblingEventTimeWindows` |
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

    fn grid(self) -> Result<EvenGrid> {
        let Self { size, offset } = self;
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
        Ok(EvenGrid { size, offset })
    }
}

impl IntoAssigner for Tumbling {
    type Assigner = Self;

    fn into_assigner(self) -> Self {
        self
    }
}

impl ByTime for Tumbling {}

folded_in!(Tumbling, <X> X, Yes);

impl Assigner for Tumbling {
    type Window = Window;

    fn shape(&self) -> Shape {
        Shape::new("window")
            .with("size", self.size)
            .with("offset", self.offset)
    }
}

impl<T, G: Grouping<T>, A: Aggregate<T>> Stores<T, G, A, OnWatermark> for Tumbling {
    type Store = AlignedStore<T, G, A, EvenGrid>;

    fn store(
        self,
        settings: Settings<G, A, OnWatermark>,
        fail: impl FnOnce(Error),
    ) -> AlignedStore<T, G, A, EvenGrid> {
        let grid = self.grid().unwrap_or_else(|error| {
            fail(error);
            EvenGrid::ONE
        });
        AlignedStore::new(grid, settings)
    }
}

impl<T, R: Trigger<T>> FiredBy<T, R> for Tumbling {}

impl<T, G: Grouping<T>, A: Aggregate<T>, R: Trigger<T>> Stores<T, G, A, Triggered<R>> for Tumbling {
    type Store = TriggeredStore<T, G, A, R, One<EvenGrid>>;

    fn trigger_state() -> Option<String> {
        Some(name_of::<R::State>())
    }

    fn store(self, settings: Settings<G, A, Triggered<R>>, fail: impl FnOnce(Error)) -> Self::Store {
        let grid = self
            .grid()
            .and_then(|grid| settings.checked::<T, _>(grid))
            .unwrap_or_else(|error| {
                fail(error);
                EvenGrid::ONE
            });
        TriggeredStore::new(One(grid), settings)
    }
}
