//! A guide, a page for each idea; every snippet runs as a test.
//!
//! * [`event_time`]: when something happened, and how far a stream has come.
//! * [`watermarks`]: how a stream knows how far it has come, and which strategy is for what.
//! * [`windows`]: ten records, and which window has which.
//! * [`aggregates`]: the list, what each keeps, and what it costs.
//! * [`lateness`]: what comes after its window has fired, and what can be done about it.
//! * [`triggers`]: results before a window has ended, and after.
//! * [`joins`]: which rows of two streams match, and what becomes of the others.
//! * [`connected`]: one process for two streams, and streams that every key hears of.
//! * [`state`]: processes, which remember what they like for each key.
//! * [`timers`]: what happens when nothing comes.
//! * [`ttl`]: what is forgotten by itself.
//! * [`delivery`]: checkpoints, and what is in the output after a crash.
//! * [`inside`]: what a running job says of itself, and why a window has not fired.
//! * [`testing`]: how a pipeline is driven by hand.
//! * [`crash_tests`]: killing your job at every moment, in a test.
//! * [`cookbook`]: how do I …, in recipes that run.
//! * [`performance`]: what costs what, and how to measure it.
//! * [`when_not`]: what it is not for.
//! * Coming from [Flink](from_flink), [Kafka Streams](from_kafka_streams), [Bytewax](from_bytewax), or the
//!   [Python engine](from_python).

pub mod aggregates;
pub mod connected;
pub mod cookbook;
pub mod crash_tests;
pub mod delivery;
pub mod event_time;
pub mod from_bytewax;
pub mod from_flink;
pub mod from_kafka_streams;
pub mod from_python;
pub mod inside;
pub mod joins;
pub mod lateness;
pub mod performance;
pub mod state;
pub mod testing;
pub mod timers;
pub mod triggers;
pub mod ttl;
pub mod watermarks;
pub mod when_not;
pub mod windows;
