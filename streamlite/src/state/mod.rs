//! What operators remember: keyed tables, and how every state is saved and restored.

mod arrival_table;
mod codec;
mod grouping;
mod key_index;
mod shape;
mod single;
mod slot_table;
mod snapshot;
mod storage;
mod table;

pub use arrival_table::ArrivalTable;
pub use codec::{Decoder, Encoder, StateError};
pub use grouping::{By, ByRef, Entry, Grouping, Unkeyed};
pub use shape::{Shape, head_of, name_of};
pub use single::Single;
pub use slot_table::{Slot, SlotTable, Slots};
pub use snapshot::{DeclaredState, Restore, Save, SavedState, Snapshot, StateId};
pub use storage::{Durable, Storage, Transient};
pub use table::Table;
