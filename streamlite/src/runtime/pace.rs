//! How fast event time goes on.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::control::Lane;
use crate::time::{TimeDelta, Timestamp};

/// How far partitions had come some seconds ago.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// Between one and two spans of [`EVERY`] ago, once the job runs as long.
    older: Option<Sample>,
    newer: Option<Sample>,
}

/// How far each partition had come.
#[derive(Debug)]
struct Sample {
    at: Timestamp,
    watermarks: BTreeMap<Lane, Timestamp>,
}

/// So often it is looked how far they have come.
const EVERY: TimeDelta = TimeDelta::from_secs(5);
/// What was seen so short a time ago says nothing.
const LEAST: TimeDelta = TimeDelta::from_secs(1);

impl Pace {
    /// Whether to look how far partitions have come.
    pub(super) fn is_due(&self, now: Timestamp) -> bool {
        self.newer.as_ref().is_none_or(|newer| newer.at + EVERY <= now)
    }

    /// Notes how far they have come.
    pub(super) fn note(&mut self, now: Timestamp, watermarks: BTreeMap<Lane, Timestamp>) {
        self.older = self.newer.replace(Sample { at: now, watermarks });
    }

    /// By how many milliseconds event time has gone on in each of the clock, in a partition that has come to this watermark;
    /// `None` if that is not known yet.
    pub(super) fn of(&self, lane: Lane, watermark: Timestamp, now: Timestamp) -> Option<f64> {
        let then = self.older.as_ref().or(self.newer.as_ref())?;
        let before = *then.watermarks.get(&lane)?;
        if before == Timestamp::MIN || watermark == Timestamp::MAX || now - then.at < LEAST {
            return None;
        }
        let seconds = |span: TimeDelta| Duration::try_from(span).ok().map(|span| span.as_secs_f64());
        Some(seconds(watermark - before)? / seconds(now - then.at)?)
    }
}
