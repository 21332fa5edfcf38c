//! How far a job has come, shown while it runs.

use std::fmt;
use std::time::Duration;

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
