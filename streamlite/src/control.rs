//! Signals that are neither records nor watermarks: they take one road, [`Push::control`](crate::record::Push::control),
//! from the sources down, between two records.
//!
//! There are three kinds. An operator that looks at signals matches all three, so that a new kind does not compile until
//! every operator has decided; an operator that has nothing to say passes the signal on as it is.
//!
//! | signal | who sends it | who acts on it | who does not pass it on |
//! | --- | --- | --- | --- |
//! | [`LaneEvent::Open`] | each source, for each partition, before the first read | `event_time`, which says so to those downstream; processes; a union whose input had finished | windows and final aggregates open their own lane instead |
//! | [`LaneEvent::Limit`] | `event_time`, whenever another lane is current; unions and joins, whenever the other input has come further | processes; unions and joins, which tell their own | windows, final aggregates |
//! | [`LaneEvent::Current`] | the driver, whenever another lane is read | `event_time` | windows, final aggregates |
//! | [`LaneEvent::Enter`], [`LaneEvent::Leave`] | windows and final aggregates, around their results | `event_time` | windows, final aggregates |
//! | [`LaneEvent::End`] | a source; windows and final aggregates, at the end of their input | `event_time` | windows, final aggregates |
//! | [`LaneEvent::Watermark`] | a source that knows event time; the test driver | `event_time` | windows, final aggregates |
//! | [`LaneEvent::Quiet`] | the driver; windows and final aggregates, when their input is idle | `event_time` | windows, final aggregates |
//! | [`LaneEvent::Awake`] | windows and final aggregates, when their input is active again | `event_time` | windows, final aggregates |
//! | [`JobEvent::Start`] | the driver, once the sources are open | sinks | |
//! | [`JobEvent::Tick`] | the driver, every 100 ms | `event_time` with `idle_after` | |
//! | [`JobEvent::Idle`], [`JobEvent::Active`] | `event_time` with `idle_after` | unions; windows and final aggregates | a later `event_time` |
//! | [`JobEvent::Flush`] | the driver, where it has nothing to read, and at the end | sinks | |
//! | [`Question::Progress`] | the driver, after a run of a lane | `event_time` | |
//! | [`Question::AfterEnd`] | a source that had ended before a restore and has more | windows, final aggregates | |
//! | [`Question::Save`], [`Question::Restore`] | the driver, between two reads | whatever keeps state; sinks flush before a save | |
//! | [`Question::Capture`] | the driver, between two reads, until all is written | large keyed tables | |
//! | [`Question::Look`] | the driver, when a job is asked for a state | running aggregates, windows, processes | |
//! | [`Question::Count`] | the driver, for a report | streams, windows, final aggregates, `event_time`, sinks | |
//!
//! What the driver sends to every source (starting, ticks, flushing, saving, restoring, counting) reaches an operator of
//! several inputs once for each of them, and is passed on once.

use crate::error::{Error, Result};
use crate::metrics::Tally;
use crate::state::{DeclaredState, Look, Restore, Save, Slice};
use crate::time::Timestamp;

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

/// A signal that is neither a record nor a watermark.
#[derive(Debug)]
pub enum Control<'a> {
    /// About one lane.
    Lane(LaneEvent),
    /// About the job, or about all lanes upstream.
    Job(JobEvent),
    /// Comes back filled.
    Question(Question<'a>),
}

/// What happens to a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LaneEvent {
    /// The partition belongs to the source upstream, and will have records.
    Open {
        /// The partition.
        lane: Lane,
        /// Its records come as they happen, so that the clock says what their timestamps may be.
        is_live: bool,
        /// Its records have event time: an operator upstream assigns it.
        has_event_time: bool,
    },
    /// The records that follow come in rows, in which watermarks need not be at their places: before each of them the
    /// watermark is the last one or, where that is higher, the record's own partition watermark, but not above this.
    Limit(Timestamp),
    /// The records that follow come from this partition.
    Current(Lane),
    /// Until the next [`Leave`](Self::Leave) the records come in this lane: results, amid the records of a partition.
    Enter(Lane),
    /// The records that follow come again from where they came before the last [`Enter`](Self::Enter).
    Leave,
    /// The partition will have no more records.
    End(Lane),
    /// The source itself says how far the partition has come.
    Watermark(Lane, Timestamp),
    /// Nothing has been read from the partition, although it was asked: the clock shows this.
    Quiet(Lane, Timestamp),
    /// The partition may have records again at any time, although none has come yet.
    Awake(Lane),
}

/// What happens to the job, or to all lanes upstream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobEvent {
    /// The sources are open: open what is written.
    Start {
        /// The job goes on where another was saved: what was written stays.
        restored: bool,
    },
    /// The clock shows this; sent now and then, also when a source has nothing to read.
    Tick(Timestamp),
    /// Every partition upstream is quiet: do not wait for this input. The clock shows this.
    Idle(Timestamp),
    /// A partition upstream speaks again.
    Active,
    /// Write out what is buffered.
    Flush,
}

/// What the operators are asked.
#[derive(Debug)]
pub enum Question<'a> {
    /// How far has a partition come?
    Progress(&'a mut LaneProgress),
    /// The source upstream had ended before the job was saved, and has more records now: does that come too late?
    AfterEnd(&'a mut AfterEnd),
    /// What is your state?
    Save(&'a mut Save),
    /// Write a slice of what you held when you were saved.
    Capture(&'a mut Slice),
    /// Restore your state.
    Restore(&'a mut Restore),
    /// What does a state have that is called so?
    Look(&'a mut Look),
    /// What have you counted?
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
    is_idle: bool,
    quiet_since: Option<Timestamp>,
}

impl LaneProgress {
    /// Asks for a partition.
    pub(crate) fn of(lane: Lane) -> Self {
        Self {
            lane,
            watermark: None,
            is_idle: false,
            quiet_since: None,
        }
    }

    /// Which partition is asked for.
    pub(crate) fn lane(&self) -> Lane {
        self.lane
    }

    /// Notes how far it has come, whether it is idle, and since when it is quiet; with several answers the lowest counts.
    pub(crate) fn note(&mut self, watermark: Timestamp, is_idle: bool, quiet_since: Option<Timestamp>) {
        if self.watermark.is_none_or(|known| watermark < known) {
            self.watermark = Some(watermark);
            (self.is_idle, self.quiet_since) = (is_idle, quiet_since);
        }
    }

    /// Whether it is idle, and since when it is quiet.
    pub(crate) fn activity(&self) -> (bool, Option<Timestamp>) {
        (self.is_idle, self.quiet_since)
    }

    /// How far it has come; `None` if nothing gives it event time.
    pub(crate) fn watermark(&self) -> Option<Timestamp> {
        self.watermark
    }
}

impl Control<'_> {
    /// Whether the driver sends this signal to every source; an operator with several inputs then receives it once per
    /// input.
    pub(crate) fn is_for_all(&self) -> bool {
        match self {
            Control::Lane(_) => false,
            Control::Job(event) => match event {
                JobEvent::Start { .. } | JobEvent::Tick(_) | JobEvent::Flush => true,
                JobEvent::Idle(_) | JobEvent::Active => false,
            },
            Control::Question(question) => match question {
                Question::Save(_)
                | Question::Capture(_)
                | Question::Restore(_)
                | Question::Look(_)
                | Question::Count(_) => true,
                Question::Progress(_) | Question::AfterEnd(_) => false,
            },
        }
    }
}
