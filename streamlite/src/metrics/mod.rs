//! What a job counted, and the report that it ends with.

#[cfg(feature = "metrics")]
mod facade;
mod instruments;
mod metric_report;
#[cfg(feature = "svg")]
mod picture;
mod prometheus;
mod registry;
mod report;
mod samples;
mod state_size;
mod tally;
mod text;
mod text_table;
mod unmatched;
mod watermarks;

#[cfg(feature = "metrics")]
pub(crate) use facade::Facade;
pub use instruments::{Counter, Gauge, Histogram, Meter, Summary};
pub use metric_report::{MetricReport, MetricValue};
pub use registry::Metrics;
pub(crate) use report::SourceTally;
pub use report::{
    CheckpointReport, Delivery, OperatorReport, RecentCheckpoint, Report, SinkReport, SourceReport,
};
pub use state_size::StateSize;
pub use tally::{NodeTally, SavedCounts, Tally};
pub(crate) use tally::{is_plausible, lag_of};
pub use unmatched::Unmatched;
pub use watermarks::{OperatorWatermark, PartitionActivity, PartitionWatermark, Watermarks};
