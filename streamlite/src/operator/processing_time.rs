//! Time by the clock.

use std::fmt;
use std::sync::Arc;

use crate::assembly::{Context, Stage};
use crate::control::{Control, JobEvent, LaneEvent, Question};
use crate::record::{Push, Record};
use crate::state::{DeclaredState, Decoder, Encoder, Shape, Snapshot, StateError};
use crate::time::{Clock, Timestamp};

/// Describes `processing_time`; see [`Stream::processing_time`](crate::flow::Stream::processing_time).
#[derive(Clone, Copy, Debug)]
pub struct ProcessingTime;

/// What runs for [`ProcessingTime`].
pub struct ProcessingTimePush<N> {
    clock: Arc<dyn Clock>,
    reached: Reached,
    state: DeclaredState,
    node: usize,
    next: N,
}

/// How far time has come here: the clock may have been set back since a savepoint, but time goes on.
#[derive(Clone, Copy, Debug)]
struct Reached(Timestamp);

impl Snapshot for Reached {
    fn save(&mut self, to: &mut Encoder) -> Result<(), StateError> {
        to.plain(&self.0)
    }

    fn restore(&mut self, from: &mut Decoder<'_>) -> Result<(), StateError> {
        self.0 = from.plain()?;
        Ok(())
    }
}

impl<N> fmt::Debug for ProcessingTimePush<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProcessingTimePush").finish_non_exhaustive()
    }
}

impl<T, C> Stage<T, T, C> for ProcessingTime {
    type Built<N: Push<T>> = ProcessingTimePush<N>;

    const STATES: u32 = 1;

    #[inline]
    fn build<N: Push<T>>(self, cx: Context<C>, next: N) -> ProcessingTimePush<N> {
        ProcessingTimePush {
            clock: cx.clock(),
            reached: Reached(Timestamp::MIN),
            state: cx.declare(Shape::new("processing_time")),
            node: cx.node_index(),
            next,
        }
    }
}

impl<N> ProcessingTimePush<N> {
    /// Time has come so far; what that releases comes before the records that follow.
    fn advance<T>(&mut self, now: Timestamp)
    where
        N: Push<T>,
    {
        if now > self.reached.0 {
            self.reached.0 = now;
            self.next.watermark(now);
        }
    }
}

impl<T, N: Push<T>> Push<T> for ProcessingTimePush<N> {
    /// Records get times of their own here.
    const LOOKS_AT_TIMES: bool = false;

    #[inline]
    fn push(&mut self, record: Record<T>) {
        self.advance(self.clock.now());
        let now = self.reached.0;
        self.next.push(Record {
            value: record.value,
            timestamp: now,
            partition_watermark: now,
        });
    }

    /// The clock is read once for a row.
    #[inline]
    fn push_all(&mut self, records: impl Iterator<Item = Record<T>>) {
        self.advance(self.clock.now());
        let now = self.reached.0;
        self.next.push_all(records.map(|record| Record {
            value: record.value,
            timestamp: now,
            partition_watermark: now,
        }));
    }

    /// What comes downstream is told anew.
    #[inline]
    fn next_due(&self, _watermark: Timestamp) -> Timestamp {
        Timestamp::MAX
    }

    /// Only the end counts.
    fn watermark(&mut self, watermark: Timestamp) {
        if watermark == Timestamp::MAX {
            self.reached.0 = watermark;
            self.next.watermark(watermark);
        }
    }

    fn control(&mut self, control: &mut Control<'_>) {
        match control {
            // A source that says how far it has come means event time.
            Control::Lane(LaneEvent::Watermark(..) | LaneEvent::Limit(_)) => return,
            Control::Lane(LaneEvent::Open { has_event_time, .. }) => *has_event_time = true,
            Control::Lane(_) => {}
            Control::Job(event) => match event {
                JobEvent::Tick(now) => self.advance(*now),
                // The clock does not wait for quiet partitions.
                JobEvent::Idle(_) | JobEvent::Active => return,
                JobEvent::Start { .. } | JobEvent::Flush => {}
            },
            Control::Question(question) => match question {
                Question::Count(tally) => {
                    tally.node(self.node).watermark.get_or_insert(self.reached.0);
                }
                Question::Save(save) => save.state(&self.state, &mut self.reached),
                Question::Restore(restore) => restore.state(&self.state, &mut self.reached),
                Question::Progress(_) | Question::Capture(_) | Question::AfterEnd(_) | Question::Look(_) => {}
            },
        }
        self.next.control(control);
    }
}
