//! What operators remember: keyed tables, and how every state is saved and restored.

mod codec;
mod keeps;
mod shape;
mod snapshot;
mod table;

pub use codec::{Decoder, Encoder, StateError};
pub use keeps::{Durable, Keeps, Transient};
pub use shape::{Shape, head_of, name_of};
pub use snapshot::{DeclaredState, Restore, Save, SavedState, Snapshot, StateId};
pub use table::KeyTable;
