//! How far a job has come, shown while it runs.

use std::fmt;
use std::time::Duration;

#[cfg(feature = "progress")]
use super::bars::Bars;
use super::driver::Driver;
use super::log_lines::LogLines;
use crate::connector::ReadProgress;
use crate::time::Timestamp;

/// How far a job has come.
#[derive(Clone, Debug, Default)]
pub(crate) struct Progress {
    /// Of each source: its name, how many records were read of it, and how much of what there is.
    pub(crate) sources: Vec<(&'static str, u64, Option<ReadProgress>)>,
    /// The watermark of the partition that is furthest behind; `None` before there is one.
    pub(crate) watermark: Option<Timestamp>,
    /// How long the job has run.
    pub(crate) elapsed: Duration,
}

/// Shows how far a job has come.
pub(crate) trait ShowProgress: fmt::Debug {
    /// The job has come so far: ten times a second.
    fn show(&mut self, progress: &Progress);

    /// It has come to its end.
    fn end(&mut self, progress: &Progress);
}

/// What shows it here: bars on a terminal, or events.
pub(super) fn shown() -> Box<dyn ShowProgress> {
    #[cfg(feature = "progress")]
    if std::io::IsTerminal::is_terminal(&std::io::stderr()) {
        return Box::new(Bars::on_stderr());
    }
    Box::new(LogLines::default())
}

impl Driver<'_> {
    /// The same job, shown.
    pub(super) fn showing(mut self, shown: Option<Box<dyn ShowProgress>>) -> Self {
        self.shown = shown;
        self
    }

    fn progress(&mut self) -> Progress {
        let sources = self.parts.graph.parts().sources;
        let of_sources = self.feeds.iter_mut();
        let of_sources =
            of_sources.map(|feed| (sources[feed.source()].name, feed.records(), feed.progress()));
        Progress {
            sources: of_sources.collect(),
            watermark: self.lanes.watermark(),
            elapsed: self.clock.elapsed().saturating_sub(self.began),
        }
    }

    /// Shows how far it has come, if somebody wants to see it.
    pub(super) fn show_progress(&mut self) {
        if let Some(mut shown) = self.shown.take() {
            shown.show(&self.progress());
            self.shown = Some(shown);
        }
    }

    /// The same at its end.
    pub(super) fn show_end(&mut self) {
        if let Some(mut shown) = self.shown.take() {
            shown.end(&self.progress());
        }
    }
}
