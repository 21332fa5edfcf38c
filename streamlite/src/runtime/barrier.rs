//! Taking a checkpoint, between two reads.

use super::checkpointing::{Checkpointing, Taken};
use super::driver::Driver;
use super::requests::{Answer, Request, Wanted};
use super::savepoint::Savepoint;
use crate::control::{Control, Question};
use crate::error::{Error, Result};
use crate::state::Slice;
use crate::time::Timestamp;

impl Driver<'_> {
    /// Begins a checkpoint if it is time.
    #[inline]
    pub(super) fn checkpoint_if_due(&mut self, now: Timestamp) -> Result<()> {
        match &self.checkpointing {
            None => Ok(()),
            Some(checkpointing) if checkpointing.rests_at(now) => Ok(()),
            Some(_) => self.attend_to_checkpoints(now),
        }
    }

    #[cold]
    fn attend_to_checkpoints(&mut self, now: Timestamp) -> Result<()> {
        let Some(checkpointing) = &mut self.checkpointing else {
            return Ok(());
        };
        if checkpointing.is_to_begin(now)? {
            self.begin_checkpoint()
        } else {
            self.capture(Slice::one())
        }
    }

    /// Takes what the job remembers, and has it stored beside the records.
    fn begin_checkpoint(&mut self) -> Result<()> {
        let Some(checkpointing) = &mut self.checkpointing else {
            return Ok(());
        };
        let epoch = checkpointing.next_epoch()?;
        let is_full = checkpointing.takes_full();
        let contents = self.contents(Some(epoch), is_full);
        self.parts.failure.check()?;
        let now = self.clock.now();
        match &mut self.checkpointing {
            Some(checkpointing) => checkpointing.begin(epoch, contents, now)?,
            None => return Ok(()),
        }
        // Where no table is large this is all.
        self.capture(Slice::one())
    }

    /// Writes a slice of what the job remembered at the barrier.
    pub(super) fn capture(&mut self, mut slice: Slice) -> Result<()> {
        if !self
            .checkpointing
            .as_ref()
            .is_some_and(Checkpointing::is_capturing)
        {
            return Ok(());
        }
        self.control(&mut Control::Question(Question::Capture(&mut slice)));
        self.parts.failure.check()?;
        match &mut self.checkpointing {
            Some(checkpointing) => checkpointing.take_slice(slice),
            None => Ok(()),
        }
    }

    /// Takes a checkpoint if the job takes any, and waits until it is stored and all output before it is committed.
    pub(super) fn checkpoint_now(&mut self) -> Result<()> {
        // One that is under way does not have all.
        self.wait_for_checkpoint()?;
        loop {
            if self.checkpointing.is_none() {
                return Ok(());
            }
            self.begin_checkpoint()?;
            if self.wait_for_checkpoint()? == Taken::Whole {
                return Ok(());
            }
        }
    }

    fn wait_for_checkpoint(&mut self) -> Result<Taken> {
        self.capture(Slice::all())?;
        match &mut self.checkpointing {
            Some(checkpointing) => checkpointing.wait(),
            None => Ok(Taken::NotWhole),
        }
    }

    /// Takes the checkpoint that is asked for.
    pub(crate) fn checkpoint(&mut self) -> Result<()> {
        self.asks_for_checkpoints()?;
        self.caught(Self::checkpoint_now)
    }

    /// Refuses to take a checkpoint in a job that has no place for it.
    fn asks_for_checkpoints(&self) -> Result<()> {
        if self.checkpointing.is_some() {
            return Ok(());
        }
        let setting = format!("the job `{}`", self.graph().name());
        Err(Error::setting(
            setting,
            "it takes no checkpoints",
            "write `.checkpoints(…)`",
        ))
    }

    /// Does what it was asked from outside; says whether the job is to end with it. What goes wrong is the answer; that a
    /// checkpoint could not be stored is an error of the job, too, which must not go on then.
    pub(super) fn answer(&mut self, request: Request) -> Result<bool> {
        let Request { wanted, answer } = request;
        let is_over = matches!(wanted, Wanted::StopWithSavepoint(_));
        let done = self.carry_out(wanted);
        // Who has asked need not wait for it.
        let (done, answered) = match done {
            Ok(answered) => (Ok(answered.is_ok()), answered),
            Err(error) => (Err(error.clone()), Err(error)),
        };
        let _ = answer.send(answered);
        Ok(done? && is_over)
    }

    /// The outer error is one of the job.
    fn carry_out(&mut self, wanted: Wanted) -> Result<Result<Answer>> {
        match wanted {
            Wanted::Checkpoint => {
                let refused = self.asks_for_checkpoints();
                if refused.is_ok() {
                    self.checkpoint_now()?;
                }
                Ok(refused.map(|()| Answer::Done))
            }
            Wanted::Drain => self.drain().map(|()| Ok(Answer::Done)),
            Wanted::Metrics => Ok(Ok(Answer::Metrics(Box::new(self.report())))),
            Wanted::Watermarks => Ok(Ok(Answer::Watermarks(self.watermarks()))),
            Wanted::State(mut query) => {
                query.run(self);
                Ok(Ok(Answer::State(query)))
            }
            Wanted::Savepoint(path) | Wanted::StopWithSavepoint(path) => {
                self.flush()?;
                self.checkpoint_now()?;
                let saved = self.saved();
                self.parts.failure.check()?;
                let written = saved.and_then(|savepoint| savepoint.write_to(&path));
                Ok(written.map(|()| Answer::Done))
            }
        }
    }

    /// Saves all that the job remembers; to be called between two reads. Where the job takes checkpoints, it is that of one,
    /// so that the sinks have committed what is before it, and nothing of what is after.
    pub(crate) fn savepoint(&mut self) -> Result<Savepoint> {
        // A state that cannot be written is no failure of the job, which may go on; what fails in a sink stays in
        // `Failure`.
        self.caught(|driver| {
            driver.checkpoint_now()?;
            Ok(driver.saved())
        })?
    }

    /// What the job remembers, as that of the last checkpoint: nothing was read since.
    fn saved(&mut self) -> Result<Savepoint> {
        let (mut contents, _) = self.contents(None, true)?;
        contents.progress.epoch = self.checkpointing.as_ref().and_then(Checkpointing::last);
        Ok(Savepoint { contents })
    }
}
