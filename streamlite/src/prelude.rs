//! What a file with pipelines imports: `use streamlite::prelude::*;`.

pub use serde::{Deserialize, Serialize};

pub use crate::checkpoint::Checkpoints;
pub use crate::expansion::Fragment;
pub use crate::flow::{Failed, Stream};
pub use crate::process::{List, Map, Reducing, Side, Value};
pub use crate::runtime::{Job, JobHandle};
#[cfg(feature = "csv")]
pub use crate::sink::CsvSink;
#[cfg(feature = "json")]
pub use crate::sink::JsonSink;
pub use crate::sink::{
    CallbackSink, ChannelSink, CollectionSink, LinesSink, NullSink, PrintSink, Sink, SocketSink, StdoutSink,
};
#[cfg(feature = "csv")]
pub use crate::source::CsvSource;
#[cfg(feature = "json")]
pub use crate::source::JsonSource;
pub use crate::source::{
    BadRecord, Bounded, ChannelSource, CollectionSource, Fail, GeneratorSource, LinesSource, ListeningSource,
    Route, Skip, SocketSource, Source, StdinSource, TailSource, from,
};
pub use crate::time::{TimeDelta, Timestamp, WatermarkStrategy, ascending, bounded, periodic, punctuated};
pub use crate::window::{
    Combine, CountWindow, Firing, GlobalWindow, Window, Windowed, count, every, every_processing, global,
    on_count, on_delta, on_processing_time, on_watermark, session, session_by, sliding, tumbling,
};
#[cfg(feature = "calendar")]
pub use crate::window::{daily, monthly, weekly, yearly};
pub use crate::{Report, dataflow, pipeline};
