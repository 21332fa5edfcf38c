//! The sources there are.

mod background;
mod channel;
mod collection;
#[cfg(feature = "csv")]
mod csv_options;
mod decoding;
mod file;
mod generator;
mod into_source;
mod live;
mod several;
mod tail;

pub use crate::bad_record::BadRecord;
pub use crate::connector::{
    Bell, Bounded, FileUse, Opening, Partition, Position, ReadProgress, ReadStatus, Reader, Source, TakeRow,
};
pub use crate::format::{Fail, OnError, Route, Skip};
#[doc(inline)]
pub use crate::metrics::Unmatched;
pub use background::BackgroundReader;
pub use channel::{ChannelSource, Receive};
pub use collection::{CollectionReader, CollectionSource};
#[cfg(feature = "csv")]
pub use file::CsvSource;
#[cfg(feature = "json")]
pub use file::JsonSource;
pub use file::{FileSource, LinesSource};
pub use generator::{BoundedGenerator, GeneratorReader, GeneratorSource};
pub use into_source::{IntoSource, Iterated, Itself, from};
pub use live::{
    Address, Connect, Connection, ListeningSource, LiveReader, LiveSource, Port, SocketSource, Stdin,
    StdinSource,
};
pub use tail::{TailReader, TailSource};
