//! Taking a checkpoint, between two reads.

use super::checkpointing::Taken;
use super::driver::Driver;
use crate::error::Result;
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
            self.begin_checkpoint()?;
        }
        Ok(())
    }

    /// Takes what the job remembers, and has it stored beside the records.
    fn begin_checkpoint(&mut self) -> Result<()> {
        let Some(checkpointing) = &mut self.checkpointing else {
            return Ok(());
        };
        let epoch = checkpointing.next_epoch()?;
        let contents = self.contents(Some(epoch));
        self.parts.failure.check()?;
        let now = self.clock.now();
        match &mut self.checkpointing {
            Some(checkpointing) => checkpointing.store(epoch, contents, now),
            None => Ok(()),
        }
    }

    /// Takes a checkpoint, and waits until it is stored and all output before it is committed.
    pub(super) fn checkpoint_now(&mut self) -> Result<()> {
        loop {
            let Some(checkpointing) = &mut self.checkpointing else {
                return Ok(());
            };
            // What was under way does not have all.
            checkpointing.wait()?;
            self.begin_checkpoint()?;
            let Some(checkpointing) = &mut self.checkpointing else {
                return Ok(());
            };
            if checkpointing.wait()? == Taken::Whole {
                return Ok(());
            }
        }
    }
}
