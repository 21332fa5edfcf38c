//! What flows through a pipeline, and the one trait that everything flows through.

use crate::error::{Error, Result};
use crate::metrics::Tally;
use crate::state::{DeclaredState, Restore, Save};
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
    pub seen: Timestamp,
}

impl<T> Record<T> {
    /// The same record with another value.
    #[inline]
    pub fn with<U>(self, value: U) -> Record<U> {
        Record {
            value,
            timestamp: self.timestamp,
            seen: self.seen,
        }
    }
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

    /// Something else than records and watermarks, between two records: off the record path.
    ///
    /// An operator does what concerns it and passes the control signal on.
    fn control(&mut self, control: &mut Control<'_>);
}

/// Which partition of which source a record comes from: numbered over all sources of a job.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct Lane(pub u32);

impl Lane {
    /// The lane as a place in a list of lanes.
    #[inline]
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// What passes through a pipeline beside records and watermarks.
#[derive(Debug)]
#[non_exhaustive]
pub enum Control<'a> {
    /// This partition belongs to the source upstream, and nothing has been read from it yet.
    LaneOpen(Lane),
    /// The records that follow come from this partition.
    Lane(Lane),
    /// Until the next [`Leave`](Self::Leave) the records come in this lane: results, amid the records of a partition.
    Enter(Lane),
    /// The records that follow come again from where they came before the last [`Enter`](Self::Enter).
    Leave,
    /// This partition will have no more records.
    LaneEnd(Lane),
    /// The source itself says how far this partition has come.
    LaneWatermark(Lane, Timestamp),
    /// Nothing has been read from this partition, although it was asked: the clock shows this.
    LaneQuiet(Lane, Timestamp),
    /// This partition may have records again at any time, although none has come yet.
    LaneAwake(Lane),
    /// How far a partition has come.
    Progress(&'a mut LaneProgress),
    /// Every partition upstream is quiet: do not wait for this input. The clock shows this.
    Idle(Timestamp),
    /// A partition upstream speaks again.
    Active,
    /// The clock shows this; sent now and then, also when a source has nothing to read.
    Tick(Timestamp),
    /// The source upstream had ended before the job was saved, and has more records now.
    AfterEnd(&'a mut AfterEnd),
    /// The sources are open: open what is written.
    Start,
    /// Write out what is buffered.
    Flush,
    /// Save your state.
    Save(&'a mut Save),
    /// Take your state back.
    Restore(&'a mut Restore),
    /// Add your counts.
    Count(&'a mut Tally),
}

/// Asks the operators downstream of a source that had ended whether its further records come too late for them.
#[derive(Debug, Default)]
pub struct AfterEnd {
    refused: Option<Error>,
}

impl AfterEnd {
    /// Asks an operator that has come to this watermark: after the end of the input its results are final.
    pub(crate) fn ask(&mut self, state: &DeclaredState, watermark: Timestamp) {
        if watermark == Timestamp::MAX {
            self.refused.get_or_insert_with(|| Error::Savepoint {
                doing: "restoring",
                cause: format!(
                    "the input of `{}` had ended, and its results were final; its sources have more records now: start \
                     the job anew",
                    state.id()
                ),
            });
        }
    }

    /// What they said.
    pub(crate) fn finish(self) -> Result<()> {
        self.refused.map_or(Ok(()), Err)
    }
}

/// How far a partition has come, as the operators say that give it event time.
///
/// A driver reads the partition that is behind, so that event time stays aligned and little is buffered.
#[derive(Debug)]
pub struct LaneProgress {
    lane: Lane,
    watermark: Option<Timestamp>,
}

impl LaneProgress {
    /// Asks for a partition.
    pub(crate) fn of(lane: Lane) -> Self {
        Self {
            lane,
            watermark: None,
        }
    }

    /// Which partition is asked for.
    pub(crate) fn lane(&self) -> Lane {
        self.lane
    }

    /// Notes how far it has come; with several answers the lowest counts.
    pub(crate) fn note(&mut self, watermark: Timestamp) {
        self.watermark = Some(self.watermark.map_or(watermark, |known| known.min(watermark)));
    }

    /// How far it has come; `None` if nothing gives it event time.
    pub(crate) fn watermark(&self) -> Option<Timestamp> {
        self.watermark
    }
}

impl Control<'_> {
    /// Whether the control signal comes to every source of the job, and so to an operator once for each of its inputs.
    pub(crate) fn is_for_all(&self) -> bool {
        matches!(
            self,
            Control::Tick(_)
                | Control::Start
                | Control::Flush
                | Control::Save(_)
                | Control::Restore(_)
                | Control::Count(_)
        )
    }
}
