//! What a job has done so far.

use super::driver::Driver;
use crate::control::{Control, Question};
use crate::metrics::{CheckpointReport, Report, SourceTally, Tally};
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
