//! What runs: one operator a file, as a description (a [`Stage`](crate::assembly::Stage)) and as what takes records.

mod alignment;
mod event_time;
mod fan_in;
mod fan_out;
mod filter;
mod filter_map;
mod flat_map;
mod for_each;
mod grouping;
mod inspect;
mod map;
mod matching;
mod pass;
mod running;
mod split;
mod to;
mod total;
mod try_map;
mod windowed;

pub use event_time::EventTime;
pub use fan_in::{Port, Union, union_ports};
pub use fan_out::{Again, Copier, Copies, Nowhere, Tee, again};
pub use filter::Filter;
pub use filter_map::FilterMap;
pub use flat_map::FlatMap;
pub use for_each::ForEach;
pub use grouping::{By, ByRef, Entry, GroupTable, Grouping, Single, Unkeyed};
pub use inspect::Inspect;
pub use map::Map;
pub use matching::{Many, Matching, Moment, One, Slot};
pub use running::Running;
pub use split::Split;
pub use to::To;
pub use total::Total;
pub use try_map::{Failed, TryMap};
pub use windowed::{Firing, Windowing, WithLate};
