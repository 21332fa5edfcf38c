//! What operators remember: keyed tables, and how every state is saved and restored.

mod codec;
mod shape;
mod snapshot;
mod storage;
mod table;

pub use codec::{Decoder, Encoder, StateError};
pub use shape::{Shape, head_of, name_of};
pub use snapshot::{DeclaredState, Restore, Save, SavedState, Snapshot, StateId};
pub use storage::{Durable, Storage, Transient};
pub use table::KeyTable;
