//! Windows with a trigger that was written: what fires is asked for each key by itself.

mod group;
mod places;
mod store;
mod timers;

pub use self::places::{One, Places, Stamp};
pub use self::store::TriggeredStore;

pub(super) use self::group::{Fired, Group};
pub(super) use self::timers::{Rings, Timers};
