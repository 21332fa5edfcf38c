//! The end of a chain: records are written to a sink.

use std::marker::PhantomData;

use crate::assembly::{Chain, Context, Failure, Latency, Node10, Stage};
use crate::connector::{Sink, Writer};
use crate::control::{Control, JobEvent, Question};
use crate::error::{Error, Result};
use crate::record::{Push, Record};
use crate::state::Save;
use crate::time::Timestamp;

/// Describes the end of a chain; see [`Stream::to`](crate::flow::Stream::to).
#[derive(Debug)]
#[must_use = "it is an output of a pipeline: write it as a statement"]
pub struct To<T, O, S, K> {
    pub(crate) chain: Chain<T, O, S>,
    pub(crate) sink: K,
}

struct ToPush<T, K: Sink<T>> {
    node: usize,
    sink: K,
    /// Whether its output is committed with the checkpoints of the job.
    commits: bool,
    written: u64,
    watermark: Timestamp,
    /// `None` until the job starts, and once opening or writing has failed: the job ends with that error, and nothing
    /// more is written.
    writer: Option<K::Writer>,
    failure: Failure,
    latency: Latency,
    record: PhantomData<fn(T)>,
}

impl<T, O, S, K, C> Node10<O, C> for To<T, O, S, K>
where
    S: Stage<O, T, C>,
    K: Sink<T>,
{
    #[inline]
    fn build(self, cx: Context<C>) -> impl Push<O> {
        cx.writes(self.sink.files());
        let mut sink = self.sink;
        let end = ToPush {
            node: cx.node_index(),
            commits: cx.commits(|| sink.transactions()),
            sink,
            written: 0,
            watermark: Timestamp::MIN,
            writer: None,
            failure: cx.failure().clone(),
            latency: cx.latency(),
            record: PhantomData,
        };
        self.chain.stage.build(cx, end)
    }
}

impl<T, K: Sink<T>> ToPush<T, K> {
    #[inline]
    fn check(&mut self, done: Result<()>) {
        if let Err(error) = done {
            self.fail(error);
        }
    }

    #[cold]
    fn fail(&mut self, error: Error) {
        self.writer = None;
        self.failure.set(error);
    }

    fn flush(&mut self) {
        if let Some(writer) = &mut self.writer {
            let done = writer.flush();
            self.check(done);
        }
    }

    /// A sink flushes before the barrier has passed: what the snapshot counts as written is written.
    fn save(&mut self, save: &Save) {
        match (save.epoch(), &mut self.writer) {
            (Some(epoch), Some(writer)) if self.commits => {
                let done = writer.end_transaction(epoch);
                self.check(done);
            }
            _ => self.flush(),
        }
    }

    fn open(&mut self, restored: bool) {
        let opened = if restored {
            self.sink.reopen()
        } else {
            self.sink.open()
        };
        match opened {
            Ok(writer) => self.writer = Some(writer),
            Err(error) => self.fail(error),
        }
    }
}

impl<T, K: Sink<T>> Push<T> for ToPush<T, K> {
    #[inline]
    fn push(&mut self, record: Record<T>) {
        if let Some(writer) = &mut self.writer {
            self.written += 1;
            let done = writer.write(record);
            self.latency.note();
            self.check(done);
        }
    }

    fn watermark(&mut self, watermark: Timestamp) {
        self.watermark = watermark;
        if let (Timestamp::MAX, Some(writer)) = (watermark, &mut self.writer) {
            let done = writer.finish();
            self.check(done);
        }
    }

    /// Only the last watermark counts.
    #[inline]
    fn next_due(&self, _watermark: Timestamp) -> Timestamp {
        Timestamp::MAX
    }

    fn control(&mut self, control: &mut Control<'_>) {
        match control {
            Control::Lane(_) => {}
            Control::Job(event) => match event {
                JobEvent::Start { restored } => self.open(*restored),
                JobEvent::Flush => self.flush(),
                JobEvent::Tick(_) | JobEvent::Idle(_) | JobEvent::Active => {}
            },
            Control::Question(question) => match question {
                Question::Count(tally) => {
                    let counts = tally.node(self.node);
                    counts.written += self.written;
                    counts.watermark = Some(self.watermark);
                    counts.sink = Some(self.sink.describe());
                    counts.commits = self.commits;
                    counts.latency = self.latency.summary();
                }
                Question::Save(save) => self.save(save),
                Question::Restore(_)
                | Question::Progress(_)
                | Question::Look(_)
                | Question::Capture(_)
                | Question::AfterEnd(_) => {}
            },
        }
    }
}
