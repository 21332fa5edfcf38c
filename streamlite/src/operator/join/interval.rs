//! The interval join: rows of a key that are not further apart in time than its bounds.

use std::fmt;
use std::marker::PhantomData;

use super::saved::Saved;
use super::waiting::{Found, Waiting};
use super::with_late::BuildsWithLate;
use crate::assembly::{Context, Stage};
use crate::control::{Control, JobEvent, LaneEvent, Question};
use crate::join::{Bounds, Either, JoinType, Mark};
use crate::operator::fan_out::Nowhere;
use crate::operator::lanes::Lanes;
use crate::operator::late::LateOutput;
use crate::record::{Push, Record};
use crate::state::{Block, Grouping, Storage};
use crate::time::{TimeDelta, Timestamp};

/// Describes an interval join; see [`Join::within`](crate::flow::Join::within).
#[derive(Clone, Copy, Debug)]
pub struct Interval<G, J> {
    pub(crate) on: G,
    pub(crate) bounds: Bounds,
    pub(crate) join_type: PhantomData<J>,
}

/// What runs for [`Interval`]. `A` and `B` take the late rows of the left and of the right stream.
pub struct IntervalPush<L, R, C, G: Grouping<Either<L, R>>, J: JoinType, N, A, B> {
    waiting: Waiting<L, R, C, G, J>,
    /// Rows that are looked up together; empty between two calls.
    block: Block<Record<Either<L, R>>, G::Held>,
    lanes: Lanes,
    node: usize,
    outputs: Outputs<N, A, B>,
}

/// Where results and late rows go.
struct Outputs<N, A, B> {
    next: N,
    left_late: LateOutput<A>,
    right_late: LateOutput<B>,
    /// By how much rows that are emitted alone may be behind the watermark: so much later it is passed on.
    delay: TimeDelta,
}

impl<L, R, C, G, J> Stage<Either<L, R>, J::Out<L, R>, C> for Interval<G, J>
where
    L: Clone,
    R: Clone,
    G: Grouping<Either<L, R>>,
    J: JoinType,
    C: Storage<G::Key> + Storage<L> + Storage<R>,
{
    type Built<N: Push<J::Out<L, R>>> = IntervalPush<L, R, C, G, J, N, Nowhere, Nowhere>;

    const STATES: u32 = 1;

    #[inline]
    fn build<N: Push<J::Out<L, R>>>(self, cx: Context<C>, next: N) -> Self::Built<N> {
        IntervalPush::new(self, &cx, next, LateOutput::dropped(), LateOutput::dropped())
    }
}

impl<L, R, C, G, J> BuildsWithLate<L, R, J::Out<L, R>, C> for Interval<G, J>
where
    L: Clone,
    R: Clone,
    G: Grouping<Either<L, R>>,
    J: JoinType,
    C: Storage<G::Key> + Storage<L> + Storage<R>,
{
    #[inline]
    fn build_with_late<N: Push<J::Out<L, R>>, A: Push<L>, B: Push<R>>(
        self,
        cx: Context<C>,
        next: N,
        left: A,
        right: B,
    ) -> impl Push<Either<L, R>> {
        IntervalPush::new(self, &cx, next, LateOutput::kept(left), LateOutput::kept(right))
    }
}

impl<L, R, C, G: Grouping<Either<L, R>>, J: JoinType, N, A, B> fmt::Debug
    for IntervalPush<L, R, C, G, J, N, A, B>
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IntervalPush").finish_non_exhaustive()
    }
}

impl<L, R, C, G, J, N, A, B> IntervalPush<L, R, C, G, J, N, A, B>
where
    G: Grouping<Either<L, R>>,
    J: JoinType,
{
    fn new(
        described: Interval<G, J>,
        cx: &Context<C>,
        next: N,
        left_late: LateOutput<A>,
        right_late: LateOutput<B>,
    ) -> Self {
        let waiting = Waiting::new(cx, described.on, described.bounds);
        let delay = waiting.delay();
        Self {
            waiting,
            block: Block::default(),
            lanes: Lanes::default(),
            node: cx.node_index(),
            outputs: Outputs {
                next,
                left_late,
                right_late,
                delay,
            },
        }
    }

    #[expect(
        clippy::inline_always,
        reason = "apart, it would pass a row through memory, and ask of each from where it comes"
    )]
    #[inline(always)]
    fn add(&mut self, record: Record<Either<L, R>>, found: Found<G::Held>)
    where
        L: Clone,
        R: Clone,
        N: Push<J::Out<L, R>>,
        A: Push<L>,
        B: Push<R>,
    {
        let Self { waiting, outputs, .. } = self;
        if record.timestamp < record.partition_watermark {
            return outputs.late(record);
        }
        let partition_watermark = outputs.delayed(record.partition_watermark);
        waiting.add(record, found, |timestamp, value| {
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
        L: Clone,
        R: Clone,
        N: Push<J::Out<L, R>>,
        A: Push<L>,
        B: Push<R>,
    {
        let mut block = std::mem::take(&mut self.block);
        self.waiting.state.look_further(&mut block);
        block
            .drain()
            .for_each(|(record, held, look_up)| self.add(record, Some((held, look_up))));
        self.block = block;
    }

    /// Emits the rows that have matched none, in a lane of their own.
    #[cold]
    fn release(&mut self, before: Timestamp)
    where
        N: Push<J::Out<L, R>>,
    {
        let Self {
            waiting,
            lanes,
            outputs,
            ..
        } = self;
        let partition_watermark = outputs.delayed(before);
        if let Some(mut enter) = lanes.enter() {
            outputs.next.control(&mut enter);
        }
        waiting.release(|timestamp, value| {
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

impl<N, A, B> Outputs<N, A, B> {
    /// The watermark downstream, where it is this here.
    #[inline]
    fn delayed(&self, watermark: Timestamp) -> Timestamp {
        if watermark == Timestamp::MAX {
            watermark
        } else {
            watermark - self.delay
        }
    }

    #[cold]
    fn late<L, R>(&mut self, record: Record<Either<L, R>>)
    where
        A: Push<L>,
        B: Push<R>,
    {
        let Record {
            value,
            timestamp,
            partition_watermark,
        } = record;
        match value {
            Either::Left(value) => self.left_late.push(Record {
                value,
                timestamp,
                partition_watermark,
            }),
            Either::Right(value) => self.right_late.push(Record {
                value,
                timestamp,
                partition_watermark,
            }),
        }
    }

    fn control<L, R, U>(&mut self, control: &mut Control<'_>)
    where
        N: Push<U>,
        A: Push<L>,
        B: Push<R>,
    {
        self.left_late.control(control);
        self.right_late.control(control);
        if let Control::Lane(LaneEvent::Limit(limit)) = *control {
            let limit = LaneEvent::Limit(self.delayed(limit));
            return self.next.control(&mut Control::Lane(limit));
        }
        self.next.control(control);
    }
}

impl<L, R, C, G, J, N, A, B> Push<Either<L, R>> for IntervalPush<L, R, C, G, J, N, A, B>
where
    L: Clone,
    R: Clone,
    G: Grouping<Either<L, R>>,
    J: JoinType,
    C: Storage<G::Key> + Storage<L> + Storage<R>,
    N: Push<J::Out<L, R>>,
    A: Push<L>,
    B: Push<R>,
{
    #[inline]
    fn push(&mut self, record: Record<Either<L, R>>) {
        self.add(record, None);
    }

    #[inline]
    fn push_all(&mut self, records: impl Iterator<Item = Record<Either<L, R>>>) {
        if !self.waiting.state.in_blocks() {
            return records.for_each(|record| self.add(record, None));
        }
        records.for_each(|record| {
            let found = self.waiting.look_up(&record.value);
            self.block.push(record, found);
            if self.block.is_full() {
                self.add_block();
            }
        });
        self.add_block();
    }

    /// Where rows are emitted alone they are due at any time.
    #[inline]
    fn next_due(&self, watermark: Timestamp) -> Timestamp {
        if J::Left::COUNTS || J::Right::COUNTS {
            return watermark + TimeDelta::from_millis(1);
        }
        let outputs = &self.outputs;
        let late = outputs.left_late.next_due(watermark);
        late.min(outputs.right_late.next_due(watermark))
            .min(outputs.next.next_due(watermark))
    }

    #[inline]
    fn watermark(&mut self, watermark: Timestamp) {
        let before = self.waiting.watermark();
        self.waiting.rise(watermark);
        if self.waiting.may_release() {
            self.release(before);
        }
        if self.waiting.may_expire() {
            self.waiting.expire();
        }
        let outputs = &mut self.outputs;
        if watermark == Timestamp::MAX
            && let Some(lane) = self.lanes.take_kept()
        {
            outputs.next.control(&mut Control::Lane(LaneEvent::End(lane)));
        }
        outputs.left_late.watermark(watermark);
        outputs.right_late.watermark(watermark);
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
                    let declared = self.waiting.state.declared().clone();
                    save.state(&declared, &Saved::new(&mut self.waiting));
                }
                Question::Restore(restore) => {
                    let declared = self.waiting.state.declared().clone();
                    restore.state(&declared, &mut Saved::new(&mut self.waiting));
                }
                Question::Count(tally) => {
                    let counts = tally.node(self.node);
                    self.outputs.left_late.count(counts);
                    self.outputs.right_late.count(counts);
                    counts.watermark = Some(self.waiting.watermark());
                }
                Question::AfterEnd(after) => {
                    after.ask(self.waiting.state.declared(), self.waiting.watermark());
                }
                Question::Progress(_) => {}
            },
        }
        self.outputs.control(control);
    }
}
