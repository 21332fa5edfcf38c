//! How far a job has come, as events for whoever has a subscriber of `tracing`.

use std::time::Duration;

use super::progress::{Progress, ShowProgress};

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
