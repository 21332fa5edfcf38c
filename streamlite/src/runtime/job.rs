//! A pipeline that is ready to run.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use super::driver::{Driver, Origin, Sizes};
use super::handle::JobHandle;
use super::observer::{Companion, Observer};
use super::requests::Requests;
use super::running::RunningJob;
use super::savepoint::Savepoint;
use super::showing::shown;
use super::signals::Signals;
use crate::assembly::Assembly;
use crate::checkpoint::Checkpoints;
use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::metrics::{Metrics, Report};
use crate::state::Durable;
use crate::time::{Clock, SystemClock};

/// A pipeline with its sources and sinks, ready to run: what a function of [`pipeline!`](crate::pipeline) returns.
///
/// It has no type parameters, so that it can be stored, and sent to a thread.
#[must_use = "a job does nothing until it runs"]
pub struct Job {
    graph: &'static Graph,
    build: Build,
    clock: Arc<dyn Clock>,
    sizes: Sizes,
    savepoint: Option<Savepoint>,
    checkpoints: Option<Checkpoints>,
    metrics: Option<Metrics>,
    shows_progress: bool,
    #[cfg(feature = "metrics")]
    publishes: bool,
    companions: Vec<Box<dyn Companion>>,
}

type Build = Box<dyn FnOnce(&Assembly<'static, Durable>) + Send>;

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job")
            .field("name", &self.graph.name())
            .finish_non_exhaustive()
    }
}

impl Job {
    /// A job of what `build` builds; the macro calls this.
    #[doc(hidden)]
    pub fn durable(
        graph: &'static Graph,
        build: impl FnOnce(&Assembly<'static, Durable>) + Send + 'static,
    ) -> Self {
        Self {
            graph,
            build: Box::new(build),
            clock: Arc::new(SystemClock::new()),
            sizes: Sizes::default(),
            savepoint: None,
            checkpoints: None,
            metrics: None,
            shows_progress: false,
            #[cfg(feature = "metrics")]
            publishes: false,
            companions: Vec::new(),
        }
    }

    /// Its graph.
    #[must_use]
    pub fn graph(&self) -> &'static Graph {
        self.graph
    }

    /// Takes the time from another clock.
    pub fn clock(self, clock: impl Clock + 'static) -> Self {
        Self {
            clock: Arc::new(clock),
            ..self
        }
    }

    /// Reads at most so many records at once. What comes out does not depend on it; how soon may.
    pub fn batch_size(self, records: usize) -> Self {
        let sizes = Sizes {
            batch: records.max(1),
            ..self.sizes
        };
        Self { sizes, ..self }
    }

    /// How many records a partition emits before another has its turn; for tests of small inputs.
    #[doc(hidden)]
    pub fn turn_size(self, records: usize) -> Self {
        let sizes = Sizes {
            run: records.max(1),
            ..self.sizes
        };
        Self { sizes, ..self }
    }

    /// Goes on where a run of the same pipeline was saved, once it runs or is started: every partition at its place, every
    /// operator with its state, the counters with their counts.
    ///
    /// What cannot go on exactly is refused when the job starts: a savepoint of another pipeline, a state that no
    /// operator takes or that another kind of operator saved, a source or a partition that is gone, a file that is
    /// another one now.
    ///
    /// Files that were written stay: a file sink goes on after what is there, also one of `create`. What was written after
    /// the savepoint is written again.
    pub fn restore(self, savepoint: &Savepoint) -> Self {
        Self {
            savepoint: Some(savepoint.clone()),
            ..self
        }
    }

    /// The same from a file that [`JobHandle::savepoint`] has written.
    ///
    /// # Errors
    /// If it cannot be read, or is no savepoint.
    pub fn restore_from(self, path: impl AsRef<Path>) -> Result<Self> {
        let savepoint = Savepoint::read_from(path.as_ref())?;
        Ok(Self {
            savepoint: Some(savepoint),
            ..self
        })
    }

    /// Takes checkpoints, and goes on from the newest one if there is one: after a crash the same command resumes, and what is
    /// committed is that of one run without a crash.
    ///
    /// The last one is taken at the end, and when the job is stopped. Sinks whose output is committed with checkpoints, as
    /// those of files, show it only then, exactly once; see [`SinkReport::delivery`](crate::metrics::SinkReport::delivery).
    ///
    /// A savepoint that was given by [`restore`](Self::restore) is where the job begins if there is no checkpoint yet.
    pub fn checkpoints(self, checkpoints: Checkpoints) -> Self {
        Self {
            checkpoints: Some(checkpoints),
            ..self
        }
    }

    /// Counts in these metrics, which can be read while the job runs, and are in its [report](Report::metrics).
    pub fn metrics(self, metrics: &Metrics) -> Self {
        Self {
            metrics: Some(metrics.clone()),
            ..self
        }
    }

    /// Shows how far it has come while it runs. With the feature `progress`, and if standard error is a terminal: for each source
    /// of which the size is known, as of files, a bar with bytes, records, their rate and the time that is left, for each other
    /// one a line; and the watermark. Otherwise as an event of `tracing` every ten seconds, for whoever has a subscriber.
    ///
    /// What is printed to a terminal meanwhile is between the bars.
    pub fn progress(self) -> Self {
        Self {
            shows_progress: true,
            ..self
        }
    }

    /// Hands what it counts on to the recorder of the [`metrics`](https://docs.rs/metrics) crate, once a second and at its end: the
    /// numbers of [`Report::to_prometheus`], by the same names. A program without a recorder hands them to nobody. To be had with
    /// the feature `metrics`.
    #[cfg(feature = "metrics")]
    pub fn publish_metrics(self) -> Self {
        Self {
            publishes: true,
            ..self
        }
    }

    /// Runs until the sources end, on this thread.
    ///
    /// A job that takes checkpoints stops at Ctrl-C and at SIGTERM: it takes a last one and ends without an error, so that
    /// the same command goes on. A second one ends the process at once, which loses nothing either.
    ///
    /// # Errors
    /// If a source cannot be read, a sink cannot be written, a setting makes no sense, or a closure panics. What was
    /// written until then stays written.
    pub fn run(self) -> Result<Report> {
        let requests = Arc::new(Requests::default());
        let _signals = match &self.checkpoints {
            Some(checkpoints) if checkpoints.heeds_signals() => {
                Some(Signals::stopping(self.graph.name(), &requests.stop_flag())?)
            }
            _ => None,
        };
        self.run_asked(&requests)
    }

    /// Runs on a thread of its own.
    ///
    /// # Errors
    /// If the system has no thread to give.
    pub fn spawn(self) -> Result<JobHandle> {
        let requests = Arc::new(Requests::default());
        let (name, asked) = (self.graph.name(), Arc::clone(&requests));
        let run = move || {
            let done = self.run_asked(&asked);
            // Also where it did not start.
            asked.close();
            done
        };
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(run);
        let thread = thread.map_err(|cause| Error::io("starting a thread for", name, cause))?;
        Ok(JobHandle::new(name, requests, thread))
    }

    /// Builds it and opens its sources, to be driven step by step.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn start(self) -> Result<RunningJob> {
        self.driver().map(RunningJob::new)
    }

    /// Builds it and opens its sources, and neither reads nor writes: an error is what would keep it from starting. Of checkpoints
    /// it looks at none.
    ///
    /// # Errors
    /// If a setting makes no sense, or a source cannot be opened.
    pub fn check(self) -> Result<()> {
        let Self {
            graph,
            build,
            clock,
            sizes,
            savepoint,
            metrics,
            ..
        } = self;
        let origin = Origin {
            savepoint,
            checkpoints: None,
            metrics: metrics.unwrap_or_default(),
        };
        Driver::check(graph, clock, sizes, origin, build)
    }

    fn run_asked(mut self, requests: &Arc<Requests>) -> Result<Report> {
        let companions = std::mem::take(&mut self.companions).into_iter();
        let observer = Observer::new(self.graph, Arc::clone(requests));
        let mut driver = self.driver()?;
        let started: Result<Vec<_>> = companions
            .map(|companion| companion.start(observer.clone()))
            .collect();
        let _started = started?;
        let done = driver.run(requests);
        // Whoever asks now is told that it has ended, and nobody waits for an answer.
        requests.close();
        done
    }

    /// Starts something with the job that ends with it.
    #[cfg(feature = "dashboard")]
    pub(crate) fn with_companion(mut self, companion: Box<dyn Companion>) -> Self {
        self.companions.push(companion);
        self
    }

    /// Builds it, and opens its sources, without reading any.
    pub(crate) fn driver(self) -> Result<Driver<'static>> {
        let Self {
            graph,
            build,
            clock,
            sizes,
            savepoint,
            checkpoints,
            metrics,
            shows_progress,
            #[cfg(feature = "metrics")]
            publishes,
            companions: _,
        } = self;
        let origin = Origin {
            savepoint,
            checkpoints,
            metrics: metrics.unwrap_or_default(),
        };
        let driver = Driver::start(graph, clock, sizes, origin, build);
        driver.map(|driver| {
            let driver = driver.showing(shows_progress.then(shown));
            #[cfg(feature = "metrics")]
            let driver = driver.publishing(publishes);
            driver
        })
    }
}
