//! When not to use it.
//!
//! * **More than one machine, or more than one core for one job.** A job runs on one thread, which reads, computes and writes.
//!   That is some millions of records a second; where it is not enough, split the input and run several jobs, or use Flink,
//!   Arroyo or Timely.
//! * **SQL.** There is none. DataFusion, RisingWave, Arroyo and Flink SQL have it.
//! * **Kafka, databases, object stores.** There are no connectors for them yet; a [`Source`](crate::source::Source) and a
//!   [`Sink`](crate::sink::Sink) of your own are about a page each.
//! * **State that is larger than memory.** It is kept in memory, and written to the disk by checkpoints; what a
//!   statement keeps is in the report.
//! * **Pipelines that users put together at run time.** A pipeline is compiled. What may change while it runs is data: rules that
//!   are [broadcast](super::connected), parameters.
//! * **A loop over a `Vec`.** An iterator is shorter, and as fast. What is here pays once there is time, state per key, a join, or a
//!   crash to survive.
//! * **`async`.** Closures are called one after the other and must not wait: what asks a server for each record belongs in
//!   a source or a sink, or into a thread with a channel before the pipeline.
//! * **Views that are kept up to date over many joins, with updates and deletions.** That is incremental view maintenance:
//!   Materialize, Feldera, RisingWave.
