//! What survives a stop: savepoints, checkpoints, crashes, damage, transactions.

pub mod cases;
mod checkpoint_errors;
pub mod checkpoints;
pub mod crashed_everywhere;
pub mod crashes;
pub mod damage;
pub mod decoders;
pub mod failures;
pub mod incremental;
pub mod long_states;
pub mod moved_timers;
pub mod restore;
pub mod savepoints;
pub mod slices;
pub mod transactional;
pub mod unfilled;
