//! A job while it runs: how it starts, and what is done when it fails.

use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use super::before::Before;
use super::checkpointing::{Checkpointing, OpenCheckpoints};
use super::lanes::Lanes;
use super::log_lines;
use super::pace::Pace;
use super::progress::ShowProgress;
#[cfg(feature = "metrics")]
use super::publishing::Publishing;
use super::requests::Requests;
use super::savepoint::Savepoint;
use crate::assembly::{Assembly, Feed, Parts};
use crate::checkpoint::Checkpoints;
use crate::connector::Bells;
use crate::control::{Control, JobEvent, Lane};
use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::metrics::{Metrics, Report};
use crate::time::{Clock, Timestamp};

/// How much is read before something else has its turn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sizes {
    /// How many records are read at once.
    pub(crate) batch: usize,
    /// How many records a lane emits before another has its turn. The order in which partitions are read decides the
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
    pub(super) clock: Arc<dyn Clock>,
    /// What the sources ring when they have something.
    pub(super) bells: Bells,
    pub(super) started: Timestamp,
    /// When this run began, and how long it has waited since, by the clock that knows less than a millisecond.
    pub(super) began: Duration,
    pub(super) waited: Duration,
    pub(super) last_tick: Timestamp,
    pub(super) sizes: Sizes,
    /// What was counted before this run.
    pub(super) before: Before,
    /// How fast event time goes on.
    pub(super) pace: Pace,
    /// What hands its counts on.
    #[cfg(feature = "metrics")]
    pub(super) publishing: Option<Publishing>,
    /// What shows how far it has come.
    pub(super) shown: Option<Box<dyn ShowProgress>>,
    /// The lane that was read last.
    pub(super) current: Option<Lane>,
    /// What the job has failed with.
    failed: Option<Error>,
    /// The last field, so that what is written into a sink is closed before the lock is let go.
    pub(super) checkpointing: Option<Checkpointing>,
}

/// Where a job begins.
#[derive(Debug, Default)]
pub(crate) struct Origin {
    /// Where it goes on, unless there is a checkpoint.
    pub(crate) savepoint: Option<Savepoint>,
    /// What it goes on from if there is one, and where others go.
    pub(crate) checkpoints: Option<Checkpoints>,
    /// What its user counts with.
    pub(crate) metrics: Metrics,
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
        origin: Origin,
        build: impl FnOnce(&Assembly<'env, C>),
    ) -> Result<Self> {
        let start = || {
            let (mut driver, restored) = Self::prepared(graph, clock, sizes, origin, build)?;
            driver.open(restored)?;
            driver.announce();
            // Before the first record, so that whatever goes by the clock knows it.
            driver.tick(driver.started)?;
            Ok(driver)
        };
        catch_unwind(AssertUnwindSafe(start)).unwrap_or_else(|panic| Err(panicked(graph, &*panic)))
    }

    /// Builds the operators and opens the sources; what keeps it from that is an error. Nothing is written.
    pub(crate) fn check<C>(
        graph: &'static Graph,
        clock: Arc<dyn Clock>,
        sizes: Sizes,
        origin: Origin,
        build: impl FnOnce(&Assembly<'env, C>),
    ) -> Result<()> {
        let prepare = || Self::prepared(graph, clock, sizes, origin, build).map(drop);
        catch_unwind(AssertUnwindSafe(prepare)).unwrap_or_else(|panic| Err(panicked(graph, &*panic)))
    }

    /// Builds the operators, restores their states, and opens the sources where they were left: whatever can be refused is
    /// refused here, before any file of the output is touched. Says whether what is there of it stays.
    fn prepared<C>(
        graph: &'static Graph,
        clock: Arc<dyn Clock>,
        sizes: Sizes,
        origin: Origin,
        build: impl FnOnce(&Assembly<'env, C>),
    ) -> Result<(Self, bool)> {
        let Origin {
            savepoint,
            checkpoints,
            metrics,
        } = origin;
        if let Some(savepoint) = &savepoint {
            savepoint.check_pipeline(graph.name())?;
        }
        let begins_with = savepoint.map(|savepoint| savepoint.contents);
        let mut is_checkpoint = false;
        let (checkpoints, saved) = match checkpoints {
            None => (None, begins_with),
            Some(checkpoints) => {
                let (opened, newest) =
                    OpenCheckpoints::open(checkpoints.check()?, graph, begins_with.as_ref())?;
                is_checkpoint = newest.is_some();
                (Some(opened), newest.or(begins_with))
            }
        };
        let saved = saved.as_ref();
        let lanes = saved
            .map(|saved| saved.progress.lanes.clone())
            .unwrap_or_default();
        let assembly = Assembly::new(graph, Arc::clone(&clock), metrics, lanes, checkpoints.is_some());
        build(&assembly);
        let (parts, mut feeds) = assembly.into_parts();
        parts.failure.check()?;
        feeds.sort_by_key(|feed| feed.source());
        let now = clock.now();
        let mut driver = Self {
            parts,
            feeds,
            lanes: Lanes::default(),
            began: clock.elapsed(),
            clock,
            bells: Bells::default(),
            waited: Duration::ZERO,
            started: now,
            last_tick: now,
            pace: Pace::default(),
            #[cfg(feature = "metrics")]
            publishing: None,
            shown: None,
            sizes,
            before: Before::default(),
            current: None,
            failed: None,
            checkpointing: None,
        };
        driver.check_files()?;
        if let Some(checkpoints) = checkpoints {
            let sinks = driver.parts.take_sinks();
            driver.checkpointing =
                Some(checkpoints.recover(sinks, Arc::clone(&driver.clock), driver.bells.clone())?);
        }
        driver.place(saved)?;
        if let Some(saved) = saved {
            driver.restore(saved, is_checkpoint)?;
        }
        if driver.checkpointing.is_some() {
            // A source that cannot go on anywhere says so now, and not at the first checkpoint.
            for feed in &mut driver.feeds {
                feed.places()?;
            }
        }
        let accepts = driver.checkpointing.as_ref();
        let keeps_output = accepts.is_some_and(Checkpointing::accepts_duplicates);
        let restored = saved.is_some() || keeps_output;
        Ok((driver, restored))
    }

    /// Refuses to have two ends of the job on one file.
    fn check_files(&self) -> Result<()> {
        let mut files = self.parts.files.borrow_mut();
        for feed in &self.feeds {
            let name = self.parts.graph.parts().sources[feed.source()].name;
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

    /// Runs until everything is read, it is asked to stop, or nobody reads its output any more.
    pub(super) fn run(&mut self, requests: &Requests) -> Result<Report> {
        let span = tracing::info_span!(target: "streamlite", "job", name = self.graph().name());
        let _entered = span.enter();
        tracing::info!(target: "streamlite", "started");
        match self.caught(|driver| driver.run_to_end(requests)) {
            Ok(()) | Err(Error::NobodyReads) => {
                self.show_end();
                let report = self.report();
                log_lines::ended(&report);
                Ok(report)
            }
            Err(error) => {
                tracing::error!(target: "streamlite", %error, "failed");
                Err(error)
            }
        }
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

    /// Writes out what is buffered, and says what was done.
    pub(crate) fn finish(&mut self) -> Result<Report> {
        self.caught(|driver| {
            driver.flush()?;
            driver.checkpoint_now()
        })?;
        self.show_end();
        Ok(self.report())
    }

    /// Writes out what is buffered.
    pub(super) fn flush(&mut self) -> Result<()> {
        self.control(&mut Control::Job(JobEvent::Flush));
        self.parts.failure.check()
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
        let sources = self.parts.graph.parts().sources;
        let mut feeds = self.feeds.iter();
        feeds.any(|feed| sources[feed.source()].name == source && feed.has_ended())
    }

    pub(crate) fn graph(&self) -> &'static Graph {
        self.parts.graph
    }
}

fn panicked(graph: &'static Graph, panic: &(dyn Any + Send)) -> Error {
    Error::Panic {
        pipeline: graph.name(),
        message: message_of(panic),
    }
}

/// What a panic said.
fn message_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("it said nothing").to_owned()
}
