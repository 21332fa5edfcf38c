//! The checkpoints of a running job: where they go, when one is due, and what became of them.

use std::sync::Arc;

use super::savepoint::Contents;
use crate::checkpoint::{
    Answer, CheckpointWriter, Coordinator, Image, Newest, NotStored, Recovered, Settings, Sinks,
};
use crate::connector::Bells;
use crate::epoch::{Epoch, Incarnation};
use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::metrics::{CheckpointReport, RecentCheckpoint};
use crate::state::{Gaps, Slice, state_error};
use crate::time::{Clock, TimeDelta, Timestamp};

/// The checkpoints of a running job.
#[derive(Debug)]
pub(super) struct Checkpointing {
    writer: CheckpointWriter,
    incarnation: Incarnation,
    /// How many were begun.
    begun: u32,
    every: TimeDelta,
    /// When the next one begins.
    due: Timestamp,
    under_way: UnderWay,
    /// The next one writes all that tables have: what changed before the last barrier may be in none.
    is_full: bool,
    /// How many have failed since one was stored.
    failed_in_a_row: u32,
    tolerable_failures: u32,
    /// By it is told how long one took.
    clock: Arc<dyn Clock>,
    /// When the last one was begun.
    begun_at: Timestamp,
    pub(super) report: CheckpointReport,
}

/// How far the last one is that was begun.
#[derive(Debug)]
enum UnderWay {
    /// It is done with.
    Nothing,
    /// What the job remembers is being written down, between reads.
    Captured {
        epoch: Epoch,
        image: Box<Image>,
        taken_at: Timestamp,
    },
    /// It is being stored, beside the records.
    Stored,
}

/// What a checkpoint came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// It is stored, and all output before it is committed.
    Whole,
    /// It is not, and the next one brings what is missing.
    NotWhole,
}

impl Checkpointing {
    /// When the next one is due; `None` while one is under way, whose end is told by the bells.
    pub(super) fn due(&self) -> Option<Timestamp> {
        matches!(self.under_way, UnderWay::Nothing).then_some(self.due)
    }

    /// Whether there is nothing to do: none is under way, and none is due.
    #[inline]
    pub(super) fn rests_at(&self, now: Timestamp) -> bool {
        matches!(self.under_way, UnderWay::Nothing) && now < self.due
    }

    /// Whether sinks keep what they have committed although the job does not go on from there.
    pub(super) fn accepts_duplicates(&self) -> bool {
        !self.report.duplicates.is_empty()
    }

    /// Whether what the job remembers is being written down.
    #[inline]
    pub(super) fn is_capturing(&self) -> bool {
        matches!(self.under_way, UnderWay::Captured { .. })
    }

    /// Whether one is to be begun; not while one is under way.
    pub(super) fn is_to_begin(&mut self, now: Timestamp) -> Result<bool> {
        match self.under_way {
            UnderWay::Nothing => {}
            UnderWay::Captured { .. } => return Ok(false),
            UnderWay::Stored => {
                let Some(answer) = self.writer.answer()? else {
                    return Ok(false);
                };
                self.note(answer)?;
            }
        }
        let is_due = now >= self.due;
        if is_due {
            self.due = now + self.every;
        }
        Ok(is_due)
    }

    /// The number of the next one.
    pub(super) fn next_epoch(&mut self) -> Result<Epoch> {
        let used_up = || {
            let advice = "start the job again, which begins a new count";
            Error::setting("checkpoints", "their numbers are used up", advice)
        };
        self.begun = self.begun.checked_add(1).ok_or_else(used_up)?;
        Ok(Epoch {
            incarnation: self.incarnation,
            number: self.begun,
        })
    }

    /// Whether the next one writes all that tables have; asked once, when it is begun.
    pub(super) fn takes_full(&mut self) -> bool {
        std::mem::take(&mut self.is_full)
    }

    /// Begins one, with what the job remembers but for what is written down in slices; what could not be taken counts as
    /// failed.
    pub(super) fn begin(
        &mut self,
        epoch: Epoch,
        contents: Result<(Contents, Gaps)>,
        taken_at: Timestamp,
    ) -> Result<()> {
        self.begun_at = taken_at;
        match contents {
            Ok((contents, gaps)) => {
                self.under_way = UnderWay::Captured {
                    epoch,
                    image: Box::new(contents.into_image(gaps)),
                    taken_at,
                };
                Ok(())
            }
            Err(error) => self.note_failure(error).map(drop),
        }
    }

    /// Takes what was written down with a slice; if that was the last one, all is stored.
    pub(super) fn take_slice(&mut self, slice: Slice) -> Result<()> {
        let (done, is_more) = slice.finish();
        let UnderWay::Captured { image, .. } = &mut self.under_way else {
            return Ok(());
        };
        for (operator, captured) in done {
            match captured {
                Ok(captured) => {
                    image.captured.insert(operator, captured);
                }
                Err(cause) => {
                    self.under_way = UnderWay::Nothing;
                    let error = state_error("saving", &operator, &cause);
                    return self.note_failure(error).map(drop);
                }
            }
        }
        if is_more {
            return Ok(());
        }
        match std::mem::replace(&mut self.under_way, UnderWay::Stored) {
            UnderWay::Captured {
                epoch,
                image,
                taken_at,
            } => self.writer.store(epoch, *image, taken_at),
            UnderWay::Nothing | UnderWay::Stored => Ok(()),
        }
    }

    /// The last one that was stored in this run.
    pub(super) fn last(&self) -> Option<Epoch> {
        self.report.last
    }

    /// Waits for the one that is being stored.
    pub(super) fn wait(&mut self) -> Result<Taken> {
        if !matches!(self.under_way, UnderWay::Stored) {
            return Ok(Taken::NotWhole);
        }
        let answer = self.writer.wait()?;
        self.note(answer)
    }

    /// Notes what became of the one under way.
    fn note(&mut self, answer: Answer) -> Result<Taken> {
        self.under_way = UnderWay::Nothing;
        match answer.stored {
            Ok(stored) => {
                self.failed_in_a_row = 0;
                self.is_full = stored.is_worn;
                self.report.stored += 1;
                self.report.last = Some(answer.epoch);
                self.report.last_bytes = stored.bytes;
                let now = self.clock.now();
                self.report.note(RecentCheckpoint {
                    epoch: answer.epoch,
                    bytes: stored.bytes,
                    stored_at: now,
                    took: now - self.begun_at,
                });
                tracing::info!(target: "streamlite", checkpoint = %answer.epoch, bytes = stored.bytes, "stored");
                Ok(if stored.is_confirmed {
                    Taken::Whole
                } else {
                    Taken::NotWhole
                })
            }
            Err(NotStored::Abandoned(error)) => self.note_failure(error),
            Err(NotStored::Stopped(error)) => Err(error),
        }
    }

    /// Notes that one could not be taken; too many in a row are an error.
    fn note_failure(&mut self, error: Error) -> Result<Taken> {
        self.failed_in_a_row += 1;
        // What it should have written is not marked any more.
        self.is_full = true;
        self.report.failed += 1;
        self.report.last_error = Some(error.to_string());
        tracing::warn!(target: "streamlite", %error, in_a_row = self.failed_in_a_row, "a checkpoint was not stored");
        if self.failed_in_a_row > self.tolerable_failures {
            return Err(error);
        }
        Ok(Taken::NotWhole)
    }
}

/// A locked storage, before the sinks are known.
pub(super) struct OpenCheckpoints {
    coordinator: Coordinator,
    newest: Newest,
    /// The checkpoint that the savepoint was taken with which the job begins with.
    begins_with: Option<Epoch>,
    every: TimeDelta,
    tolerable_failures: u32,
    accepted: Option<Epoch>,
    resumed_from: Option<Epoch>,
}

impl OpenCheckpoints {
    /// Opens the storage; returns what the newest checkpoint holds.
    pub(super) fn open(
        settings: Settings,
        graph: &'static Graph,
        begins_with: Option<&Contents>,
    ) -> Result<(Self, Option<Contents>)> {
        let begins_with = begins_with.and_then(|contents| contents.progress.epoch);
        // What sinks have committed by a start whose directory is gone must be passed, too.
        let after = begins_with.max(settings.accepted);
        let after = after.map(|epoch| epoch.incarnation).unwrap_or_default();
        let storage = settings.storage;
        let started = Coordinator::start(storage, graph.name(), settings.max_retained, after)?;
        let (coordinator, newest, image) = started;
        let contents = match image {
            None => None,
            Some(image) => {
                let contents = Contents::from_image(graph.name().to_owned(), image);
                Some(contents.map_err(|cause| Error::Savepoint {
                    doing: "reading",
                    cause,
                })?)
            }
        };
        let opened = Self {
            resumed_from: newest.epoch(),
            coordinator,
            newest,
            begins_with,
            every: settings.every,
            tolerable_failures: settings.tolerable_failures,
            accepted: settings.accepted,
        };
        Ok((opened, contents))
    }

    /// Brings the sinks to where the job goes on.
    pub(super) fn recover(self, sinks: Sinks, clock: Arc<dyn Clock>, bells: Bells) -> Result<Checkpointing> {
        let Self {
            mut coordinator,
            newest,
            begins_with,
            every,
            tolerable_failures,
            accepted,
            resumed_from,
        } = self;
        let Recovered {
            quarantined,
            mended,
            duplicates,
        } = coordinator.recover(newest, begins_with, accepted, sinks)?;
        let report = CheckpointReport {
            resumed_from,
            quarantined: quarantined.iter().map(ToString::to_string).collect(),
            mended: mended.map(|mended| mended.to_string()),
            duplicates,
            ..CheckpointReport::default()
        };
        Ok(Checkpointing {
            incarnation: coordinator.incarnation(),
            writer: CheckpointWriter::new(coordinator, bells)?,
            begun: 0,
            every,
            due: clock.now() + every,
            under_way: UnderWay::Nothing,
            is_full: false,
            failed_in_a_row: 0,
            tolerable_failures,
            begun_at: clock.now(),
            clock,
            report,
        })
    }
}
