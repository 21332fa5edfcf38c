//! Points in time, spans of time, the clock, and how watermarks follow the records.

mod clock;
mod delta;
mod fields;
mod notation;
mod timestamp;
mod unit;
mod watermark;

pub use clock::{Clock, ManualClock, SystemClock};
pub use delta::TimeDelta;
#[doc(hidden)]
pub use fields::{Stamp, deserialize_text, serialize_text};
pub use fields::{epoch_micros, epoch_millis, epoch_nanos, epoch_seconds, http_date, rfc2822, rfc3339};
pub use notation::{FormatTimestampError, TimeFormat};
/// For [`time_format!`](crate::time_format).
#[doc(hidden)]
pub use serde::{Deserializer, Serializer};
pub use timestamp::{ParseTimestampError, Timestamp};
pub use unit::TimeUnit;
pub use watermark::{
    Ascending, BoundedOutOfOrderness, Greatest, Periodic, Punctuated, RecordWatermarks, WatermarkStrategy,
    ascending, bounded, periodic, punctuated,
};
