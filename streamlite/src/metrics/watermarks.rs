//! How far event time has come, and what holds it back.

use std::fmt;

use serde::Serialize;

use super::text_table::{TextTable, reached};
use crate::time::{TimeDelta, Timestamp};

/// How far event time has come in a running job: in each partition of each source, and in each statement.
///
/// [`Display`](fmt::Display) prints it as a table.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Watermarks {
    /// The partitions of all sources, in the order in which they were announced.
    pub partitions: Vec<PartitionWatermark>,
    /// The statements that look at event time, in the order of the graph.
    pub operators: Vec<OperatorWatermark>,
    /// What the job's clock said.
    pub now: Timestamp,
}

/// How far event time has come in a partition of a source.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PartitionWatermark {
    /// The source's name in the pipeline.
    pub source: &'static str,
    /// The partition, such as a file.
    pub partition: String,
    /// No record below this is expected any more; [`Timestamp::MIN`] before the first one. `None` if nothing gives its records
    /// event time.
    pub watermark: Option<Timestamp>,
    /// How far that is behind the clock; `None` before there is one.
    pub lag: Option<TimeDelta>,
    /// Whether it holds the watermark back.
    pub activity: PartitionActivity,
    /// Since when it has had nothing to read; `None` if it has.
    pub quiet_since: Option<Timestamp>,
    /// How many milliseconds its event time has gone on in each of the clock, over the last five to ten seconds; `None` at first.
    pub pace: Option<f64>,
}

/// Whether a partition holds the watermark back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub enum PartitionActivity {
    /// It does.
    Active,
    /// It has been quiet for as long as [`idle_after`](crate::flow::Stream::idle_after) says, and does not.
    Idle,
    /// It was read to its end.
    Finished,
}

/// How far event time has come in a statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct OperatorWatermark {
    /// The statement's `let` names.
    pub name: &'static str,
    /// The watermark that it has reached; [`Timestamp::MAX`] at the end of the input.
    pub watermark: Timestamp,
    /// How far that is behind the clock; `None` before there is one, and at the end of the input.
    pub lag: Option<TimeDelta>,
}

impl Watermarks {
    /// The partition that holds event time back: of those that are active the one that is furthest behind. `None` if none is, or
    /// nothing gives records event time.
    #[must_use]
    pub fn held_back_by(&self) -> Option<&PartitionWatermark> {
        let active = self.partitions.iter();
        let active =
            active.filter(|one| one.activity == PartitionActivity::Active && one.watermark.is_some());
        active.min_by_key(|one| one.watermark)
    }

    /// The same in words.
    pub(crate) fn held_back(&self) -> Option<String> {
        let PartitionWatermark {
            source,
            partition,
            watermark,
            ..
        } = self.held_back_by()?;
        Some(match (*watermark)? {
            Timestamp::MIN => format!("held back by {partition} of {source}, which has had no record yet"),
            watermark => format!("held back by {partition} of {source}, at {watermark}"),
        })
    }

    /// The statement of this name: its `let` names as they are written.
    #[must_use]
    pub fn operator(&self, name: &str) -> Option<&OperatorWatermark> {
        self.operators.iter().find(|one| one.name == name)
    }
}

impl fmt::Display for Watermarks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let behind = |lag: Option<TimeDelta>| lag.map_or_else(String::new, |lag| format!("{lag} behind"));
        let mut table = TextTable::new(&["source", "partition", "", "watermark", "the clock", "quiet for"]);
        for one in &self.partitions {
            let activity = match one.activity {
                PartitionActivity::Active => "",
                PartitionActivity::Idle => "idle",
                PartitionActivity::Finished => "finished",
            };
            let quiet = one.quiet_since.map(|since| (self.now - since).to_string());
            table.row([
                one.source.to_owned(),
                one.partition.clone(),
                activity.to_owned(),
                one.watermark.map(reached).unwrap_or_default(),
                behind(one.lag),
                quiet.unwrap_or_default(),
            ]);
        }
        write!(f, "{table}")?;
        let mut table = TextTable::new(&["statement", "", "", "watermark", "the clock"]);
        for one in &self.operators {
            table.row([
                one.name.to_owned(),
                String::new(),
                String::new(),
                reached(one.watermark),
                behind(one.lag),
            ]);
        }
        if !self.operators.is_empty() {
            write!(f, "\n{table}")?;
        }
        match self.held_back() {
            Some(held_back) => writeln!(f, "\n{held_back}"),
            None => Ok(()),
        }
    }
}
