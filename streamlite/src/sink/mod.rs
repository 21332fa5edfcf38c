//! The sinks there are.

mod callback;
mod collection;
mod file;
mod null;
mod print;

pub use crate::connector::{FileUse, Sink, Writer};
#[doc(inline)]
pub use crate::record::Record;
pub use callback::CallbackSink;
pub use collection::{Collected, CollectionSink};
pub use file::{CsvSink, FileSink, JsonSink, LinesSink};
pub use null::NullSink;
pub use print::PrintSink;
