//! The standard input.

use std::io;

use super::live_lines::{LineSettings, LiveLinesReader, MAX_LINE};
use crate::connector::{Bounded, Opening, Partition, Position, Source};
use crate::error::Result;
use crate::format::{Fail, OnError, Policy};

/// The lines of the standard input, as they come; it ends with the input.
///
/// A thread of its own waits for them. Nothing can be read twice, so that a job that reads the standard input cannot be
/// saved, unless you [`accept_loss`](Self::accept_loss).
///
/// ```no_run
/// use streamlite::prelude::*;
///
/// pipeline!(from(StdinSource::new()).filter(|line| line.contains("error")).to(PrintSink::stdout())).run()?;
/// # Ok::<(), streamlite::Error>(())
/// ```
#[derive(Debug)]
pub struct StdinSource {
    settings: LineSettings,
}

impl Default for StdinSource {
    fn default() -> Self {
        Self::new()
    }
}

impl StdinSource {
    /// The lines of the standard input.
    #[must_use]
    pub fn new() -> Self {
        Self {
            settings: LineSettings {
                policy: Policy::new(Fail),
                max_line: MAX_LINE,
                accepts_loss: false,
            },
        }
    }

    /// Says what becomes of lines that are not UTF-8, or too long: [`Fail`], [`Skip`](super::Skip) or
    /// [`Route(sink)`](super::Route()).
    #[must_use]
    pub fn on_error(mut self, policy: impl OnError + 'static) -> Self {
        self.settings.policy = Policy::new(policy);
        self
    }

    /// Takes lines up to so many bytes; a longer one is a bad record. 1 MiB unless said otherwise.
    #[must_use]
    pub fn max_record_bytes(mut self, bytes: usize) -> Self {
        self.settings.max_line = bytes;
        self
    }

    /// Lets the job be saved: what was read after the last checkpoint is lost in a crash, and a job that is restored goes on
    /// with what comes next.
    #[must_use]
    pub fn accept_loss(mut self) -> Self {
        self.settings.accepts_loss = true;
        self
    }
}

impl Source for StdinSource {
    type Item = String;
    type Reader = LiveLinesReader;

    fn partitions(&mut self) -> Result<Vec<Partition>> {
        Ok(vec![Partition::new("stdin")])
    }

    fn open(&mut self, at: &Opening<'_>) -> Result<LiveLinesReader> {
        LiveLinesReader::start("the standard input", at.bell(), &self.settings, io::stdin(), None)
    }

    /// What comes next goes on where the input has ended.
    fn has_more(&mut self, _partition: &Partition, _end: &Position) -> Result<bool> {
        Ok(self.settings.accepts_loss)
    }

    fn describe(&self) -> String {
        "stdin".to_owned()
    }

    fn keeps_bad_records(&self) -> bool {
        self.settings.policy.keeps()
    }

    fn files(&self) -> Vec<super::FileUse> {
        self.settings.policy.files()
    }

    fn start(&mut self, restored: bool) -> Result<()> {
        self.settings.policy.start(restored)
    }
}

impl Bounded for StdinSource {}
