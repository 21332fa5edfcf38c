//! A job that runs on a thread of its own.

use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;

use super::asked_window::why;
use super::query::Query;
use super::requests::{Answer, Requests, Wanted};
use super::state_view::StateView;
use super::why::Why;
use crate::error::{Error, Result};
use crate::metrics::{Report, Watermarks};
use crate::window::Window;

/// A job that runs on a thread of its own; dropping the handle lets it run on.
#[derive(Debug)]
pub struct JobHandle {
    name: &'static str,
    requests: Arc<Requests>,
    thread: JoinHandle<Result<Report>>,
}

impl JobHandle {
    pub(super) fn new(
        name: &'static str,
        requests: Arc<Requests>,
        thread: JoinHandle<Result<Report>>,
    ) -> Self {
        Self {
            name,
            requests,
            thread,
        }
    }

    /// Asks it to stop reading. What was read is processed and written out; windows that are open do not fire. A job that
    /// takes checkpoints takes a last one, so that the next start goes on here.
    pub fn stop(&self) {
        self.requests.stop();
    }

    /// Has it end as if its sources had come to their ends: nothing more is read, open windows and timers fire, joins emit what
    /// waits, and all output is written and committed. [`join`](Self::join) waits for that.
    ///
    /// A job that was drained has nothing to go on with: where a source has more at the next start, this comes after the end,
    /// and may be too late for windows that have fired. To go on later, [`stop`](Self::stop) it.
    ///
    /// ```
    /// use streamlite::prelude::*;
    /// use streamlite::source::ChannelSource;
    ///
    /// pipeline!(
    ///     fn counts(clicks: Source<(i64, String)>, out: Sink<(String, u64)>) {
    ///         let timed = clicks.event_time(|click| click.0);
    ///         let counts = timed.key_by(|click| click.1.clone()).window(tumbling(1min)).count();
    ///         counts.map(|count| (count.key, count.value)).to(out);
    ///     }
    /// );
    ///
    /// let (clicks, received) = std::sync::mpsc::channel();
    /// let (out, counted) = CollectionSink::new();
    /// let job = counts(ChannelSource::new(received), out).spawn()?;
    /// clicks.send((1_000, "a".to_owned())).expect("the job runs");
    /// while job.metrics()?.records_read() == 0 {
    ///     std::thread::yield_now();
    /// }
    /// job.drain()?;
    /// job.join()?;
    /// assert_eq!(counted.take(), [("a".to_owned(), 1)]);
    /// # Ok::<(), streamlite::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the job has failed or ended.
    pub fn drain(&self) -> Result<()> {
        self.ask(Wanted::Drain).map(drop)
    }

    /// Has it take a checkpoint, and waits until that is stored and all output before it is committed.
    ///
    /// # Errors
    /// If it cannot be taken, the job takes none, or has ended.
    pub fn checkpoint(&self) -> Result<()> {
        self.ask(Wanted::Checkpoint).map(drop)
    }

    /// Has it write a savepoint to a file, and waits until it is there. In a job that takes checkpoints all output before it
    /// is committed.
    ///
    /// [`Job::restore_from`](super::Job::restore_from) goes on from it.
    ///
    /// # Errors
    /// If it cannot be taken or written, or the job has ended.
    pub fn savepoint(&self, path: impl AsRef<Path>) -> Result<()> {
        self.ask(Wanted::Savepoint(path.as_ref().to_owned())).map(drop)
    }

    /// The same, and no record is read after it: the job ends.
    ///
    /// # Errors
    /// If it cannot be taken or written, or the job has ended before; one that fails to write it runs on.
    pub fn stop_with_savepoint(&self, path: impl AsRef<Path>) -> Result<()> {
        self.ask(Wanted::StopWithSavepoint(path.as_ref().to_owned()))
            .map(drop)
    }

    /// What the job has done so far: what [`join`](Self::join) returns at the end, as of now. It is counted between two reads, so
    /// that all numbers are of one moment.
    ///
    /// # Errors
    /// If the job has ended.
    pub fn metrics(&self) -> Result<Report> {
        match self.ask(Wanted::Metrics)? {
            Answer::Metrics(report) => Ok(*report),
            _ => Err(self.has_ended()),
        }
    }

    /// How far event time has come in each partition and each statement, and what holds it back; of one moment between two reads.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use streamlite::prelude::*;
    /// use streamlite::source::ChannelSource;
    ///
    /// pipeline!(
    ///     fn counts(clicks: Source<(i64, String)>, out: Sink<(String, u64)>) {
    ///         let timed = clicks.event_time(|click| click.0);
    ///         let counts = timed.key_by(|click| click.1.clone()).window(tumbling(1min)).count();
    ///         counts.map(|count| (count.key, count.value)).to(out);
    ///     }
    /// );
    ///
    /// let (clicks, received) = std::sync::mpsc::channel();
    /// let (out, _counts) = CollectionSink::new();
    /// let job = counts(ChannelSource::new(received), out).spawn()?;
    /// clicks.send((61_000, "a".to_owned())).expect("the job runs");
    /// let watermarks = loop {
    ///     let watermarks = job.watermarks()?;
    ///     if watermarks.partitions[0].watermark > Some(Timestamp::MIN) {
    ///         break watermarks;
    ///     }
    ///     std::thread::sleep(Duration::from_millis(1));
    /// };
    /// println!("{watermarks}");
    /// let slowest = watermarks.held_back_by().expect("nothing has ended");
    /// assert_eq!((slowest.source, slowest.watermark), ("clicks", Some(Timestamp::from_millis(61_000))));
    /// drop(clicks);
    /// job.join()?;
    /// # Ok::<(), streamlite::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the job has ended.
    pub fn watermarks(&self) -> Result<Watermarks> {
        match self.ask(Wanted::Watermarks)? {
            Answer::Watermarks(watermarks) => Ok(watermarks),
            _ => Err(self.has_ended()),
        }
    }

    /// The state of a statement, which can be asked for what it keeps of a key; see [`StateView`].
    ///
    /// ```
    /// use streamlite::prelude::*;
    /// use streamlite::source::ChannelSource;
    ///
    /// pipeline!(
    ///     fn totals(sales: Source<(String, u32)>, out: Sink<(String, u64)>) {
    ///         let sums = sales.key_by(|(shop, _)| shop.clone()).running().sum(|(_, cents)| *cents);
    ///         sums.to(out);
    ///     }
    /// );
    ///
    /// let (sales, received) = std::sync::mpsc::channel();
    /// let (out, _) = CollectionSink::new();
    /// let job = totals(ChannelSource::new(received), out).spawn()?;
    /// sales.send(("mill".to_owned(), 250)).expect("the job runs");
    /// let sum: (String, u64) = loop {
    ///     if let Some(sum) = job.state("sums").get(&"mill".to_owned())? {
    ///         break sum;
    ///     }
    /// };
    /// assert_eq!(sum.1, 250);
    /// drop(sales);
    /// job.join()?;
    /// # Ok::<(), streamlite::Error>(())
    /// ```
    #[must_use]
    pub fn state(&self, name: &str) -> StateView<'_> {
        StateView::new(name, |query| self.query(query))
    }

    /// Why a window of a key has not fired, or what else has become of it, and which partition of which source holds it back.
    ///
    /// ```
    /// use streamlite::prelude::*;
    /// use streamlite::source::ChannelSource;
    /// use streamlite::WindowStatus;
    ///
    /// pipeline!(
    ///     fn counts(clicks: Source<(i64, String)>, out: Sink<(String, u64)>) {
    ///         let timed = clicks.event_time(|click| click.0);
    ///         let minutes = timed.key_by(|click| click.1.clone()).window(tumbling(1min)).count();
    ///         minutes.map(|count| (count.key, count.value)).to(out);
    ///     }
    /// );
    ///
    /// let (clicks, received) = std::sync::mpsc::channel();
    /// let (out, _counts) = CollectionSink::new();
    /// let job = counts(ChannelSource::new(received), out).spawn()?;
    /// clicks.send((20_000, "a".to_owned())).expect("the job runs");
    /// let minute = Window::new(Timestamp::EPOCH, Timestamp::from_secs(60));
    /// let why = loop {
    ///     let why = job.why("minutes", &"a".to_owned(), minute)?;
    ///     if why.watermark > Timestamp::MIN {
    ///         break why;
    ///     }
    /// };
    /// println!("{why}");
    /// assert_eq!(why.status, WindowStatus::Open);
    /// assert_eq!(why.missing(), TimeDelta::from_secs(40));
    /// assert_eq!(why.held_back_by()[0].source, "clicks");
    /// drop(clicks);
    /// job.join()?;
    /// # Ok::<(), streamlite::Error>(())
    /// ```
    ///
    /// # Errors
    /// If no statement of this name has windows of event time, its keys are of another type, or the job has ended.
    pub fn why<K: Clone + Send + 'static>(&self, statement: &str, key: &K, window: Window) -> Result<Why> {
        why(statement, key, window, |query| self.query(query))
    }

    fn query(&self, query: Box<dyn Query>) -> Result<Box<dyn Query>> {
        match self.ask(Wanted::State(query))? {
            Answer::State(query) => Ok(query),
            _ => Err(self.has_ended()),
        }
    }

    fn ask(&self, wanted: Wanted) -> Result<Answer> {
        let answered = self.requests.ask(wanted);
        let answer = answered.and_then(|answered| answered.recv().ok());
        answer.unwrap_or_else(|| Err(self.has_ended()))
    }

    fn has_ended(&self) -> Error {
        let advice = "ask before it ends; what it ended with says `join`";
        Error::setting(format!("the job `{}`", self.name), "it has ended", advice)
    }

    /// Whether it has ended.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.thread.is_finished()
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// As [`Job::run`](super::Job::run).
    pub fn join(self) -> Result<Report> {
        let name = self.name;
        let ended = self.thread.join();
        ended.unwrap_or_else(|_| {
            Err(Error::Panic {
                pipeline: name,
                message: "while its sources and sinks were dropped".to_owned(),
            })
        })
    }
}
