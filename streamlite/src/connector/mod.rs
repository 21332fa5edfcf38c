//! What a source is and what a sink is: the traits that everything outside of a pipeline implements.

mod file_use;
mod position;
mod sink;
mod source;
mod transaction;

pub use file_use::FileUse;
pub(crate) use file_use::FileUses;
pub use position::{Partition, Position};
pub use sink::{Sink, Writer};
pub use source::{Bounded, ReadStatus, Reader, Source, TakeRow};
pub use transaction::{Outcome, Token, Transactional};
