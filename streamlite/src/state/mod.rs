//! What operators remember: keyed tables, and how every state is saved and restored.

mod codec;
mod keeps;
mod snapshot;
mod table;

pub use codec::{Decoder, Encoder, StateError};
pub use keeps::{Durable, Keeps, Transient};
pub use snapshot::{Restore, Save, Snapshot, StateId};
pub use table::KeyTable;
