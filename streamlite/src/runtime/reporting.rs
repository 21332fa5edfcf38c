//! What a job has done so far.

use super::driver::Driver;
use crate::control::{Control, Question};
use crate::metrics::{
    CheckpointReport, OperatorWatermark, PartitionActivity, PartitionWatermark, Report, SourceTally, Tally,
    Watermarks, lag_of,
};
use crate::time::TimeDelta;

impl Driver<'_> {
    /// What was counted, in the runs before this one, too.
    pub(super) fn tally(&mut self) -> Tally {
        let mut tally = Tally::new(self.parts.graph);
        self.control(&mut Control::Question(Question::Count(&mut tally)));
        tally.derive(self.parts.graph);
        tally.add(self.parts.graph, &self.before.counts);
        tally
    }

    /// What the job has done so far.
    pub(crate) fn report(&mut self) -> Report {
        let (graph, tally) = (self.parts.graph, self.tally());
        let sources = self.feeds.iter().map(|feed| {
            let identity = graph.parts().sources[feed.source()].identity;
            SourceTally {
                description: feed.describe(),
                unmatched: feed.unmatched().unwrap_or_default(),
                kept: feed.keeps_bad_records(),
                is_lossy: !feed.replays(),
                skipped: feed.skipped() + self.before.skipped.get(identity).copied().unwrap_or(0),
            }
        });
        let sources: Vec<_> = sources.collect();
        let metrics = self.parts.metrics.report();
        Report::new(
            graph,
            &tally,
            &sources,
            self.checkpoint_report(),
            self.elapsed(),
            metrics,
            (self.clock.now(), self.busy()),
        )
    }

    /// How far event time has come.
    pub(crate) fn watermarks(&mut self) -> Watermarks {
        let now = self.clock.now();
        let mut partitions = Vec::new();
        for (feed, lane) in self.lanes.all() {
            let progress = self.progress_of(feed, lane);
            let feed = &mut self.feeds[feed];
            let source = self.parts.graph.parts().sources[feed.source()].name;
            let Some((partition, has_ended)) = feed.partition_of(lane) else {
                continue;
            };
            let (is_idle, quiet_since) = progress.activity();
            partitions.push(PartitionWatermark {
                source,
                partition: partition.to_string(),
                watermark: progress.watermark(),
                lag: progress.watermark().and_then(|watermark| lag_of(watermark, now)),
                activity: match (has_ended, is_idle) {
                    (true, _) => PartitionActivity::Finished,
                    (false, true) => PartitionActivity::Idle,
                    (false, false) => PartitionActivity::Active,
                },
                quiet_since: quiet_since.filter(|_| !has_ended),
                pace: progress
                    .watermark()
                    .and_then(|watermark| self.pace.of(lane, watermark, now)),
            });
        }
        let tally = self.tally();
        let nodes = self.parts.graph.parts().nodes.iter().zip(&tally.nodes);
        let operators = nodes.filter_map(|(node, counts)| {
            let watermark = counts.watermark?;
            Some(OperatorWatermark {
                name: node.name,
                watermark,
                lag: lag_of(watermark, now),
            })
        });
        Watermarks {
            partitions,
            operators: operators.collect(),
            now,
        }
    }

    fn checkpoint_report(&self) -> Option<CheckpointReport> {
        let checkpointing = self.checkpointing.as_ref()?;
        Some(checkpointing.report.clone())
    }

    /// Which part of this run it did not wait.
    fn busy(&self) -> f64 {
        let run = self.clock.elapsed().saturating_sub(self.began).as_secs_f64();
        if run > 0.0 {
            (1.0 - self.waited.as_secs_f64() / run).clamp(0.0, 1.0)
        } else {
            1.0
        }
    }

    /// How long the job has run, in the runs before this one, too.
    pub(super) fn elapsed(&self) -> TimeDelta {
        self.before.elapsed + (self.clock.now() - self.started)
    }
}
