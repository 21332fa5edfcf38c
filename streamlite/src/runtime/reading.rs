//! The loop that reads the sources and pushes their records through the operators.

use super::driver::Driver;
use super::requests::Requests;
use crate::assembly::Turn;
use crate::connector::ReadStatus;
use crate::control::{Control, JobEvent, Lane, LaneEvent, LaneProgress, Question};
use crate::error::Result;
use crate::state::Slice;
use crate::time::{TimeDelta, Timestamp};

/// How often the operators look at the clock while records flow.
const TICK: TimeDelta = TimeDelta::from_millis(100);
/// The longest wait before the sources are asked again.
const LONGEST_WAIT: i64 = 20;

impl Driver<'_> {
    /// Runs until everything is read or it is asked to stop, and writes out what is buffered.
    pub(super) fn run_to_end(&mut self, requests: &Requests) -> Result<()> {
        let mut wait = 1;
        while !requests.is_stopped() {
            if let Some(request) = requests.next() {
                if self.answer(request)? {
                    // A last checkpoint was taken with the savepoint.
                    return Ok(());
                }
                continue;
            }
            match self.turn()? {
                ReadStatus::Ready => wait = 1,
                ReadStatus::Pending => {
                    self.clock.wait(TimeDelta::from_millis(wait));
                    wait = (wait * 2).min(LONGEST_WAIT);
                }
                ReadStatus::End => break,
            }
        }
        self.flush()?;
        // What was read is committed, also where the job was stopped.
        self.checkpoint_now()
    }

    /// Reads some records of one partition, and pushes them through.
    pub(crate) fn step(&mut self) -> Result<ReadStatus> {
        self.caught(Self::turn)
    }

    /// Reads the lane whose turn it is: `Pending` if no source has anything now, `End` if everything was read.
    pub(crate) fn turn(&mut self) -> Result<ReadStatus> {
        let now = self.clock.now();
        if now - self.last_tick >= TICK {
            self.tick(now)?;
        }
        self.checkpoint_if_due(now)?;
        let Some((feed, lane)) = self.lanes.next() else {
            return self.rest(now);
        };
        // Two sources may meet: a lane is told anew whenever another one was read, of whatever source.
        if self.current.replace(lane) != Some(lane) {
            self.feeds[feed].control(&mut Control::Lane(LaneEvent::Current(lane)));
        }
        self.feeds[feed].watermark(now);
        let alone = self.lanes.running() == 1;
        let quota = if alone {
            self.sizes.batch
        } else {
            self.sizes.run.saturating_sub(self.lanes.in_run(lane)).max(1)
        };
        let (progress, records) = self.read(
            feed,
            Turn {
                lane,
                at_most: quota,
                now,
            },
        )?;
        let is_over = self.lanes.note(lane, records, self.sizes.run, progress);
        if is_over && !alone {
            self.ask_progress(feed, lane);
        }
        if progress == ReadStatus::Pending {
            self.feeds[feed].control(&mut Control::Lane(LaneEvent::Quiet(lane, now)));
        }
        self.parts.failure.check()?;
        Ok(ReadStatus::Ready)
    }

    /// Reads a lane's share, batch by batch; returns how many records it had.
    fn read(&mut self, feed: usize, turn: Turn) -> Result<(ReadStatus, usize)> {
        let mut read = 0;
        loop {
            let at_most = (turn.at_most - read).min(self.sizes.batch);
            let (progress, records) = self.feeds[feed].read(&Turn { at_most, ..turn })?;
            self.parts.failure.check()?;
            read += records.min(turn.at_most - read);
            if progress != ReadStatus::Ready || read == turn.at_most || records == 0 {
                return Ok((progress, read));
            }
        }
    }

    /// No lane has anything.
    fn rest(&mut self, now: Timestamp) -> Result<ReadStatus> {
        if self.lanes.running() == 0 {
            return Ok(ReadStatus::End);
        }
        self.tick(now)?;
        self.control(&mut Control::Job(JobEvent::Flush));
        self.parts.failure.check()?;
        // Nobody waits for anything else.
        self.capture(Slice::all())?;
        self.lanes.ask_again();
        Ok(ReadStatus::Pending)
    }

    /// Lets the operators look at the clock.
    pub(crate) fn tick(&mut self, now: Timestamp) -> Result<()> {
        self.last_tick = now;
        self.control(&mut Control::Job(JobEvent::Tick(now)));
        self.parts.failure.check()
    }

    /// Asks how far a lane has come.
    pub(super) fn ask_progress(&mut self, feed: usize, lane: Lane) {
        let mut progress = LaneProgress::of(lane);
        self.feeds[feed].control(&mut Control::Question(Question::Progress(&mut progress)));
        self.lanes.note_watermark(lane, progress.watermark());
    }
}
