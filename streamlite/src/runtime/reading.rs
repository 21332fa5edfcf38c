//! The loop that reads the sources and pushes their records through the operators.

use std::collections::BTreeMap;
use std::time::Duration;

use super::checkpointing::Checkpointing;
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
/// How long it waits at most where something may happen of which it is not told: a clock that moves by hand.
const SHORT: TimeDelta = TimeDelta::from_millis(1);

impl Driver<'_> {
    /// Runs until everything is read or it is asked to stop, and writes out what is buffered.
    pub(super) fn run_to_end(&mut self, requests: &Requests) -> Result<()> {
        requests.wake_by(&self.bells);
        loop {
            // Whoever calls after this is heard before the next wait ends.
            self.bells.attend();
            if requests.is_stopped() {
                break;
            }
            if let Some(request) = requests.next() {
                if self.answer(request)? {
                    // A last checkpoint was taken with the savepoint.
                    return Ok(());
                }
                continue;
            }
            match self.turn()? {
                ReadStatus::Ready => {}
                ReadStatus::Pending | ReadStatus::Later(_) => self.wait(),
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
        self.bells.hear(|lane| self.lanes.rung(Lane(lane)));
        self.lanes.ask_due(now);
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
        let is_over = self.lanes.note(lane, (records, self.sizes.run), progress, now);
        if is_over && !alone {
            self.ask_progress(feed, lane);
        }
        if let ReadStatus::Pending | ReadStatus::Later(_) = progress {
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
            self.parts.probe.begin();
            let (progress, records) = self.feeds[feed].read(&Turn { at_most, ..turn })?;
            self.parts.probe.end();
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
        Ok(ReadStatus::Pending)
    }

    /// Reads nothing any more, as if every partition had come to its end here.
    pub(super) fn drain(&mut self) -> Result<()> {
        for feed in &mut self.feeds {
            feed.end_all()?;
        }
        self.lanes.end_all();
        self.parts.failure.check()
    }

    /// Lets all partitions be asked again that had nothing: a test has something for them.
    pub(crate) fn ask_all(&mut self) {
        self.lanes.ask_all();
    }

    /// Waits until a source has something, somebody asks for something, or something is due.
    fn wait(&mut self) {
        let began = self.clock.elapsed();
        let now = self.clock.now();
        let checkpoint = self.checkpointing.as_ref();
        let untold = self.clock.is_manual();
        let due = [self.lanes.next_due(), checkpoint.and_then(Checkpointing::due)];
        let due = due.into_iter().flatten().map(|due| due - now);
        let most = due.chain(untold.then_some(SHORT)).fold(TICK, TimeDelta::min);
        self.bells.wait(most.try_into().ok().or(Some(Duration::ZERO)));
        self.waited += self.clock.elapsed().saturating_sub(began);
    }

    /// Lets the operators look at the clock.
    pub(crate) fn tick(&mut self, now: Timestamp) -> Result<()> {
        self.last_tick = now;
        self.parts.probe.set_due();
        self.show_progress();
        #[cfg(feature = "metrics")]
        self.publish_if_due(now);
        if self.pace.is_due(now) {
            self.note_pace(now);
        }
        self.control(&mut Control::Job(JobEvent::Tick(now)));
        self.parts.failure.check()
    }

    /// Notes how far all lanes have come.
    fn note_pace(&mut self, now: Timestamp) {
        let mut watermarks = BTreeMap::new();
        for (feed, lane) in self.lanes.all() {
            let progress = self.progress_of(feed, lane);
            watermarks.extend(progress.watermark().map(|watermark| (lane, watermark)));
        }
        self.pace.note(now, watermarks);
    }

    /// How far a lane has come.
    pub(super) fn progress_of(&mut self, feed: usize, lane: Lane) -> LaneProgress {
        let mut progress = LaneProgress::of(lane);
        self.feeds[feed].control(&mut Control::Question(Question::Progress(&mut progress)));
        progress
    }

    /// Asks how far a lane has come.
    pub(super) fn ask_progress(&mut self, feed: usize, lane: Lane) {
        let progress = self.progress_of(feed, lane);
        self.lanes.note_watermark(lane, progress.watermark());
    }
}
