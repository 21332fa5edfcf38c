//! One window for all records.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::assigner::{Assigner, IntoAssigner, Settings, Stores, folded_in};
use super::count::{CountStore, Every, Numbered};
use super::trigger::OnWatermark;
use crate::aggregate::Aggregate;
use crate::error::Error;
use crate::state::{Grouping, Shape};

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
/// | on a late record | there are none |
/// | at a checkpoint | saves what each key has |
/// | in Flink | `GlobalWindows.createWithEndOfStreamTrigger` |
#[must_use]
pub fn global() -> Global {
    Global
}

/// The one window of [`global`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct GlobalWindow;

impl fmt::Display for GlobalWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("all records")
    }
}

impl Numbered for GlobalWindow {
    fn of_records(_start: u64, _end: u64) -> Self {
        Self
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
