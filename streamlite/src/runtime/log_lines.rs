//! How far a job has come, as events for whoever has a subscriber of `tracing`.

use std::time::Duration;

use super::progress::{Progress, ShowProgress};
use crate::metrics::Report;

/// What a job has done, and each of its statements, in a span of its own.
pub(super) fn ended(report: &Report) {
    for operator in &report.operators {
        let span = tracing::info_span!(target: "streamlite", "operator", name = operator.name);
        let _entered = span.enter();
        let (read, written) = (operator.records_in, operator.records_out);
        tracing::info!(target: "streamlite", read, written, "ended");
        if operator.late > 0 {
            let (late, dropped) = (operator.late, operator.late_dropped);
            tracing::warn!(target: "streamlite", late, dropped, "records came after their window was closed");
        }
    }
    for source in report.sources.iter().filter(|source| source.skipped > 0) {
        let (records, is_routed) = (source.skipped, source.routed.is_some());
        tracing::warn!(
            target: "streamlite",
            source = source.name,
            records,
            is_routed,
            "records could not be read"
        );
    }
    let (read, written) = (report.records_read(), report.records_written());
    tracing::info!(target: "streamlite", read, written, "ended");
}

/// An event every ten seconds.
#[derive(Debug, Default)]
pub(super) struct LogLines {
    /// When the last one was, and how many records had been read.
    before: (Duration, u64),
}

const EVERY: Duration = Duration::from_secs(10);

impl LogLines {
    fn tell(&mut self, progress: &Progress) {
        let (then, before) = self.before;
        let span = progress.elapsed.saturating_sub(then).as_secs_f64();
        let records: u64 = progress.sources.iter().map(|(_, records, _)| records).sum();
        let per_second = Duration::from_secs(records.saturating_sub(before)).as_secs_f64() / span.max(0.001);
        let size = progress
            .sources
            .iter()
            .map(|(_, _, size)| *size)
            .reduce(|one, other| {
                let (one, other) = (one?, other?);
                Some(one + other)
            });
        let (bytes, of_bytes) = size.flatten().map(|size| (size.read, size.all)).unzip();
        tracing::info!(
            target: "streamlite",
            records,
            per_second = per_second.round(),
            bytes,
            of_bytes,
            watermark = progress.watermark.map(tracing::field::display),
            "read so far"
        );
        self.before = (progress.elapsed, records);
    }
}

impl ShowProgress for LogLines {
    fn show(&mut self, progress: &Progress) {
        if progress.elapsed >= self.before.0 + EVERY {
            self.tell(progress);
        }
    }

    fn end(&mut self, progress: &Progress) {
        self.tell(progress);
    }
}
