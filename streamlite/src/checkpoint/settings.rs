//! When checkpoints are taken, and where they go: what a user writes.

use std::path::Path;

use super::directory::{Directory, Durability};
use super::storage::CheckpointStorage;
use crate::epoch::Epoch;
use crate::error::{Error, Result};
use crate::time::TimeDelta;

/// Checkpoints of a job: where they go, and when they are taken; see [`Job::checkpoints`](crate::Job::checkpoints).
///
/// ```
/// use std::time::Duration;
///
/// use streamlite::checkpoint::Checkpoints;
///
/// let checkpoints = Checkpoints::in_dir("state").every(Duration::from_secs(10)).max_retained(5);
/// ```
#[derive(Debug)]
#[must_use = "give it to a job by `.checkpoints(…)`"]
pub struct Checkpoints {
    storage: Storage,
    every: TimeDelta,
    max_retained: usize,
    tolerable_failures: u32,
    heeds_signals: bool,
    accepted: Option<Epoch>,
}

#[derive(Debug)]
enum Storage {
    Directory(Directory),
    Other(Box<dyn CheckpointStorage>),
}

/// Settings that make sense.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) storage: Box<dyn CheckpointStorage>,
    pub(crate) every: TimeDelta,
    pub(crate) max_retained: usize,
    pub(crate) tolerable_failures: u32,
    /// Up to this checkpoint output may be there twice.
    pub(crate) accepted: Option<Epoch>,
}

impl Checkpoints {
    /// Checkpoints in a directory of this computer, which is created when the job starts; one job at a time uses it.
    pub fn in_dir(path: impl AsRef<Path>) -> Self {
        Self::new(Storage::Directory(Directory::new(path)))
    }

    /// Checkpoints in a storage of another kind, or in a [`Directory`] of another file system.
    pub fn in_storage(storage: impl CheckpointStorage + 'static) -> Self {
        Self::new(Storage::Other(Box::new(storage)))
    }

    fn new(storage: Storage) -> Self {
        Self {
            storage,
            every: TimeDelta::from_secs(30),
            max_retained: 3,
            tolerable_failures: 3,
            heeds_signals: true,
            accepted: None,
        }
    }

    /// How long after the beginning of one the next one begins, by the job's clock: 30 seconds unless it is said. One is
    /// taken only when the one before is stored. The shorter, the sooner output of a sink that commits is visible, and the
    /// less is done again after a crash.
    pub fn every(self, interval: impl Into<TimeDelta>) -> Self {
        let every = interval.into();
        Self { every, ..self }
    }

    /// How many are kept, 3 unless it is said: older ones are for the case that the newest one is damaged. They share what did not
    /// change of large tables, so that each takes little room, and none of them helps where that is damaged.
    pub fn max_retained(self, checkpoints: usize) -> Self {
        Self {
            max_retained: checkpoints,
            ..self
        }
    }

    /// How many in a row may fail, 3 unless it is said, before the job fails with the error of the last: when the disk is
    /// full, for example. What such a checkpoint should have held comes with the next one.
    pub fn tolerable_failures(self, checkpoints: u32) -> Self {
        Self {
            tolerable_failures: checkpoints,
            ..self
        }
    }

    /// What checkpoints in a directory survive: a loss of power, unless it is said. A storage of another kind decides for
    /// itself.
    pub fn durability(self, durability: Durability) -> Self {
        let storage = match self.storage {
            Storage::Directory(directory) => Storage::Directory(directory.durability(durability)),
            other @ Storage::Other(_) => other,
        };
        Self { storage, ..self }
    }

    /// Goes on although sinks have committed more than the newest checkpoint that can be read holds, which is an
    /// [error](crate::Error::FallbackWouldDuplicate) otherwise: what they have committed up to this checkpoint, as the error
    /// names it, may be there twice then. At a later start, when they have committed others, it does nothing.
    ///
    /// ```
    /// use streamlite::checkpoint::Checkpoints;
    ///
    /// let checkpoints = Checkpoints::in_dir("state").accept_duplicates_of("3.12".parse()?);
    /// # Ok::<(), streamlite::Error>(())
    /// ```
    pub fn accept_duplicates_of(self, checkpoint: Epoch) -> Self {
        Self {
            accepted: Some(checkpoint),
            ..self
        }
    }

    /// Leaves Ctrl-C and SIGTERM to the program, which [`Job::run`](crate::Job::run) listens for otherwise.
    pub fn without_signals(self) -> Self {
        Self {
            heeds_signals: false,
            ..self
        }
    }

    /// Whether a job that runs listens for signals.
    pub(crate) fn heeds_signals(&self) -> bool {
        self.heeds_signals
    }

    /// The settings, if they make sense.
    pub(crate) fn check(self) -> Result<Settings> {
        let Self {
            storage,
            every,
            max_retained,
            tolerable_failures,
            heeds_signals: _,
            accepted,
        } = self;
        if every <= TimeDelta::ZERO {
            let setting = format!("checkpoints every {every}");
            return Err(Error::setting(
                setting,
                "that is no time",
                "say how long, such as 30 seconds",
            ));
        }
        if max_retained == 0 {
            let cause = "the newest one is needed to go on";
            return Err(Error::setting("max_retained(0)", cause, "keep at least one"));
        }
        Ok(Settings {
            storage: match storage {
                Storage::Directory(directory) => Box::new(directory),
                Storage::Other(other) => other,
            },
            every,
            max_retained,
            tolerable_failures,
            accepted,
        })
    }
}
