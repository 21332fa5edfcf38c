//! A job shows how far it has come, and hands its counts on.

#[cfg(feature = "progress")]
use super::bars::Bars;
use super::driver::Driver;
use super::log_lines::LogLines;
use super::progress::{Progress, ShowProgress};
#[cfg(feature = "metrics")]
use super::publishing::Publishing;
#[cfg(feature = "metrics")]
use crate::time::Timestamp;

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
        #[cfg(feature = "metrics")]
        self.publish(self.last_tick);
        if let Some(mut shown) = self.shown.take() {
            shown.end(&self.progress());
        }
    }
}

#[cfg(feature = "metrics")]
impl Driver<'_> {
    /// The same job, which hands its counts on if that is wanted.
    pub(super) fn publishing(mut self, is_wanted: bool) -> Self {
        self.publishing = is_wanted.then(Publishing::default);
        self.publish(self.last_tick);
        self
    }

    /// Hands its counts on, if somebody wants them and a second has passed.
    pub(super) fn publish_if_due(&mut self, now: Timestamp) {
        let publishing = self.publishing.as_ref();
        if publishing.is_some_and(|publishing| publishing.is_due(now)) {
            self.publish(now);
        }
    }

    fn publish(&mut self, now: Timestamp) {
        if let Some(mut publishing) = self.publishing.take() {
            publishing.publish(&self.report(), now);
            self.publishing = Some(publishing);
        }
    }
}
