//! What may stand in `.window(…)`, and what stands behind it.

use std::fmt;

use super::pane::AccumulationMode;
use super::store::WindowStore;
use super::trigger::{OnWatermark, Trigger};
use crate::aggregate::Aggregate;
use crate::error::Error;
use crate::state::{Grouping, Shape};
use crate::time::TimeDelta;

/// What may stand in `.window(…)`. The assigner is a type of its own, so that a wrong argument is one error.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a window",
    label = "expected a window, such as `tumbling(5min)`",
    note = "a window is written `tumbling(size)`, `tumbling(size).offset(by)`"
)]
pub trait IntoAssigner {
    /// The assigner.
    type Assigner: Assigner;

    /// The assigner.
    fn into_assigner(self) -> Self::Assigner;
}

/// Says which windows a record belongs to. Flink's `WindowAssigner`.
pub trait Assigner {
    /// What a window is: the closure of `.aggregate(|key, window, rows| …)` is given it.
    type Window: Copy + fmt::Debug;

    /// What it is, as far as saved state depends on it.
    fn shape(&self) -> Shape;
}

/// An assigner whose windows can be kept for these records, groups, aggregates and this trigger.
///
/// Parameters, and not a generic associated type of [`Assigner`], so that each assigner asks for what it needs, such as
/// aggregates that merge.
pub trait Stores<T, G: Grouping<T>, A: Aggregate<T>, R: Trigger<Self::Window> = OnWatermark>:
    Assigner
{
    /// Where its windows are kept.
    type Store: WindowStore<T, G, A, Window = Self::Window>;

    /// The store, with no window in it. There is one in any case; a setting that makes no sense is told to `fail`.
    fn store(self, settings: Settings<G, A, R>, fail: impl FnOnce(Error)) -> Self::Store;
}

/// What a windowed aggregate consists of, apart from its windows.
#[derive(Clone, Copy, Debug)]
pub struct Settings<G, A, R> {
    pub(crate) grouping: G,
    pub(crate) aggregate: A,
    pub(crate) trigger: R,
    pub(crate) lateness: TimeDelta,
    pub(crate) mode: AccumulationMode,
}
