//! How far event time has come, told from the records.

mod greatest;
mod periodic;
mod punctuated;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Timestamp;
use crate::error::Result;

pub use greatest::{Ascending, BoundedOutOfOrderness, Greatest, ascending, bounded};
pub use periodic::{Periodic, periodic};
pub use punctuated::{Punctuated, RecordWatermarks, punctuated};

/// Tells the watermark of one partition from its records. Flink's `WatermarkGenerator`.
///
/// A watermark W means: no record with a timestamp below W is still to come. (Flink's number for the same moment is
/// one millisecond less; what fires when is the same.) One value serves all partitions; what it knows of one of them is its
/// [`State`](Self::State), which is saved and restored.
///
/// # Laws
/// * What it says depends on the state, the record and its timestamp alone, not on a clock or on chance: so the same
///   partition gives the same watermarks in whatever sizes it is read, and after a crash. (A watermark by the clock is
///   [`processing_time`](crate::flow::Stream::processing_time).)
/// * What it says is a promise: a record of the partition that comes below it is late. It is asked after the record, so that
///   no record is late by what it says itself.
/// * A watermark never goes back: what it says that is not above what it said before is no news.
/// * It is asked once for each record, in the partition's order, but for those that
///   [`max_future_skew`](crate::flow::Stream::max_future_skew) leaves out.
///
/// # A strategy of one's own
/// A device numbers its records, and repeats what was lost; what came without a gap is complete:
///
/// ```
/// # use streamlite::prelude::*;
/// use std::collections::BTreeMap;
///
/// struct Numbered;
///
/// impl WatermarkStrategy<(u64, i64)> for Numbered {
///     /// The number that is waited for, and the times of those after it.
///     type State = (u64, BTreeMap<u64, Timestamp>);
///
///     fn on_record(
///         &self,
///         (awaited, after): &mut Self::State,
///         (number, _): &(u64, i64),
///         timestamp: Timestamp,
///     ) -> Option<Timestamp> {
///         after.insert(*number, timestamp);
///         let mut complete = None;
///         while let Some(timestamp) = after.remove(awaited) {
///             complete = Some(timestamp);
///             *awaited += 1;
///         }
///         complete
///     }
/// }
///
/// let counts = pipeline!(
///     from([(0_u64, 0_i64), (2, 2_500), (3, 3_500), (1, 900)])
///         .event_time(|(_, at)| *at)
///         .watermark(Numbered)
///         .window(tumbling(1s))
///         .count()
/// )
/// .collect()?;
/// assert_eq!(counts.iter().map(|count| count.value).collect::<Vec<_>>(), [2, 1, 1]);
/// # Ok::<(), streamlite::Error>(())
/// ```
pub trait WatermarkStrategy<T> {
    /// What it knows of one partition.
    type State: Default + Serialize + DeserializeOwned;

    /// Whether its own settings make sense; asked once, before anything is read.
    ///
    /// # Errors
    /// If they do not.
    fn check(&self) -> Result<()> {
        Ok(())
    }

    /// How far event time has come with this record; `None` if it says nothing about that.
    fn on_record(&self, state: &mut Self::State, record: &T, timestamp: Timestamp) -> Option<Timestamp>;
}
