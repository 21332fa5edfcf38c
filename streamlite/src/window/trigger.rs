//! When a window fires.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::time::Timestamp;

/// Says when a window fires, for each of its groups. A type, so that the one that does nothing costs nothing.
pub trait Trigger<W> {
    /// What it keeps for each group and window, beside the accumulator.
    type State: Default + Serialize + DeserializeOwned;

    /// Whether a window may fire before the watermark reaches its end, so that it is asked with every record.
    const EARLY: bool;

    /// Whether the window fires for a group now that this record has been added, in time for its end.
    fn on_record(&self, state: &mut Self::State, window: W, timestamp: Timestamp) -> bool;
}

/// A window fires when the watermark reaches its end, and for late records: the default. Flink's `EventTimeTrigger`.
#[derive(Clone, Copy, Debug, Default)]
pub struct OnWatermark;

impl<W> Trigger<W> for OnWatermark {
    type State = ();

    const EARLY: bool = false;

    #[inline]
    fn on_record(&self, (): &mut (), _window: W, _timestamp: Timestamp) -> bool {
        false
    }
}
