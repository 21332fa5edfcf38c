//! Windows of so many records.

mod every;
mod group;
mod store;

use std::fmt;

use serde::{Deserialize, Serialize};

use super::assigner::{Assigner, IntoAssigner, Settings, Stores, folded_in};
use super::trigger::{OnWatermark, Triggered};
use crate::aggregate::Aggregate;
use crate::error::{Error, Result};
use crate::state::{Grouping, Shape};
use crate::witness::Never;

pub(super) use self::every::Every;
pub(super) use self::store::Numbered;

pub use self::store::CountStore;

/// Windows of so many records of a key; see [`count`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    size: u64,
    every: Option<u64>,
    partial: bool,
}

/// Windows of `size` records of a key, one after another.
///
/// A window fires with its last record, and its result carries the greatest timestamp of its records. No record is late,
/// whatever its timestamp is, and no watermark is waited for. Records that are too few for a window are in no result
/// when the input ends, unless [`partial`](Count::partial) is written.
///
/// ```
/// # use streamlite::prelude::*;
/// let sums = pipeline!(
///     from(1..=5_u32)
///         .window(count(2))
///         .aggregate(|_window, rows| rows.sum(|n| *n))
/// )
/// .collect()?;
/// assert_eq!(sums, [3, 7]);
///
/// let of_the_last_three = pipeline!(
///     from(1..=5_u32)
///         .window(count(3).every(1))
///         .aggregate(|_window, rows| rows.sum(|n| *n))
/// )
/// .collect()?;
/// assert_eq!(of_the_last_three, [1, 3, 6, 9, 12]);
/// # Ok::<(), streamlite::Error>(())
/// ```
///
/// | | |
/// | --- | --- |
/// | on a watermark | passes it on |
/// | on a late record | no record is late |
/// | at a checkpoint | saves what each key has in its windows |
/// | in Flink | `countWindow` |
#[must_use]
pub fn count(size: u64) -> Count {
    Count {
        size,
        every: None,
        partial: false,
    }
}

impl Count {
    /// Fires with every so many records of a key, over its last `size` records at most: the first window may hold fewer.
    /// Flink's `countWindow(size, slide)`.
    #[must_use]
    pub fn every(self, records: u64) -> Self {
        Self {
            every: Some(records),
            ..self
        }
    }

    /// Fires what is in the window that would be next, when the input ends; keys in the order in which they came first.
    #[must_use]
    pub fn partial(self) -> Self {
        Self {
            partial: true,
            ..self
        }
    }

    fn steps(self) -> Result<Every> {
        let Self { size, every, partial } = self;
        let step = every.unwrap_or(size);
        if size == 0 || step == 0 {
            let every = every.map_or_else(String::new, |every| format!(".every({every})"));
            return Err(Error::setting(
                format!("count({size}){every}"),
                "a window is of at least one record",
                "write at least 1",
            ));
        }
        Ok(Every { size, step, partial })
    }
}

/// Which records of a key are in a window: those numbered from `start` up to but without `end`, from 0 on in the order of
/// arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename = "streamlite::CountWindow")]
#[non_exhaustive]
pub struct CountWindow {
    /// The number of the first record in it.
    pub start: u64,
    /// The number of the first record after it.
    pub end: u64,
}

impl CountWindow {
    /// How many records are in it.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.end - self.start
    }
}

impl fmt::Display for CountWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}, {})", self.start, self.end)
    }
}

impl Numbered for CountWindow {
    fn of_records(start: u64, end: u64) -> Self {
        Self { start, end }
    }
}

impl IntoAssigner for Count {
    type Assigner = Self;

    fn into_assigner(self) -> Self {
        self
    }
}

folded_in!(Count, <X> X, Yes);

impl Assigner for Count {
    type Window = CountWindow;

    fn shape(&self) -> Shape {
        Shape::new("count window")
            .with("size", self.size)
            .with("every", self.every.unwrap_or(self.size))
    }
}

impl<T, G: Grouping<T>, A: Aggregate<T>> Stores<T, G, A, OnWatermark> for Count {
    type Store = CountStore<T, G, A, CountWindow>;

    fn store(
        self,
        settings: Settings<G, A, OnWatermark>,
        fail: impl FnOnce(Error),
    ) -> CountStore<T, G, A, CountWindow> {
        let steps = self.steps().unwrap_or_else(|error| {
            fail(error);
            Every::ALL
        });
        CountStore::new(steps, settings)
    }
}

/// Nobody has such a trigger: the impl is there so that a trigger that was written all the same is one error, at its place.
impl<T, G: Grouping<T>, A: Aggregate<T>, R: Never> Stores<T, G, A, Triggered<R>> for Count {
    type Store = CountStore<T, G, A, CountWindow>;

    fn store(self, settings: Settings<G, A, Triggered<R>>, fail: impl FnOnce(Error)) -> Self::Store {
        let Settings {
            grouping,
            aggregate,
            lateness,
            mode,
            ..
        } = settings;
        let settings = Settings {
            grouping,
            aggregate,
            trigger: OnWatermark,
            lateness,
            mode,
        };
        Stores::<T, G, A, OnWatermark>::store(self, settings, fail)
    }
}
