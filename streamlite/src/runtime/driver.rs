//! The loop that reads the sources and pushes their records through the operators.

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;

use super::lanes::Lanes;
use super::saved::{Saved, SavedSource};
use crate::assembly::{Assembly, Feed, Parts, Read, Turn};
use crate::connector::Progress;
use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::metrics::{Report, SourceTally, Tally};
use crate::record::{Control, Lane};
use crate::state::{Restore, Save};
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
    parts: Rc<Parts>,
    feeds: Vec<Box<dyn Feed + 'env>>,
    lanes: Lanes,
    clock: Arc<dyn Clock>,
    started: Timestamp,
    last_tick: Timestamp,
    sizes: Sizes,
    /// What was counted before this run.
    before: Before,
}

/// What was counted in the runs that this one goes on from.
#[derive(Debug, Default)]
struct Before {
    counts: Tally,
    skipped: BTreeMap<String, u64>,
}

impl fmt::Debug for Driver<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Driver")
            .field("lanes", &self.lanes)
            .finish_non_exhaustive()
    }
}

impl<'env> Driver<'env> {
    /// Builds the operators, restores their states, and opens the sources where they were left.
    pub(crate) fn start<C>(
        graph: &'static Graph,
        clock: Arc<dyn Clock>,
        sizes: Sizes,
        saved: Option<&Saved>,
        build: impl FnOnce(&Assembly<'env, C>),
    ) -> Result<Self> {
        if let Some(saved) = saved {
            saved.check_pipeline(graph.name)?;
        }
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
        };
        if let Some(saved) = saved {
            driver.restore(saved)?;
        }
        driver.open(saved)?;
        driver.parts.failure.check()?;
        Ok(driver)
    }

    /// Opens every source, and announces every partition.
    fn open(&mut self, saved: Option<&Saved>) -> Result<()> {
        let none = SavedSource::default();
        for index in 0..self.feeds.len() {
            let (parts, feed) = (&self.parts, &mut self.feeds[index]);
            let name = parts.graph.sources[feed.source()].name;
            let known = saved.and_then(|saved| saved.sources.get(name)).unwrap_or(&none);
            let partitions = feed.partitions()?;
            let places = known.places(name, partitions, |partition| {
                parts.partition_lane(name, partition)
            })?;
            for place in places.iter().filter(|place| place.read != Read::All) {
                let last_run = known.last_runs.get(&place.lane).copied().unwrap_or(0);
                self.lanes.add(index, place.lane, last_run);
            }
            feed.open(places)?;
        }
        for feed in 0..self.feeds.len() {
            self.ask_progress(feed);
        }
        Ok(())
    }

    /// Saves all that the job remembers; to be called between two reads.
    pub(crate) fn save(&mut self) -> Result<Saved> {
        let mut save = Save::default();
        self.control(&mut Control::Save(&mut save));
        self.parts.failure.check()?;
        let last_runs: BTreeMap<Lane, u64> = self.lanes.last_runs().collect();
        let sources = self.feeds.iter().map(|feed| {
            let name = self.parts.graph.sources[feed.source()].name;
            let places = feed.places();
            let own = |lane: &Lane| places.iter().any(|place| place.lane == *lane);
            let last_runs = last_runs
                .iter()
                .filter(|(lane, _)| own(lane))
                .map(|(lane, run)| (*lane, *run))
                .collect();
            let skipped = feed.skipped() + self.before.skipped.get(name).copied().unwrap_or(0);
            (
                name.to_owned(),
                SavedSource {
                    places,
                    last_runs,
                    skipped,
                },
            )
        });
        let sources = sources.collect();
        Ok(Saved {
            pipeline: self.parts.graph.name.to_owned(),
            states: save.finish()?,
            lanes: self.parts.lane_numbers(),
            sources,
            counts: self.tally(),
        })
    }

    /// Gives the operators their states back, and the counters theirs.
    pub(crate) fn restore(&mut self, saved: &Saved) -> Result<()> {
        let mut restore = Restore::new(saved.states.clone());
        self.control(&mut Control::Restore(&mut restore));
        restore.finish()?;
        self.before = Before {
            counts: saved.counts.clone(),
            skipped: saved
                .sources
                .iter()
                .map(|(name, source)| (name.clone(), source.skipped))
                .collect(),
        };
        self.parts.failure.check()
    }

    /// Runs until everything is read or `stop` says so.
    pub(crate) fn run(&mut self, stop: impl Fn() -> bool) -> Result<Report> {
        self.caught(|driver| driver.run_to_end(&stop))?;
        Ok(self.report())
    }

    /// Does something with the job; a panic in it is an error. What was written before an error is written out.
    pub(crate) fn caught<R>(&mut self, act: impl FnOnce(&mut Self) -> Result<R>) -> Result<R> {
        let pipeline = self.parts.graph.name;
        match catch_unwind(AssertUnwindSafe(|| act(self))) {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(error)) => {
                // The error is the answer; another one that writing out brings is left aside.
                self.control(&mut Control::Flush);
                Err(error)
            }
            Err(panic) => Err(Error::Panic {
                pipeline,
                message: message_of(&*panic),
            }),
        }
    }

    fn run_to_end(&mut self, stop: &dyn Fn() -> bool) -> Result<()> {
        let mut wait = 1;
        while !stop() {
            match self.turn()? {
                Progress::Ready => wait = 1,
                Progress::Pending => {
                    self.clock.wait(TimeDelta::from_millis(wait));
                    wait = (wait * 2).min(LONGEST_WAIT);
                }
                Progress::End => break,
            }
        }
        self.flush()
    }

    /// Writes out what is buffered.
    pub(crate) fn flush(&mut self) -> Result<()> {
        self.control(&mut Control::Flush);
        self.parts.failure.check()
    }

    /// Reads the lane whose turn it is: `Pending` if no source has anything now, `End` if everything was read.
    pub(crate) fn turn(&mut self) -> Result<Progress> {
        let now = self.clock.now();
        if now - self.last_tick >= TICK {
            self.tick(now)?;
        }
        let Some((feed, lane)) = self.lanes.next() else {
            return self.rest(now);
        };
        self.feeds[feed].watermark(now);
        let alone = self.lanes.running() == 1;
        let quota = if alone { self.sizes.batch } else { self.sizes.run };
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
        Ok(Progress::Ready)
    }

    /// Reads a lane's share, batch by batch.
    fn read(&mut self, feed: usize, turn: Turn) -> Result<Progress> {
        let mut left = turn.at_most;
        loop {
            let at_most = left.min(self.sizes.batch);
            let (progress, records) = self.feeds[feed].read(&Turn { at_most, ..turn })?;
            self.parts.failure.check()?;
            left -= records.min(left);
            if progress != Progress::Ready || left == 0 || records == 0 {
                return Ok(progress);
            }
        }
    }

    /// No lane has anything.
    fn rest(&mut self, now: Timestamp) -> Result<Progress> {
        if self.lanes.running() == 0 {
            return Ok(Progress::End);
        }
        self.tick(now)?;
        self.control(&mut Control::Flush);
        self.parts.failure.check()?;
        self.lanes.ask_again();
        Ok(Progress::Pending)
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

    /// What was counted, in the runs before this one, too.
    fn tally(&mut self) -> Tally {
        let mut tally = Tally::new(self.parts.graph);
        self.control(&mut Control::Count(&mut tally));
        tally.derive(self.parts.graph);
        tally.add(&self.before.counts);
        tally
    }

    /// What the job has done so far.
    pub(crate) fn report(&mut self) -> Report {
        let (graph, tally) = (self.parts.graph, self.tally());
        let sources = self.feeds.iter().map(|feed| {
            let name = graph.sources[feed.source()].name;
            SourceTally {
                description: feed.describe(),
                kept: feed.keeps_bad_records(),
                skipped: feed.skipped() + self.before.skipped.get(name).copied().unwrap_or(0),
            }
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
