//! What operators remember: keyed tables, and how every state is saved and restored.

mod capture;
mod captured;
mod codec;
mod gaps;
mod grouping;
mod key_index;
mod key_table;
mod larger_index;
mod line_index;
mod live_list;
mod live_table;
mod look_up;
mod ranks;
mod renewal;
mod shape;
mod single;
mod snapshot;
mod storage;
mod table;
mod table_id;
mod taken;
mod time_queue;
mod tracking;

pub(crate) use capture::WriteEntry;
pub use capture::{CapturedTables, Room};
pub use capture::{Slice, capture_in_slices};
pub use captured::Captured;

pub use codec::{Decoder, Encoder, StateError};
pub use grouping::{By, ByRef, Grouping, Unkeyed};
pub(crate) use key_index::{KeyIndex, Known};
pub use key_table::{KeyTable, Slot};
pub use live_list::LiveList;
pub use live_table::LiveTable;
pub(crate) use look_up::in_blocks;
pub use look_up::{Block, LookUp, look_up_in_blocks};
pub use ranks::Ranks;
pub use shape::{Shape, head_of, name_of};
pub use single::Single;
pub use snapshot::{DeclaredState, Restore, Save, SavedState, Snapshot, StateId};
pub(crate) use snapshot::{StateGaps, state_error};
pub use storage::{Durable, Storage, Transient};
pub use table::Table;
pub(crate) use table_id::{PART, TableId};
pub use time_queue::TimeQueue;
