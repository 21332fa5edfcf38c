//! What flows through a pipeline, and the one trait that everything flows through.

use crate::control::Control;
use crate::time::{TimeDelta, Timestamp};

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
///
/// Records come one by one, or in *rows*, between whose records nothing else comes. An operator that can do better with a
/// row than with its records one by one says how by [`push_all`](Self::push_all); what comes of it is the same.
pub trait Push<T> {
    /// Whether this or anything downstream looks at the timestamp or the watermark of a record.
    const LOOKS_AT_TIMES: bool = true;

    /// Takes one record.
    fn push(&mut self, record: Record<T>);

    /// Takes a row: the same as pushing its records one by one, in whatever way is faster. Nothing of it is held back when
    /// this returns. A row that has ended is not asked again: some go on with the next one.
    #[inline]
    fn push_all(&mut self, records: impl Iterator<Item = Record<T>>)
    where
        Self: Sized,
    {
        records.for_each(|record| self.push(record));
    }

    /// Event time has come to `watermark`.
    fn watermark(&mut self, watermark: Timestamp);

    /// The lowest watermark above this one that must come at its own place between two records. Of those below it only
    /// the last counts, and it may come after on-time records that it stood before, so that rows are longer. Before a
    /// record whose timestamp is below the watermark of its partition every watermark has come in any case.
    ///
    /// By default every watermark must.
    #[inline]
    fn next_due(&self, watermark: Timestamp) -> Timestamp {
        watermark + TimeDelta::from_millis(1)
    }

    /// Handles any signal that is neither a record nor a watermark. Cold: never called per record.
    ///
    /// An operator does what concerns it and passes the signal on; see [`control`](crate::control).
    fn control(&mut self, control: &mut Control<'_>);
}
