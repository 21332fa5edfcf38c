//! What flows through a pipeline, and the one trait that everything flows through.

use crate::control::Control;
use crate::time::Timestamp;

/// One record on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<T> {
    /// What the user sees.
    pub value: T,
    /// When it happened, in event time, or when it was read where the pipeline has no event time.
    pub timestamp: Timestamp,
    /// The watermark of the record's own source partition just before the record was read. Lateness is judged by it,
    /// so that the outcome depends neither on batch size nor on how far other partitions happened to be.
    pub partition_watermark: Timestamp,
}

/// What takes records: an operator and everything downstream of it, as one static type.
///
/// Laws: a watermark never goes down; everything that a watermark releases is pushed on before the watermark itself;
/// after `watermark(Timestamp::MAX)` no record comes; a control signal is passed on exactly once to each output.
pub trait Push<T> {
    /// Takes one record.
    fn push(&mut self, record: Record<T>);

    /// Event time has come to `watermark`.
    fn watermark(&mut self, watermark: Timestamp);

    /// Handles any signal that is neither a record nor a watermark. Cold: never called per record.
    ///
    /// An operator does what concerns it and passes the signal on; see [`control`](crate::control).
    fn control(&mut self, control: &mut Control<'_>);
}
