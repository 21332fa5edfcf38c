//! The sinks there are.

mod callback;
mod channel;
mod collection;
mod file;
mod null;
mod print;
mod stream;

pub use crate::connector::{FileUse, Outcome, Sink, Token, Transactional, Writer};
#[doc(no_inline)]
pub use crate::epoch::{Epoch, Incarnation};
#[doc(inline)]
pub use crate::record::Record;
pub use callback::CallbackSink;
pub use channel::{ChannelSink, Transmit};
pub use collection::{Collected, CollectionSink};
#[cfg(feature = "csv")]
pub use file::CsvSink;
#[cfg(feature = "json")]
pub use file::JsonSink;
pub use file::{FileSink, FileWriter, LinesSink};
pub use null::NullSink;
pub use print::PrintSink;
pub use stream::{Destination, SocketSink, Stdout, StdoutSink, StreamSink, StreamWriter};
