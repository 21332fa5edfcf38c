//! How far a job has come, as bars on a terminal.

use std::fmt;
use std::time::Duration;

use indicatif::{HumanCount, MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::progress::{Progress, ShowProgress};

/// A bar for each source whose size is known, a line for each other, and one for the watermark.
pub(super) struct Bars {
    all: MultiProgress,
    sources: Vec<SourceBar>,
    /// The last lines of a job that fails stay as they are.
    watermark: Option<ProgressBar>,
}

struct SourceBar {
    bar: ProgressBar,
    /// How many records had been read at a time before.
    before: (Duration, u64),
    per_second: f64,
}

impl fmt::Debug for Bars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bars")
    }
}

/// How often the number of records in a second is worked out anew.
const EVERY: Duration = Duration::from_millis(500);

const OF_KNOWN_SIZE: &str = "{prefix} {bar:30} {bytes:>10} of {total_bytes} {msg}, {eta} left";
const OF_UNKNOWN_SIZE: &str = "{prefix} {spinner} {msg}";
const AT_ITS_END: &str = "{prefix} {bar:30} {bytes:>10} of {total_bytes} {msg}";

impl Bars {
    /// On standard error, if it is a terminal; else nothing is shown.
    pub(super) fn on_stderr() -> Self {
        Self::on(ProgressDrawTarget::stderr())
    }

    fn on(target: ProgressDrawTarget) -> Self {
        Self {
            all: MultiProgress::with_draw_target(target),
            sources: Vec::new(),
            watermark: None,
        }
    }

    /// Makes the bars, once it is known what there is.
    fn begin(&mut self, progress: &Progress) {
        let widest = progress.sources.iter().map(|(name, ..)| name.chars().count());
        let widest = widest.max().unwrap_or(0);
        for (name, _, size) in &progress.sources {
            let (bar, template) = match size {
                Some(size) => (ProgressBar::new(size.all), OF_KNOWN_SIZE),
                None => (ProgressBar::new_spinner(), OF_UNKNOWN_SIZE),
            };
            let bar = self.all.add(bar);
            bar.set_style(styled(template));
            bar.set_prefix(format!("{name:widest$}"));
            self.sources.push(SourceBar {
                bar,
                before: (progress.elapsed, 0),
                per_second: 0.0,
            });
        }
        let watermark = self.all.add(ProgressBar::new_spinner());
        watermark.set_style(styled("{msg}"));
        self.watermark = Some(watermark);
    }

    fn note(&mut self, progress: &Progress) {
        if self.watermark.is_none() {
            self.begin(progress);
        }
        for (shown, (_, records, size)) in self.sources.iter_mut().zip(&progress.sources) {
            shown.note(*records, progress.elapsed);
            if let Some(size) = size {
                shown.bar.set_length(size.all);
                shown.bar.set_position(size.read);
            }
        }
        if let (Some(line), Some(watermark)) = (&self.watermark, progress.watermark) {
            line.set_message(format!("watermark {watermark}"));
        }
    }
}

/// A style whose template is one of ours.
fn styled(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

impl SourceBar {
    fn note(&mut self, records: u64, elapsed: Duration) {
        let (then, before) = self.before;
        let span = elapsed.saturating_sub(then);
        if span >= EVERY {
            self.per_second =
                Duration::from_secs(records.saturating_sub(before)).as_secs_f64() / span.as_secs_f64();
            self.before = (elapsed, records);
        }
        self.tell(records, self.per_second);
    }

    fn tell(&self, records: u64, per_second: f64) {
        let per_second = Duration::try_from_secs_f64(per_second)
            .unwrap_or_default()
            .as_secs();
        let (records, per_second) = (HumanCount(records), HumanCount(per_second));
        self.bar.set_message(format!("{records} records, {per_second}/s"));
        if self.bar.length().is_none() {
            self.bar.tick();
        }
    }
}

impl ShowProgress for Bars {
    fn show(&mut self, progress: &Progress) {
        self.note(progress);
    }

    /// All bars are full, and say how fast all of it went.
    fn end(&mut self, progress: &Progress) {
        self.note(progress);
        for (shown, (_, records, size)) in self.sources.iter().zip(&progress.sources) {
            let seconds = progress.elapsed.as_secs_f64().max(f64::MIN_POSITIVE);
            shown.tell(*records, Duration::from_secs(*records).as_secs_f64() / seconds);
            if size.is_some() {
                shown.bar.set_style(styled(AT_ITS_END));
            }
            shown.bar.abandon();
        }
        if let Some(watermark) = &self.watermark {
            watermark.finish_and_clear();
        }
    }
}

impl Drop for Bars {
    /// Of a job that fails the bars stay as they are.
    fn drop(&mut self) {
        for shown in &self.sources {
            if !shown.bar.is_finished() {
                shown.bar.abandon();
            }
        }
        if let Some(watermark) = self
            .watermark
            .as_ref()
            .filter(|watermark| !watermark.is_finished())
        {
            watermark.abandon();
        }
    }
}

#[cfg(test)]
mod tests {
    use indicatif::InMemoryTerm;

    use super::*;
    use crate::connector::ReadProgress;
    use crate::time::Timestamp;

    fn progress(seconds: u64, read: u64, records: u64) -> Progress {
        Progress {
            sources: vec![
                ("readings", records, Some(ReadProgress { read, all: 2_000_000 })),
                ("rules", 3, None),
            ],
            watermark: Some(Timestamp::from_secs(1_700_000_000)),
            elapsed: Duration::from_secs(seconds),
        }
    }

    #[test]
    fn a_terminal_shows_bars_of_what_has_a_size_and_lines_of_what_has_none() {
        let terminal = InMemoryTerm::new(10, 120);
        let target = ProgressDrawTarget::term_like(Box::new(terminal.clone()));
        let mut bars = Bars::on(target);
        bars.show(&progress(0, 0, 0));
        bars.show(&progress(1, 1_000_000, 30_000));
        let shown = terminal.contents();
        let lines: Vec<&str> = shown.lines().collect();
        assert!(lines[0].starts_with("readings █"), "{shown}");
        assert!(
            lines[0].contains("976.56 KiB of 1.91 MiB 30,000 records, 30,000/s"),
            "{shown}"
        );
        assert!(lines[1].starts_with("rules "), "{shown}");
        assert!(lines[1].contains("3 records, 3/s"), "{shown}");
        assert_eq!(lines[2], "watermark 2023-11-14T22:13:20Z", "{shown}");
        bars.end(&progress(4, 2_000_000, 60_000));
        let shown = terminal.contents();
        assert!(
            shown.contains("1.91 MiB of 1.91 MiB 60,000 records, 15,000/s"),
            "{shown}"
        );
        assert!(!shown.contains("watermark") && !shown.contains("left"), "{shown}");
    }
}
