//! What a source is and what a sink is: the traits that everything outside of a pipeline implements.

mod bell;
mod file_use;
mod opening;
mod position;
mod sink;
mod source;
mod sync;
mod transaction;

pub use bell::Bell;
pub(crate) use bell::Bells;
pub use file_use::FileUse;
pub(crate) use file_use::FileUses;
pub use opening::Opening;
pub use position::{Partition, Position};
pub use sink::{Sink, Writer};
pub use source::{Bounded, ReadProgress, ReadStatus, Reader, Source, TakeRow};
pub use transaction::{Outcome, Token, Transactional};
