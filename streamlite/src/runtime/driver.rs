//! The loop that reads the sources and pushes their records through the operators.

use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;

use super::lanes::Lanes;
use super::remember::Before;
use super::savepoint::Savepoint;
use crate::assembly::{Assembly, Feed, Parts, Turn};
use crate::connector::ReadStatus;
use crate::control::{Control, JobEvent, Lane, LaneEvent, LaneProgress, Question};
use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::metrics::{Report, SourceTally, Tally};
use crate::time::{Clock, TimeDelta, Timestamp};

/// How often the operators look at the clock while records flow.
const TICK: TimeDelta = TimeDelta::from_millis(100);
/// The longest wait before the sources are asked again.
const LONGEST_WAIT: i64 = 20;

/// How much is read before something else has its turn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sizes {
    /// How many records are read at once.
    pub(crate) batch: usize,
    /// How many records a lane gives before another has its turn. The order in which partitions are read decides the
    /// order of the output, so this is no setting but for tests.
    pub(crate) run: usize,
}

impl Default for Sizes {
    fn default() -> Self {
        Self {
            batch: 4096,
            run: 256,
        }
    }
}

/// A job while it runs.
pub(crate) struct Driver<'env> {
    pub(super) parts: Rc<Parts>,
    pub(super) feeds: Vec<Box<dyn Feed + 'env>>,
    pub(super) lanes: Lanes,
    clock: Arc<dyn Clock>,
    started: Timestamp,
    last_tick: Timestamp,
    sizes: Sizes,
    /// What was counted before this run.
    pub(super) before: Before,
    /// The lane that was read last.
    current: Option<Lane>,
    /// What the job has failed with.
    failed: Option<Error>,
}

impl fmt::Debug for Driver<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Driver")
            .field("lanes", &self.lanes)
            .finish_non_exhaustive()
    }
}

impl<'env> Driver<'env> {
    /// Builds the operators, restores their states, and opens the sources where they were left. A panic in it is an
    /// error.
    pub(crate) fn start<C>(
        graph: &'static Graph,
        clock: Arc<dyn Clock>,
        sizes: Sizes,
        savepoint: Option<&Savepoint>,
        build: impl FnOnce(&Assembly<'env, C>),
    ) -> Result<Self> {
        let start = || Self::try_start(graph, clock, sizes, savepoint, build);
        catch_unwind(AssertUnwindSafe(start)).unwrap_or_else(|panic| Err(panicked(graph, &*panic)))
    }

    fn try_start<C>(
        graph: &'static Graph,
        clock: Arc<dyn Clock>,
        sizes: Sizes,
        savepoint: Option<&Savepoint>,
        build: impl FnOnce(&Assembly<'env, C>),
    ) -> Result<Self> {
        if let Some(savepoint) = savepoint {
            savepoint.check_pipeline(graph.name)?;
        }
        let saved = savepoint.map(|savepoint| &savepoint.contents);
        let assembly = Assembly::new(graph, saved.map(|saved| saved.lanes.clone()).unwrap_or_default());
        build(&assembly);
        let (parts, mut feeds) = assembly.into_parts();
        parts.failure.check()?;
        feeds.sort_by_key(|feed| feed.source());
        let now = clock.now();
        let mut driver = Self {
            parts,
            feeds,
            lanes: Lanes::default(),
            clock,
            started: now,
            last_tick: now,
            sizes,
            before: Before::default(),
            current: None,
            failed: None,
        };
        driver.check_files()?;
        driver.place(saved)?;
        if let Some(saved) = saved {
            driver.restore(saved)?;
        }
        // Whatever can be refused was refused: only now may a file be touched.
        driver.open(saved.is_some())?;
        driver.announce();
        driver.parts.failure.check()?;
        Ok(driver)
    }

    /// Refuses to have two ends of the job on one file.
    fn check_files(&self) -> Result<()> {
        let mut files = self.parts.files.borrow_mut();
        for feed in &self.feeds {
            let name = self.parts.graph.sources[feed.source()].name;
            files.add_source(name, feed.files());
        }
        files.check()
    }

    /// Opens what is written: only now, when the sources are open, may a file be emptied.
    fn open(&mut self, restored: bool) -> Result<()> {
        for feed in &mut self.feeds {
            feed.start(restored)?;
        }
        self.control(&mut Control::Job(JobEvent::Start { restored }));
        self.parts.failure.check()
    }

    /// Announces every partition.
    fn announce(&mut self) {
        for feed in &mut self.feeds {
            feed.announce();
        }
        for (feed, lane) in self.lanes.all() {
            // The turn of a lane follows from how far it had come before its run.
            if self.lanes.in_run(lane) == 0 {
                self.ask_progress(feed, lane);
            }
        }
    }

    /// How long the job has run, in the runs before this one, too.
    pub(super) fn elapsed(&self) -> TimeDelta {
        self.before.elapsed + (self.clock.now() - self.started)
    }

    /// Runs until everything is read or `stop` says so.
    pub(crate) fn run(&mut self, stop: impl Fn() -> bool) -> Result<Report> {
        self.caught(|driver| driver.run_to_end(&stop))?;
        Ok(self.report())
    }

    /// Does something with the job. A panic in it is an error; a job that has failed fails again, with the same error,
    /// whatever is asked of it. What was written before an error is written out.
    pub(crate) fn caught<R>(&mut self, act: impl FnOnce(&mut Self) -> Result<R>) -> Result<R> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        self.parts.failure.check()?;
        let graph = self.parts.graph;
        let done = catch_unwind(AssertUnwindSafe(|| act(self)));
        let error = match done {
            Ok(Ok(done)) => return Ok(done),
            Ok(Err(error)) => {
                // The error is the answer; another one that writing out brings is left aside.
                let flush = || self.control(&mut Control::Job(JobEvent::Flush));
                let _ = catch_unwind(AssertUnwindSafe(flush));
                error
            }
            Err(panic) => panicked(graph, &*panic),
        };
        self.failed = Some(error.clone());
        Err(error)
    }

    fn run_to_end(&mut self, stop: &dyn Fn() -> bool) -> Result<()> {
        let mut wait = 1;
        while !stop() {
            match self.turn()? {
                ReadStatus::Ready => wait = 1,
                ReadStatus::Pending => {
                    self.clock.wait(TimeDelta::from_millis(wait));
                    wait = (wait * 2).min(LONGEST_WAIT);
                }
                ReadStatus::End => break,
            }
        }
        self.flush()
    }

    /// Reads some records of one partition, and pushes them through.
    pub(crate) fn step(&mut self) -> Result<ReadStatus> {
        self.caught(Self::turn)
    }

    /// Writes out what is buffered, and says what was done.
    pub(crate) fn finish(&mut self) -> Result<Report> {
        self.caught(Self::flush)?;
        Ok(self.report())
    }

    /// Writes out what is buffered.
    fn flush(&mut self) -> Result<()> {
        self.control(&mut Control::Job(JobEvent::Flush));
        self.parts.failure.check()
    }

    /// Reads the lane whose turn it is: `Pending` if no source has anything now, `End` if everything was read.
    pub(crate) fn turn(&mut self) -> Result<ReadStatus> {
        let now = self.clock.now();
        if now - self.last_tick >= TICK {
            self.tick(now)?;
        }
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

    /// Reads a lane's share, batch by batch; gives how many records it had.
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
        self.lanes.ask_again();
        Ok(ReadStatus::Pending)
    }

    /// Lets the operators look at the clock.
    pub(crate) fn tick(&mut self, now: Timestamp) -> Result<()> {
        self.last_tick = now;
        self.control(&mut Control::Job(JobEvent::Tick(now)));
        self.parts.failure.check()
    }

    fn ask_progress(&mut self, feed: usize, lane: Lane) {
        let mut progress = LaneProgress::of(lane);
        self.feeds[feed].control(&mut Control::Question(Question::Progress(&mut progress)));
        self.lanes.note_watermark(lane, progress.watermark());
    }

    /// Passes a control signal through the whole job.
    pub(crate) fn control(&mut self, control: &mut Control<'_>) {
        for feed in &mut self.feeds {
            feed.control(control);
        }
    }

    /// Passes a control signal down from one source.
    pub(crate) fn control_source(&mut self, source: usize, control: &mut Control<'_>) {
        for feed in self.feeds.iter_mut().filter(|feed| feed.source() == source) {
            feed.control(control);
        }
    }

    /// The first lane of a source.
    pub(crate) fn lane_of(&self, source: usize) -> Option<Lane> {
        let feed = self.feeds.iter().position(|feed| feed.source() == source)?;
        self.lanes.first_of(feed)
    }

    /// Whether every partition of a source was read to its end.
    pub(crate) fn has_ended(&self, source: &str) -> bool {
        let sources = self.parts.graph.sources;
        let mut feeds = self.feeds.iter();
        feeds.any(|feed| sources[feed.source()].name == source && feed.has_ended())
    }

    pub(crate) fn graph(&self) -> &'static Graph {
        self.parts.graph
    }

    /// What was counted, in the runs before this one, too.
    pub(super) fn tally(&mut self) -> Tally {
        let mut tally = Tally::new(self.parts.graph);
        self.control(&mut Control::Question(Question::Count(&mut tally)));
        tally.derive(self.parts.graph);
        tally.add(self.parts.graph, &self.before.counts);
        tally
    }

    /// What the job has done so far.
    pub(crate) fn report(&mut self) -> Report {
        let (graph, tally) = (self.parts.graph, self.tally());
        let sources = self.feeds.iter().map(|feed| {
            let identity = graph.sources[feed.source()].identity;
            SourceTally {
                description: feed.describe(),
                kept: feed.keeps_bad_records(),
                skipped: feed.skipped() + self.before.skipped.get(identity).copied().unwrap_or(0),
            }
        });
        let sources: Vec<_> = sources.collect();
        Report::new(graph, &tally, &sources, self.elapsed())
    }
}

fn panicked(graph: &'static Graph, panic: &(dyn Any + Send)) -> Error {
    Error::Panic {
        pipeline: graph.name,
        message: message_of(panic),
    }
}

/// What a panic said.
fn message_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("it said nothing").to_owned()
}
