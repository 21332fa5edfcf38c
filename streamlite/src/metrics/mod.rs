//! What a job counted, and the report that it ends with.

mod report;
mod tally;
mod text;
mod text_table;
mod unmatched;

pub(crate) use report::SourceTally;
pub use report::{CheckpointReport, Delivery, OperatorReport, Report, SinkReport, SourceReport};
pub(crate) use tally::is_plausible;
pub use tally::{NodeTally, SavedCounts, Tally};
pub use unmatched::Unmatched;
