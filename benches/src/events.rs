//! Records for the keyed benchmarks.

use streamlite::prelude::{Deserialize, Serialize};

/// One event.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Event {
    /// Who.
    pub key: u64,
    /// How much.
    pub value: u32,
    /// When, in milliseconds.
    pub at: i64,
}

/// One minute.
pub const WINDOW: i64 = 60_000;
