//! The loop that reads the sources and pushes their records through the operators.

use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;

use super::lanes::Lanes;
use crate::assembly::{Assembly, Feed, Parts, Turn};
use crate::connector::Progress;
use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::metrics::{Report, SourceTally, Tally};
use crate::record::{Control, Lane};
use crate::time::{Clock, TimeDelta, Timestamp};

/// How many records a lane gives before another has its turn. The order in which partitions are read decides the
/// order of the output, so it is no setting.
const RUN: usize = 256;
/// How many records are read at once.
const BATCH: usize = 4096;
/// How often the operators look at the clock while records flow.
const TICK: TimeDelta = TimeDelta::from_millis(100);
/// The longest wait before the sources are asked again.
const LONGEST_WAIT: i64 = 20;

/// A job while it runs.
pub(crate) struct Driver<'env> {
    parts: Rc<Parts>,
    feeds: Vec<Box<dyn Feed + 'env>>,
    lanes: Lanes,
    clock: Arc<dyn Clock>,
    started: Timestamp,
    last_tick: Timestamp,
    batch: usize,
}

/// What a turn came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turned {
    /// Something was read.
    Ran,
    /// No source has anything now.
    Waiting,
    /// Everything was read.
    Ended,
}

impl fmt::Debug for Driver<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Driver")
            .field("lanes", &self.lanes)
            .finish_non_exhaustive()
    }
}

impl<'env> Driver<'env> {
    /// Builds the operators, and opens the sources.
    pub(crate) fn start<C>(
        graph: &'static Graph,
        clock: Arc<dyn Clock>,
        batch: Option<usize>,
        build: impl FnOnce(&Assembly<'env, C>),
    ) -> Result<Self> {
        let assembly = Assembly::new(graph);
        build(&assembly);
        let (parts, mut feeds) = assembly.into_parts();
        parts.failure.check()?;
        feeds.sort_by_key(|feed| feed.source());
        let mut lanes = Lanes::default();
        for (index, feed) in feeds.iter_mut().enumerate() {
            let count = feed.partitions()?;
            let first = parts.lanes(count);
            feed.open(first)?;
            (first.0..first.0 + count).for_each(|lane| lanes.add(index, Lane(lane)));
        }
        parts.failure.check()?;
        let now = clock.now();
        Ok(Self {
            parts,
            feeds,
            lanes,
            clock,
            started: now,
            last_tick: now,
            batch: batch.unwrap_or(BATCH),
        })
    }

    /// Runs until everything is read or `stop` says so.
    pub(crate) fn run(&mut self, stop: impl Fn() -> bool) -> Result<Report> {
        let name = self.parts.graph.name;
        match catch_unwind(AssertUnwindSafe(|| self.run_to_end(&stop))) {
            Ok(Ok(())) => Ok(self.report()),
            Ok(Err(error)) => {
                // The error is the answer; another one that writing out brings is left aside.
                self.control(&mut Control::Flush);
                Err(error)
            }
            Err(panic) => Err(Error::Panic {
                pipeline: name,
                message: message_of(&*panic),
            }),
        }
    }

    fn run_to_end(&mut self, stop: &dyn Fn() -> bool) -> Result<()> {
        let mut wait = 1;
        while !stop() {
            match self.turn()? {
                Turned::Ran => wait = 1,
                Turned::Waiting => {
                    self.clock.wait(TimeDelta::from_millis(wait));
                    wait = (wait * 2).min(LONGEST_WAIT);
                }
                Turned::Ended => break,
            }
        }
        self.control(&mut Control::Flush);
        self.parts.failure.check()
    }

    /// Reads the lane whose turn it is.
    pub(crate) fn turn(&mut self) -> Result<Turned> {
        let now = self.clock.now();
        if now - self.last_tick >= TICK {
            self.tick(now)?;
        }
        let Some((feed, lane)) = self.lanes.next() else {
            return self.rest(now);
        };
        self.feeds[feed].watermark(now);
        let alone = self.lanes.running() == 1;
        let quota = if alone { self.batch } else { RUN };
        let progress = self.read(
            feed,
            Turn {
                lane,
                at_most: quota,
                now,
            },
        )?;
        self.lanes.note(lane, progress);
        if !alone {
            self.ask_progress(feed);
        }
        if progress == Progress::Pending {
            self.feeds[feed].control(&mut Control::LaneQuiet(lane, now));
        }
        self.parts.failure.check()?;
        Ok(Turned::Ran)
    }

    /// Reads a lane's share, batch by batch.
    fn read(&mut self, feed: usize, turn: Turn) -> Result<Progress> {
        let mut left = turn.at_most;
        loop {
            let at_most = left.min(self.batch);
            let (progress, records) = self.feeds[feed].read(&Turn { at_most, ..turn })?;
            self.parts.failure.check()?;
            left -= records.min(left);
            if progress != Progress::Ready || left == 0 || records == 0 {
                return Ok(progress);
            }
        }
    }

    /// No lane has anything.
    fn rest(&mut self, now: Timestamp) -> Result<Turned> {
        if self.lanes.running() == 0 {
            return Ok(Turned::Ended);
        }
        self.tick(now)?;
        self.control(&mut Control::Flush);
        self.parts.failure.check()?;
        self.lanes.ask_again();
        Ok(Turned::Waiting)
    }

    /// Lets the operators look at the clock.
    pub(crate) fn tick(&mut self, now: Timestamp) -> Result<()> {
        self.last_tick = now;
        self.control(&mut Control::Tick(now));
        self.parts.failure.check()
    }

    fn ask_progress(&mut self, feed: usize) {
        let mut progress = self.lanes.unknown_progress();
        self.feeds[feed].control(&mut Control::Progress(&mut progress));
        self.lanes.note_progress(feed, &progress);
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

    pub(crate) fn graph(&self) -> &'static Graph {
        self.parts.graph
    }

    pub(crate) fn check(&self) -> Result<()> {
        self.parts.failure.check()
    }

    /// What the job has done so far.
    pub(crate) fn report(&mut self) -> Report {
        let graph = self.parts.graph;
        let mut tally = Tally::new(graph);
        self.control(&mut Control::Count(&mut tally));
        let sources = self.feeds.iter().map(|feed| SourceTally {
            description: feed.describe(),
            skipped: feed.skipped(),
        });
        let sources: Vec<_> = sources.collect();
        Report::new(graph, &tally, &sources, self.clock.now() - self.started)
    }
}

/// What a panic said.
fn message_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("it said nothing").to_owned()
}
