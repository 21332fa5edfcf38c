//! Coming from the Python engine `streamlite`: what its parts are here.
//!
//! This library began as the answer in Rust to a small Python engine of the same name. Its operators have kept their names.
//!
//! | there | here |
//! | --- | --- |
//! | a pipeline that is put together at run time | [`pipeline!`](crate::pipeline), which is checked when it compiles |
//! | `GeneratorSource` | [`GeneratorSource`](crate::source::GeneratorSource), bounded by [`count`](crate::source::GeneratorSource::count); it goes on by number |
//! | `RateSource` | [`GeneratorSource::per_second`](crate::source::GeneratorSource::per_second) |
//! | `ChannelSource`, `ChannelSink`: a queue | the same: [`ChannelSource`](crate::source::ChannelSource), [`ChannelSink`](crate::sink::ChannelSink) |
//! | `StdinSource`, `StdoutSink` | the same: [`StdinSource`](crate::source::StdinSource), [`StdoutSink`](crate::sink::StdoutSink) |
//! | `SocketSource`, `SocketSink` | the same, over TCP and Unix sockets: [`SocketSource`](crate::source::SocketSource), [`SocketSink`](crate::sink::SocketSink); to be connected to, [`ListeningSource`](crate::source::ListeningSource) |
//! | `TailSource` | [`TailSource`](crate::source::TailSource), over rotations and restarts |
//! | files, compressed or not | [`CsvSource`](crate::source::CsvSource), [`JsonSource`](crate::source::JsonSource), [`LinesSource`](crate::source::LinesSource) and their sinks; gzip |
//! | formats: string, JSON, CSV | [`Lines`](crate::format::Lines), [`Json`](crate::format::Json), [`Csv`](crate::format::Csv): also over sockets and the standard input, by `.json()`, `.csv()`, `.format(…)` |
//! | schemas that records are held against | the type; [`Schema`](crate::format::Schema), `.strict()` |
//! | timestamps as RFC 3339, RFC 2822, HTTP, epochs, formats | [`time`](crate::time), [`TimeFormat`](crate::time::TimeFormat), [`time_format!`](crate::time_format) |
//! | partitioning: round robin, hash, broadcast, custom | `rebalance`, `key_by`, `broadcast`, `partition_by` |
//! | metrics: counters, gauges, histograms, meters | [`Metrics`](crate::metrics::Metrics) |
//! | windows, watermarks, state, timers, joins, checkpoints | as the [guide](super) has them, after Flink's rules |
//!
//! **What differs**
//!
//! * Records have a type. A dictionary becomes a struct with `#[derive(Deserialize)]`.
//! * Functions are closures without a lock and without a pickle; what a closure needs is a parameter of the pipeline.
//! * Nothing is dropped in silence: the [`Report`](crate::Report) counts it.
