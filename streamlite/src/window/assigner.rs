//! What `.window(…)` accepts, and what follows it.

use std::fmt;

use super::pane::AccumulationMode;
use super::store::WindowStore;
use super::trigger::{OnWatermark, Trigger, Triggered};
use crate::aggregate::Aggregate;
use crate::error::{Error, Result};
use crate::state::{Grouping, Shape};
use crate::time::TimeDelta;

/// What `.window(…)` accepts. The assigner is a type of its own, so that a wrong argument is one error.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a window",
    label = "expected a window, such as `tumbling(5min)`",
    note = "windows are written `tumbling(size)`, `sliding(size).every(slide)`, `session(gap)`, `count(records)`, `daily()` or `global()`"
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

/// Windows that say by time alone which rows are together: what two streams can be joined in.
#[diagnostic::on_unimplemented(
    message = "two streams cannot be joined in windows of kind `{Self}`",
    label = "these windows do not go by time alone",
    note = "write `tumbling(5min)`, `sliding(10min).every(5min)`, `session(30min)` or a calendar window; without a window all \
            rows of a key are joined"
)]
pub trait ByTime: Assigner {}

/// What may be folded in windows by a fold that does not say how two values become one: anything but in sessions. There it
/// is implemented twice, for types that nobody has, so that rustc weighs two ways and takes neither, as for
/// [`CheckedKey`](crate::witness::CheckedKey): one mistake is one error.
#[diagnostic::on_unimplemented(
    message = "sessions that meet become one, and this fold does not say how two values become one",
    label = "two of these become one where sessions meet",
    note = "write `.aggregate(|key, window, rows| rows.fold(init, fold, merge))`, where `merge` makes one value of two"
)]
pub trait FoldedIn<W, T, M> {
    /// The aggregate, once the check holds.
    type Of<A: Aggregate<T>>: Aggregate<T>;

    /// The aggregate, once the check holds.
    fn checked<A: Aggregate<T>>(aggregate: A) -> Self::Of<A>;
}

/// Implements [`FoldedIn`] for one type, or for all.
macro_rules! folded_in {
    ($assigner:ty, <$($P:ident),*> $folded:ty, $mark:ident) => {
        #[diagnostic::do_not_recommend]
        impl<T, $($P),*> $crate::window::FoldedIn<$assigner, T, $crate::witness::$mark> for $folded {
            type Of<A: $crate::aggregate::Aggregate<T>> = A;

            fn checked<A: $crate::aggregate::Aggregate<T>>(aggregate: A) -> A {
                aggregate
            }
        }
    };
}

pub(super) use folded_in;

/// An assigner whose windows can be kept for these records, groups, aggregates and this trigger.
///
/// Parameters, and not a generic associated type of [`Assigner`], so that each assigner asks for what it needs, such as
/// aggregates that merge.
pub trait Stores<T, G: Grouping<T>, A: Aggregate<T>, R = OnWatermark>: Assigner {
    /// Where its windows are kept.
    type Store: WindowStore<T, G, A, Window = Self::Window>;

    /// What the trigger keeps, as far as saved state depends on it; `None` where none was written.
    fn trigger_state() -> Option<String> {
        None
    }

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

impl<G, A, R> Settings<G, A, Triggered<R>> {
    /// What is kept by this trigger, if its settings make sense.
    pub(super) fn checked<T, X>(&self, kept: X) -> Result<X>
    where
        R: Trigger<T>,
    {
        self.trigger.0.check()?;
        Ok(kept)
    }
}
