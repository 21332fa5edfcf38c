//! Windows that last as long as a key is active.

mod alarms;
mod gap;
mod group;
mod store;
mod triggered;

use std::fmt;

use super::assigner::{Assigner, ByTime, IntoAssigner, Settings, Stores, folded_in};
use super::trigger::{FiredBy, MergeTrigger, OnWatermark, Triggered};
use crate::aggregate::Merge;
use crate::error::Error;
use crate::state::{Grouping, Shape, name_of};
use crate::time::TimeDelta;
use crate::window::event_window::Window;
use crate::witness::{No, Yes};

pub use self::gap::{FixedGap, Gap, GapBy};
pub use self::store::SessionStore;
pub use self::triggered::TriggeredSessionStore;

/// Sessions: windows that last as long as no gap is longer than this; see [`session`] and [`session_by`].
#[derive(Clone, Copy)]
pub struct Session<P> {
    gap: P,
}

impl<P: fmt::Debug> fmt::Debug for Session<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Session").field(&self.gap).finish()
    }
}

/// Sessions: a record at `t` makes a window `[t, t + gap)`, and windows of a key that touch or overlap become one. So a
/// session ends one gap after its last record, and two records exactly one gap apart are in one.
///
/// A record is put into its session first, and then asked whether it is late: it is if the session that it makes is
/// closed for its partition. One record may join two sessions, within the allowed lateness even two that have fired; what
/// comes of it fires anew.
///
/// The results of a session are those of an aggregate that merges: `first`, `last` and lists put the records of the
/// session that began to arrive earlier before those of the other.
///
/// ```
/// # use streamlite::prelude::*;
/// let visits = pipeline!(
///     from([("ann", 1_i64), ("bob", 2), ("ann", 9), ("ann", 30)])
///         .event_time(|(_, at)| Timestamp::from_millis(at * 1_000))
///         .key_by(|(name, _)| *name)
///         .window(session(10s))
///         .aggregate(|name, window, rows| (*name, window.size().as_millis() / 1_000, rows.count()))
/// )
/// .collect()?;
/// assert_eq!(visits, [("bob", 10, 1), ("ann", 18, 2), ("ann", 10, 1)]);
/// # Ok::<(), streamlite::Error>(())
/// ```
///
/// | | |
/// | --- | --- |
/// | on a watermark | fires the sessions that end at or before it, in the order of their ends |
/// | on a late record | joins a session that is still there; if what it makes is closed, it is counted, and dropped unless `with_late` is written |
/// | at a checkpoint | saves every open session |
/// | in Flink | `EventTimeSessionWindows.withGap` |
#[must_use]
pub fn session(gap: TimeDelta) -> Session<FixedGap> {
    Session { gap: FixedGap(gap) }
}

/// Sessions whose gap depends on the record: the window of a record at `t` is `[t, t + gap(record))`; see [`session`].
///
/// In a pipeline the closure knows the record: `.window(session_by(|click| click.patience))`. A gap that is not positive
/// ends the job.
///
/// ```
/// # use streamlite::prelude::*;
/// let sums = pipeline!(
///     from([(0_i64, 5_u32), (4, 20), (30, 5)])
///         .event_time(|(at, _)| Timestamp::from_millis(at * 1_000))
///         .window(session_by(|(_, gap)| TimeDelta::from_secs(i64::from(*gap))))
///         .aggregate(|window, rows| (window.end.as_millis() / 1_000, rows.count()))
/// )
/// .collect()?;
/// assert_eq!(sums, [(24, 2), (35, 1)]);
/// # Ok::<(), streamlite::Error>(())
/// ```
///
/// | | |
/// | --- | --- |
/// | on a watermark | fires the sessions that end at or before it, in the order of their ends |
/// | on a late record | as with [`session`] |
/// | at a checkpoint | saves every open session |
/// | in Flink | `EventTimeSessionWindows.withDynamicGap` |
#[must_use]
pub fn session_by<T, F: Fn(&T) -> TimeDelta>(gap: F) -> Session<GapBy<F>> {
    Session { gap: GapBy(gap) }
}

impl<P> IntoAssigner for Session<P>
where
    Self: Assigner,
{
    type Assigner = Self;

    fn into_assigner(self) -> Self {
        self
    }
}

impl Assigner for Session<FixedGap> {
    type Window = Window;

    fn shape(&self) -> Shape {
        Shape::new("session window").with("gap", Gap::<()>::describe(&self.gap))
    }
}

impl<F> Assigner for Session<GapBy<F>> {
    type Window = Window;

    fn shape(&self) -> Shape {
        Shape::new("session window").with("gap", "from the record")
    }
}

impl ByTime for Session<FixedGap> {}

folded_in!(Session<P>, <P> Yes, Yes);
folded_in!(Session<P>, <P> No, No);

impl<T, R: MergeTrigger<T>, P> FiredBy<T, R> for Session<P> {}

impl<T, G, A, R, P> Stores<T, G, A, Triggered<R>> for Session<P>
where
    Self: Assigner<Window = Window>,
    G: Grouping<T>,
    A: Merge<T>,
    R: MergeTrigger<T>,
    P: Gap<T>,
{
    type Store = TriggeredSessionStore<T, G, A, R, P>;

    fn trigger_state() -> Option<String> {
        Some(name_of::<R::State>())
    }

    fn store(self, settings: Settings<G, A, Triggered<R>>, fail: impl FnOnce(Error)) -> Self::Store {
        if let Err(error) = self.gap.check().and_then(|()| settings.checked::<T, _>(())) {
            fail(error);
        }
        TriggeredSessionStore::new(self.gap, settings)
    }
}

impl<T, G, A, P> Stores<T, G, A, OnWatermark> for Session<P>
where
    Self: Assigner<Window = Window>,
    G: Grouping<T>,
    A: Merge<T>,
    P: Gap<T>,
{
    type Store = SessionStore<T, G, A, P>;

    fn store(
        self,
        settings: Settings<G, A, OnWatermark>,
        fail: impl FnOnce(Error),
    ) -> SessionStore<T, G, A, P> {
        if let Err(error) = self.gap.check() {
            fail(error);
        }
        SessionStore::new(self.gap, settings)
    }
}
