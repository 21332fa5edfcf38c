//! When a window fires.

/// A window fires when the watermark reaches its end, and for late records: the default. Flink's `EventTimeTrigger`.
#[derive(Clone, Copy, Debug, Default)]
pub struct OnWatermark;
