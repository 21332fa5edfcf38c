//! What operators remember: keyed tables, and how every state is saved and restored.

mod capture;
mod captured;
mod codec;
mod grouping;
mod key_index;
mod key_table;
mod line_index;
mod look_up;
mod shape;
mod single;
mod snapshot;
mod storage;
mod table;
mod taken;
mod time_queue;

pub(crate) use capture::{Capture, in_slices};
pub use capture::{CapturedTables, Room};
pub use capture::{Slice, capture_in_slices};
pub use captured::Captured;
pub use codec::{Decoder, Encoder, StateError};
pub use grouping::{By, ByRef, Grouping, Unkeyed};
pub(crate) use key_index::KeyIndex;
pub use key_table::{KeyTable, Slot};

pub(crate) use look_up::in_blocks;
pub use look_up::{Block, LookUp, look_up_in_blocks};
pub use shape::{Shape, head_of, name_of};
pub use single::Single;
pub(crate) use snapshot::state_error;
pub use snapshot::{DeclaredState, Restore, Save, SavedState, Snapshot, StateId};
pub use storage::{Durable, Storage, Transient};
pub use table::Table;
pub use time_queue::TimeQueue;
