//! Windows: which there are, which ones a record belongs to, what is kept in them and when they fire. No plumbing: a
//! window knows nothing of what comes before or after the operator that holds it.

mod aligned;
mod assigner;
#[cfg(feature = "calendar")]
mod calendar;
mod captures;
mod count;
mod event_window;
mod firing;
mod global;
mod grid;
mod open_windows;
mod pane;
mod session;
mod sliding;
mod span;
mod store;
mod trigger;
mod triggered;
mod tumbling;
mod two_stacks;

#[cfg_attr(doc, doc(hidden))]
pub use aligned::AlignedStore;
pub use assigner::{Assigner, ByTime, IntoAssigner};
#[cfg_attr(doc, doc(hidden))]
pub use assigner::{FoldedIn, Settings, Stores};
#[cfg(feature = "calendar")]
pub use calendar::{Calendar, CalendarGrid, daily, monthly, weekly, yearly};
#[cfg_attr(doc, doc(hidden))]
pub use count::CountStore;
pub use count::{Count, CountWindow, count};
#[cfg(feature = "csv")]
pub(crate) use event_window::WINDOW;
pub use event_window::{Window, Windowed};
pub use firing::Firing;
pub use global::{Global, GlobalWindow, global};
#[cfg_attr(doc, doc(hidden))]
pub use grid::{EvenGrid, Grid};
pub use pane::AccumulationMode;
#[cfg_attr(doc, doc(hidden))]
pub use pane::Pane;
pub use session::{FixedGap, Gap, GapBy, Session, session, session_by};
#[cfg_attr(doc, doc(hidden))]
pub use session::{SessionStore, TriggeredSessionStore};
#[cfg_attr(doc, doc(hidden))]
pub use sliding::SlidingStore;
pub use sliding::{Sliding, SlidingSize, sliding};
#[cfg_attr(doc, doc(hidden))]
pub use store::{Emit, Results, WindowStore};
#[cfg_attr(doc, doc(hidden))]
pub use trigger::{CheckedTrigger, FiredBy, RecordTriggers, Triggered};
pub use trigger::{
    Combine, Every, EveryProcessing, MergeTrigger, OnCount, OnDelta, OnProcessingTime, OnWatermark, Or,
    Purging, Trigger, TriggerContext, TriggerResult, every, every_processing, on_count, on_delta,
    on_processing_time, on_watermark,
};
#[cfg_attr(doc, doc(hidden))]
pub use triggered::{One, Places, Stamp, TriggeredStore};
pub use tumbling::{Tumbling, tumbling};
