//! Points in time, spans of time, the clock, and how watermarks follow the records.

mod clock;
mod delta;
mod timestamp;
mod unit;
mod watermark;

pub use clock::{Clock, ManualClock, SystemClock};
pub use delta::TimeDelta;
pub use timestamp::{ParseTimestampError, Timestamp};
pub use unit::TimeUnit;
pub use watermark::{
    Ascending, BoundedOutOfOrderness, Greatest, Periodic, Punctuated, RecordWatermarks, WatermarkStrategy,
    ascending, bounded, periodic, punctuated,
};
