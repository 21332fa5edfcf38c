//! What runs for joins of rows that wait for others: late rows go apart, results come when rows do and when time passes.

use std::fmt;

use crate::assembly::Context;
use crate::control::{Control, JobEvent, LaneEvent, Question};
use crate::join::Either;
use crate::metrics::StateSize;
use crate::operator::lanes::Lanes;
use crate::operator::late::LateOutput;
use crate::record::{Push, Record};
use crate::state::{Block, DeclaredState, LookUp, Slice, Snapshot};
use crate::time::{TimeDelta, Timestamp};

/// What is known of a row's key before its slot is found.
pub(super) type Found<H> = Option<(H, LookUp)>;

/// The rows of two streams that wait for others, or for their time to be over.
pub trait RowStore {
    /// Rows of the first stream.
    type Left;
    /// Rows of the second stream.
    type Right;
    /// What is emitted.
    type Out;
    /// What is held of a row's key while its slot is on the way from memory.
    type Held;
    /// Whether time releases rows, so that each watermark comes at its place.
    const RELEASES: bool;

    /// Whether rows are better looked up in blocks. Asked once for a row.
    fn in_blocks(&self) -> bool;

    /// What is known of a row's key.
    fn look_up(&mut self, row: &Either<Self::Left, Self::Right>) -> (u64, Self::Held);

    /// The slots of the rows of a block are fetched from memory.
    fn look_further(&self, block: &mut Block<Record<Either<Self::Left, Self::Right>>, Self::Held>);

    /// Adds a row that is not late; emits what comes of it.
    fn add(
        &mut self,
        record: Record<Either<Self::Left, Self::Right>>,
        found: Found<Self::Held>,
        emit: impl FnMut(Timestamp, Self::Out),
    );

    /// The watermark that was reached.
    fn watermark(&self) -> Timestamp;

    /// How large what it keeps is.
    fn size(&self) -> StateSize;

    /// The watermark has risen.
    fn rise(&mut self, watermark: Timestamp);

    /// Whether the watermark may release rows.
    fn may_release(&self) -> bool;

    /// The watermark has risen: emits what it releases.
    fn release(&mut self, emit: impl FnMut(Timestamp, Self::Out));

    /// Whether rows may be removed.
    fn may_expire(&self) -> bool;

    /// The watermark has risen: removes rows that can match no more.
    fn expire(&mut self);

    /// By how much what is emitted may be behind the watermark.
    fn delay(&self) -> TimeDelta;

    /// Whose state it is.
    fn declared(&self) -> &DeclaredState;

    /// All of it, to be saved and restored.
    fn saved(&mut self) -> impl Snapshot;

    /// Writes a slice of what is to be written of it for a checkpoint.
    fn capture(&mut self, slice: &mut Slice);
}

/// What runs for a join of such rows. `A` takes the late rows of both streams.
pub struct JoinPush<S: RowStore, N, A> {
    rows: S,
    /// Rows that are looked up together; empty between two calls.
    block: Block<Record<Either<S::Left, S::Right>>, S::Held>,
    lanes: Lanes,
    node: usize,
    outputs: Outputs<N, A>,
}

/// Where results and late rows go.
struct Outputs<N, A> {
    next: N,
    late: LateOutput<A>,
    /// By how much what is emitted may be behind the watermark: so much later it is passed on.
    delay: TimeDelta,
}

impl<S: RowStore, N, A> fmt::Debug for JoinPush<S, N, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinPush").finish_non_exhaustive()
    }
}

impl<S: RowStore, N, A> JoinPush<S, N, A> {
    pub(super) fn new<C>(rows: S, cx: &Context<C>, next: N, late: LateOutput<A>) -> Self {
        let delay = rows.delay();
        Self {
            rows,
            block: Block::default(),
            lanes: Lanes::default(),
            node: cx.node_index(),
            outputs: Outputs { next, late, delay },
        }
    }

    #[expect(
        clippy::inline_always,
        reason = "apart, it would pass a row through memory, and ask of each from where it comes"
    )]
    #[inline(always)]
    fn add(&mut self, record: Record<Either<S::Left, S::Right>>, found: Found<S::Held>)
    where
        N: Push<S::Out>,
        A: Push<Either<S::Left, S::Right>>,
    {
        let Self { rows, outputs, .. } = self;
        if record.timestamp < record.partition_watermark {
            return outputs.late.push(record);
        }
        let partition_watermark = outputs.delayed(record.partition_watermark);
        rows.add(record, found, |timestamp, value| {
            outputs.next.push(Record {
                value,
                timestamp,
                partition_watermark,
            });
        });
    }

    /// Adds the rows of the block, whose keys are on their way from memory.
    fn add_block(&mut self)
    where
        N: Push<S::Out>,
        A: Push<Either<S::Left, S::Right>>,
    {
        let mut block = std::mem::take(&mut self.block);
        self.rows.look_further(&mut block);
        block
            .drain()
            .for_each(|(record, held, look_up)| self.add(record, Some((held, look_up))));
        self.block = block;
    }

    /// Emits the rows that have matched none, in a lane of their own.
    #[cold]
    fn release(&mut self, before: Timestamp)
    where
        N: Push<S::Out>,
    {
        let Self {
            rows, lanes, outputs, ..
        } = self;
        let partition_watermark = outputs.delayed(before);
        if let Some(mut enter) = lanes.enter() {
            outputs.next.control(&mut enter);
        }
        rows.release(|timestamp, value| {
            outputs.next.push(Record {
                value,
                timestamp,
                partition_watermark,
            });
        });
        if let Some(mut leave) = lanes.leave() {
            outputs.next.control(&mut leave);
        }
    }
}

impl<N, A> Outputs<N, A> {
    /// The watermark downstream, where it is this here.
    #[inline]
    fn delayed(&self, watermark: Timestamp) -> Timestamp {
        if watermark == Timestamp::MAX {
            watermark
        } else {
            watermark - self.delay
        }
    }

    fn control<L, R, U>(&mut self, control: &mut Control<'_>)
    where
        N: Push<U>,
        A: Push<Either<L, R>>,
    {
        self.late.control(control);
        if let Control::Lane(LaneEvent::Limit(limit)) = *control {
            let limit = LaneEvent::Limit(self.delayed(limit));
            return self.next.control(&mut Control::Lane(limit));
        }
        self.next.control(control);
    }
}

impl<S, N, A> Push<Either<S::Left, S::Right>> for JoinPush<S, N, A>
where
    S: RowStore,
    N: Push<S::Out>,
    A: Push<Either<S::Left, S::Right>>,
{
    #[inline]
    fn push(&mut self, record: Record<Either<S::Left, S::Right>>) {
        self.add(record, None);
    }

    #[inline]
    fn push_all(&mut self, records: impl Iterator<Item = Record<Either<S::Left, S::Right>>>) {
        if !self.rows.in_blocks() {
            return records.for_each(|record| self.add(record, None));
        }
        records.for_each(|record| {
            let found = self.rows.look_up(&record.value);
            self.block.push(record, found);
            if self.block.is_full() {
                self.add_block();
            }
        });
        self.add_block();
    }

    /// Rows may be due at any time.
    #[inline]
    fn next_due(&self, watermark: Timestamp) -> Timestamp {
        if S::RELEASES {
            return watermark + TimeDelta::from_millis(1);
        }
        let outputs = &self.outputs;
        let late = outputs.late.next_due(watermark);
        late.min(outputs.next.next_due(watermark))
    }

    #[inline]
    fn watermark(&mut self, watermark: Timestamp) {
        let before = self.rows.watermark();
        self.rows.rise(watermark);
        if self.rows.may_release() {
            self.release(before);
        }
        if self.rows.may_expire() {
            self.rows.expire();
        }
        let outputs = &mut self.outputs;
        if watermark == Timestamp::MAX
            && let Some(lane) = self.lanes.take_kept()
        {
            outputs.next.control(&mut Control::Lane(LaneEvent::End(lane)));
        }
        outputs.late.watermark(watermark);
        let delayed = outputs.delayed(watermark);
        if delayed > outputs.delayed(before) {
            outputs.next.watermark(delayed);
        }
    }

    fn control(&mut self, control: &mut Control<'_>) {
        match control {
            Control::Lane(event) => {
                if let LaneEvent::Open { .. } = event
                    && let Some(lane) = self.lanes.take_kept()
                {
                    self.outputs.control(&mut Control::Lane(LaneEvent::End(lane)));
                }
                if !self.lanes.event(event) {
                    return;
                }
            }
            Control::Job(event) => match event {
                JobEvent::Start { .. }
                | JobEvent::Tick(_)
                | JobEvent::Idle(_)
                | JobEvent::Active
                | JobEvent::Flush => {}
            },
            Control::Question(question) => match question {
                Question::Save(save) => {
                    let declared = self.rows.declared().clone();
                    save.state(&declared, &mut self.rows.saved());
                }
                Question::Restore(restore) => {
                    let declared = self.rows.declared().clone();
                    restore.state(&declared, &mut self.rows.saved());
                }
                Question::Count(tally) => {
                    let counts = tally.node(self.node);
                    self.outputs.late.count(counts);
                    counts.watermark = Some(self.rows.watermark());
                    counts.state += self.rows.size();
                }
                Question::AfterEnd(after) => {
                    after.ask(self.rows.declared(), self.rows.watermark());
                }
                Question::Capture(slice) => self.rows.capture(slice),
                Question::Progress(_) | Question::Look(_) => {}
            },
        }
        self.outputs.control(control);
    }
}
