//! What a job did.

use serde::Serialize;

use super::instruments::Summary;
use super::metric_report::{MetricReport, MetricValue};
use super::state_size::StateSize;
use super::tally::{Tally, lag_of};
use super::unmatched::Unmatched;
use crate::epoch::Epoch;
use crate::graph::Graph;
use crate::time::{TimeDelta, TimeUnit, Timestamp};

/// What a job did: records in and out of every source, operator and sink, how far event time came, and how fast it
/// went. [`Display`](std::fmt::Display) prints it as a table, with what to write where records were late; serde writes it for
/// machines.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// The pipeline's name.
    pub name: &'static str,
    /// The sources, in the order of the graph.
    pub sources: Vec<SourceReport>,
    /// The statements of the pipeline, in the order of the graph; those that end in a sink are in `sinks`, too.
    pub operators: Vec<OperatorReport>,
    /// The sinks, in the order of the graph.
    pub sinks: Vec<SinkReport>,
    /// Its checkpoints, if it takes any.
    pub checkpoints: Option<CheckpointReport>,
    /// How long the job has run.
    pub elapsed: TimeDelta,
    /// The metrics of the job's user, by name, of this run.
    pub metrics: Vec<MetricReport>,
    /// Which part of this run the job was busy, and did not wait for records: from 0 to 1. All operators share one thread, so it
    /// is that of each.
    pub busy: f64,
    /// That of the pipeline, for pictures.
    #[cfg(feature = "svg")]
    #[serde(skip)]
    pub(super) graph: Graph,
}

/// One source of a [`Report`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SourceReport {
    /// The source's name in the pipeline.
    pub name: &'static str,
    /// What it is, such as a file's name.
    pub description: String,
    /// Records read.
    pub records: u64,
    /// Records that could not be read, and were skipped or routed to another sink.
    pub skipped: u64,
    /// If they were routed to a sink, so that nothing is lost: how often each is there. `None` if they were skipped.
    pub routed: Option<Delivery>,
    /// The fields that were in no record of this run, and columns that no field took.
    pub unmatched: Unmatched,
}

/// One statement of a [`Report`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct OperatorReport {
    /// The statement's `let` names.
    pub name: &'static str,
    /// Its operators.
    pub operators: &'static [&'static str],
    /// Records in, over all inputs.
    pub records_in: u64,
    /// Records out, over all outputs.
    pub records_out: u64,
    /// Records that came after their window was closed.
    pub late: u64,
    /// Of those, the records that went nowhere, because the statement has no `.with_late()`.
    pub late_dropped: u64,
    /// Records that were in no window, because its windows have gaps between them; they are not late.
    pub in_gaps: u64,
    /// Records whose timestamps were so far ahead of the clock that they did not move the watermark; they went on like any
    /// other.
    pub ahead_of_clock: u64,
    /// What unit the first timestamps of this run look like, where they are taken as milliseconds and seem to be none.
    pub times_look_like: Option<TimeUnit>,
    /// The watermark that it reached; `None` if it does not look at event time.
    pub watermark: Option<Timestamp>,
    /// How far the watermark is behind the clock; `None` before there is one, and at the end of the input. Where records are
    /// old, as those of a file, so is the watermark.
    pub watermark_lag: Option<TimeDelta>,
    /// How large its state is now.
    pub state: StateSize,
}

/// One sink of a [`Report`].
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SinkReport {
    /// The sink's name in the pipeline.
    pub name: &'static str,
    /// What it is, such as a file's name.
    pub description: String,
    /// Records written.
    pub records: u64,
    /// How often a record may be in the output if the job crashes and goes on.
    pub delivery: Delivery,
    /// How long it took, in milliseconds, from when records were read until one that came of them was handed to the sink: of
    /// ten samples a second at most, in this run. `None` if there was none. What a window waits for
    /// is not in it, nor what waits in front of a source or in the buffer of a sink.
    pub latency: Option<Summary>,
}

/// How often a record may be in the output of a sink if the job crashes and goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub enum Delivery {
    /// Once: output is committed with the checkpoints of the job.
    ExactlyOnce,
    /// Not at all, if it was read after the last checkpoint: a source cannot read it again. What a checkpoint includes is there
    /// as often as the sink says.
    MayBeLost {
        /// The source, by its name.
        of: &'static str,
    },
    /// Once at least; a record after the last checkpoint may come again.
    AtLeastOnce {
        /// Why not exactly once.
        because: &'static str,
    },
}

/// A checkpoint that was stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RecentCheckpoint {
    /// Which one.
    pub epoch: Epoch,
    /// How many bytes were written for it.
    pub bytes: u64,
    /// When it was stored.
    pub stored_at: Timestamp,
    /// How long that was after it was begun. Records are read meanwhile.
    pub took: TimeDelta,
}

/// So many of the last checkpoints are remembered.
const RECENT: usize = 20;

impl CheckpointReport {
    /// Notes one that was stored.
    pub(crate) fn note(&mut self, stored: RecentCheckpoint) {
        if self.recent.len() == RECENT {
            self.recent.remove(0);
        }
        self.recent.push(stored);
    }
}

/// The checkpoints of a job, in a [`Report`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CheckpointReport {
    /// The checkpoint that the job went on from; `None` if it started anew.
    pub resumed_from: Option<Epoch>,
    /// How many were stored in this run.
    pub stored: u64,
    /// How many failed in this run. What they should have held came with the next one.
    pub failed: u64,
    /// Why the last one failed that did.
    pub last_error: Option<String>,
    /// The last one that was stored.
    pub last: Option<Epoch>,
    /// How many bytes were written for it.
    pub last_bytes: u64,
    /// The last ones that were stored, twenty at most, oldest first.
    pub recent: Vec<RecentCheckpoint>,
    /// The checkpoints that were found to be damaged, and put aside: the file, where, and what is wrong with it.
    pub quarantined: Vec<String>,
    /// A file that was damaged and is written again, from the copy of its contents in it.
    pub mended: Option<String>,
    /// The sinks whose output may be there twice, as [was accepted](crate::checkpoint::Checkpoints::accept_duplicates_of), and
    /// up to which checkpoint.
    pub duplicates: Vec<(String, Epoch)>,
}

/// What the driver knows of a source.
#[derive(Clone, Debug, Default)]
pub(crate) struct SourceTally {
    pub(crate) description: String,
    pub(crate) unmatched: Unmatched,
    pub(crate) skipped: u64,
    pub(crate) kept: bool,
    /// Its records cannot be read again.
    pub(crate) is_lossy: bool,
}

impl Report {
    pub(crate) fn new(
        graph: &Graph,
        tally: &Tally,
        sources: &[SourceTally],
        checkpoints: Option<CheckpointReport>,
        elapsed: TimeDelta,
        metrics: Vec<MetricReport>,
        (now, busy): (Timestamp, f64),
    ) -> Self {
        Self {
            name: graph.name(),
            sources: source_reports(graph, tally, sources, checkpoints.is_some()),
            operators: operator_reports(graph, tally, now),
            sinks: sink_reports(graph, tally, lossy(graph, sources), checkpoints.is_some()),
            checkpoints,
            elapsed,
            metrics,
            busy,
            #[cfg(feature = "svg")]
            graph: *graph,
        }
    }

    /// The metric of this name.
    #[must_use]
    pub fn metric(&self, name: &str) -> Option<&MetricValue> {
        let mut metrics = self.metrics.iter();
        metrics
            .find(|metric| metric.name == name)
            .map(|metric| &metric.value)
    }

    /// The source of this name.
    #[must_use]
    pub fn source(&self, name: &str) -> Option<&SourceReport> {
        self.sources.iter().find(|source| source.name == name)
    }

    /// The statement of this name: its `let` names as they are written, such as `valid, broken`.
    #[must_use]
    pub fn operator(&self, name: &str) -> Option<&OperatorReport> {
        self.operators.iter().find(|operator| operator.name == name)
    }

    /// The sink of this name.
    #[must_use]
    pub fn sink(&self, name: &str) -> Option<&SinkReport> {
        self.sinks.iter().find(|sink| sink.name == name)
    }

    /// Records read from all sources.
    #[must_use]
    pub fn records_read(&self) -> u64 {
        self.sources.iter().map(|source| source.records).sum()
    }

    /// Records written to all sinks.
    #[must_use]
    pub fn records_written(&self) -> u64 {
        self.sinks.iter().map(|sink| sink.records).sum()
    }

    /// Records that came after their window was closed, in all operators.
    #[must_use]
    pub fn late(&self) -> u64 {
        self.operators.iter().map(|operator| operator.late).sum()
    }

    /// Bad records that were skipped or routed, over all sources.
    #[must_use]
    pub fn skipped(&self) -> u64 {
        self.sources.iter().map(|source| source.skipped).sum()
    }

    /// Records read each second, 0 if no time has passed.
    #[must_use]
    pub fn records_per_second(&self) -> f64 {
        self.per_second(self.records_read())
    }

    /// How many so many records are each second, such as those of a statement: its throughput. 0 if no time has passed.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a rate is for showing")]
    pub fn per_second(&self, records: u64) -> f64 {
        let seconds = self.elapsed.as_secs_f64();
        if seconds > 0.0 {
            records as f64 / seconds
        } else {
            0.0
        }
    }
}

const NO_CHECKPOINTS: &str = "the job takes no checkpoints";

fn source_reports(
    graph: &Graph,
    tally: &Tally,
    sources: &[SourceTally],
    has_checkpoints: bool,
) -> Vec<SourceReport> {
    let routed = Delivery::AtLeastOnce {
        because: if has_checkpoints {
            "a bad record is written when it is read, and again if it is read again"
        } else {
            NO_CHECKPOINTS
        },
    };
    let reports = graph.parts().sources.iter().enumerate().map(|(index, source)| {
        let known = sources.get(index).cloned().unwrap_or_default();
        SourceReport {
            name: source.name,
            description: known.description,
            records: tally.streams[source.stream],
            skipped: known.skipped,
            routed: known.kept.then_some(routed),
            unmatched: known.unmatched,
        }
    });
    reports.collect()
}

fn operator_reports(graph: &Graph, tally: &Tally, now: Timestamp) -> Vec<OperatorReport> {
    let sum = |streams: &[usize]| streams.iter().map(|&stream| tally.streams[stream]).sum();
    let reports = graph
        .parts()
        .nodes
        .iter()
        .zip(&tally.nodes)
        .map(|(node, counts)| OperatorReport {
            name: node.name,
            operators: node.operators,
            records_in: sum(node.inputs),
            records_out: if node.end.is_some() {
                counts.written
            } else {
                sum(node.outputs)
            },
            late: counts.late,
            late_dropped: counts.late_dropped,
            in_gaps: counts.in_gaps,
            ahead_of_clock: counts.ahead_of_clock,
            times_look_like: counts.times_look_like,
            watermark: counts.watermark,
            watermark_lag: counts.watermark.and_then(|watermark| lag_of(watermark, now)),
            state: counts.state,
        });
    reports.collect()
}

/// A source that cannot read its records again.
fn lossy(graph: &Graph, sources: &[SourceTally]) -> Option<&'static str> {
    let mut named = graph.parts().sources.iter().zip(sources);
    named
        .find(|(_, known)| known.is_lossy)
        .map(|(source, _)| source.name)
}

fn sink_reports(
    graph: &Graph,
    tally: &Tally,
    lossy: Option<&'static str>,
    has_checkpoints: bool,
) -> Vec<SinkReport> {
    let sinks = graph
        .parts()
        .nodes
        .iter()
        .zip(&tally.nodes)
        .filter_map(|(node, counts)| {
            node.end.map(|end| SinkReport {
                name: end.name(),
                description: counts.sink.clone().unwrap_or_default(),
                records: counts.written,
                latency: counts.latency,
                delivery: match (lossy, counts.commits, has_checkpoints) {
                    (Some(of), ..) => Delivery::MayBeLost { of },
                    (None, true, _) => Delivery::ExactlyOnce,
                    (None, false, true) => Delivery::AtLeastOnce {
                        because: "the sink writes at once, and does not commit with checkpoints",
                    },
                    (None, false, false) => Delivery::AtLeastOnce {
                        because: NO_CHECKPOINTS,
                    },
                },
            })
        });
    sinks.collect()
}
