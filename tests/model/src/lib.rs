//! The commit protocol of streamlite's checkpoints, under a model checker.
//!
//! The protocol is two lists of steps, as they stand in `streamlite/src/checkpoint/`: what happens at a checkpoint, and what
//! happens at a start. One action of the model is one operation on a file or one message to a sink, and a fault can come
//! between any two: a crash of the process, a loss of power that leaves any part of what was not synced, a sync that fails
//! (and then lies), a file that is damaged, an answer of a sink that is lost, a message that arrives after its sender has died.
//!
//! [`Protocol::proved`] holds in every state within the bounds; each way to [`break`](plants) one rule is found.
//!
//! Not modelled: files that cannot be read, two live processes, files that several checkpoints share, loss inside a sink;
//! files are damaged only while the process is down. Bounds are small, and a model is not the code: the code is tested by
//! crashes (`tests/tests/recovery/crashes.rs`, `damage.rs`, `kills.rs`).

mod disk;
mod model;
pub mod plants;
mod protocol;
mod sink;
mod world;

pub use model::CommitModel;
pub use protocol::{
    Asks, Bounds, CheckpointStep, Fresh, Numbers, Protocol, Quarantine, RecoveryStep, SinkRules,
};
pub use world::{Action, State};
