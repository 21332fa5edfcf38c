//! What runs a process in front of its outputs.

use std::fmt;
use std::marker::PhantomData;

use super::core::{Core, Found};
use super::outputs::{MainOutput, Outputs, Stamped};
use super::saved::Saved;
use crate::assembly::{Context, Stage};
use crate::control::{Control, JobEvent, LaneEvent, Question};
use crate::operator::lanes::Lanes;
use crate::process::{BroadcastContext, Emitted, KeyedProcess, Sides, States, StoredStates, TimeDomain};
use crate::record::{Push, Record};
use crate::state::{Block, Grouping, LookUp, Storage};
use crate::time::{TimeDelta, Timestamp};

/// Describes a process; see [`KeyedStream::process`](crate::flow::KeyedStream::process).
#[derive(Clone, Copy, Debug)]
pub struct Processing<G, P> {
    pub(crate) grouping: G,
    pub(crate) process: P,
}

/// What runs for [`Processing`].
pub struct ProcessPush<T, C, G: Grouping<T>, P: KeyedProcess<G::Key, T>, O> {
    core: Core<T, C, G, P>,
    /// Records that are looked up together; empty between two calls.
    block: Block<Record<T>, G::Held>,
    lanes: Lanes,
    node: usize,
    outputs: O,
}

impl<T, C, G: Grouping<T>, P: KeyedProcess<G::Key, T>, O> fmt::Debug for ProcessPush<T, C, G, P, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProcessPush").finish_non_exhaustive()
    }
}

impl<T, U, C, G, P> Stage<T, U, C> for Processing<G, P>
where
    G: Grouping<T>,
    P: KeyedProcess<G::Key, T, Out = U, Sides = ()>,
    P::States: StoredStates<C>,
    C: Storage<G::Key>,
{
    type Built<N: Push<U>> = ProcessPush<T, C, G, P, MainOutput<N>>;

    const STATES: u32 = 1;

    #[inline]
    fn build<N: Push<U>>(self, cx: Context<C>, next: N) -> Self::Built<N> {
        ProcessPush::new(self, &cx, MainOutput(next))
    }
}

impl<T, C, G, P, O> ProcessPush<T, C, G, P, O>
where
    G: Grouping<T>,
    P: KeyedProcess<G::Key, T>,
    P::States: StoredStates<C>,
{
    pub(super) fn new(described: Processing<G, P>, cx: &Context<C>, outputs: O) -> Self {
        Self {
            core: Core::new(cx, described.grouping, described.process),
            block: Block::default(),
            lanes: Lanes::default(),
            node: cx.node_index(),
            outputs,
        }
    }

    /// The process itself.
    pub(super) fn process_mut(&mut self) -> &mut P {
        &mut self.core.process
    }

    /// Lets the process handle a record that belongs to no key.
    pub(super) fn beside_keys<L>(
        &mut self,
        record: Record<L>,
        handler: impl FnOnce(&mut P, L, &mut P::Sides, &mut BroadcastContext<'_, P::Out>),
    ) where
        O: Outputs<P::Out, P::Sides>,
    {
        let Record {
            value,
            timestamp,
            partition_watermark,
        } = record;
        let Self { core, outputs, .. } = self;
        core.clock.forget();
        core.now.greatest = core.now.greatest.max(timestamp);
        let mut emitted = Emitted::none();
        let mut ctx = BroadcastContext {
            timestamp,
            watermark: core.now.of_record(partition_watermark),
            metrics: &core.metrics,
            clock: &core.clock,
            emitted: &mut emitted,
            more: &mut core.more,
            order: (P::Sides::OUTPUTS > 0).then_some(&*core.order),
        };
        handler(&mut core.process, value, &mut core.sides, &mut ctx);
        let at = Stamped {
            timestamp,
            partition_watermark,
        };
        outputs.flush(emitted, &mut core.more, &mut core.sides, &core.order, at);
    }

    /// Handles the records of the block, whose states are on their way from memory.
    #[inline]
    fn push_block(&mut self)
    where
        O: Outputs<P::Out, P::Sides>,
    {
        let Self {
            core, block, outputs, ..
        } = self;
        core.state.look_further(block);
        let Core { state, grouping, .. } = &mut *core;
        state.touch_block(grouping, block, |record| &record.value);
        outputs.row(core, block.drain().map(looked_up));
    }

    /// Lets timers fire, in a lane of their own.
    #[cold]
    fn fire(&mut self, domain: TimeDomain, last: Timestamp, partition_watermark: Timestamp)
    where
        O: Outputs<P::Out, P::Sides>,
    {
        let Self {
            core, lanes, outputs, ..
        } = self;
        if let Some(mut enter) = lanes.enter() {
            outputs.control(&mut enter);
        }
        core.fire(domain, last, partition_watermark, outputs);
        if let Some(mut leave) = lanes.leave() {
            outputs.control(&mut leave);
        }
    }

    /// The input has ended.
    #[cold]
    fn end(&mut self, partition_watermark: Timestamp)
    where
        O: Outputs<P::Out, P::Sides>,
    {
        let Self {
            core, lanes, outputs, ..
        } = self;
        // A job that was saved after its end has done this.
        if P::HAS_END && partition_watermark != Timestamp::MAX {
            if let Some(mut enter) = lanes.enter() {
                outputs.control(&mut enter);
            }
            core.end(partition_watermark, outputs);
            if let Some(mut leave) = lanes.leave() {
                outputs.control(&mut leave);
            }
        }
    }

    /// The lane ends that was kept open.
    fn end_kept(&mut self)
    where
        O: Outputs<P::Out, P::Sides>,
    {
        if let Some(lane) = self.lanes.take_kept() {
            self.outputs.control(&mut Control::Lane(LaneEvent::End(lane)));
        }
    }

    /// The clock shows this.
    fn tick(&mut self, now: Timestamp)
    where
        O: Outputs<P::Out, P::Sides>,
    {
        self.core.clock.set(now);
        let domain = TimeDomain::Processing;
        if P::HAS_TIMERS && self.core.timers.may_fire(domain, now) {
            self.fire(domain, now, self.core.now.watermark);
        }
        if P::States::EXPIRES && self.core.expirations.may_have(domain, now) {
            self.core.expire(domain, now);
        }
    }
}

fn alone<T, H>(record: Record<T>) -> (Record<T>, Found<H>) {
    (record, None)
}

fn looked_up<T, H>((record, held, look_up): (Record<T>, H, LookUp)) -> (Record<T>, Found<H>) {
    (record, Some((held, look_up)))
}

impl<T, C, G, P, O> Push<T> for ProcessPush<T, C, G, P, O>
where
    G: Grouping<T>,
    P: KeyedProcess<G::Key, T>,
    P::States: StoredStates<C>,
    O: Outputs<P::Out, P::Sides>,
    C: Storage<G::Key>,
{
    #[inline]
    fn push(&mut self, record: Record<T>) {
        self.core.clock.forget();
        self.outputs.one(&mut self.core, record, None);
    }

    #[inline]
    fn push_all(&mut self, records: impl Iterator<Item = Record<T>>) {
        self.core.clock.forget();
        if !self.core.state.in_blocks() {
            self.core.state.touch_everything();
            return self.outputs.row(&mut self.core, records.map(alone));
        }
        records.for_each(|record| {
            let Core { state, grouping, .. } = &mut self.core;
            let found = state.look_up(grouping, &record.value);
            self.block.push(record, found);
            if self.block.is_full() {
                self.push_block();
            }
        });
        self.push_block();
    }

    /// A timer may be set for any time, so that every watermark comes at its place.
    #[inline]
    fn next_due(&self, watermark: Timestamp) -> Timestamp {
        let every = watermark + TimeDelta::from_millis(1);
        if P::HAS_TIMERS {
            every
        } else {
            self.outputs.next_due(watermark)
        }
    }

    #[inline]
    fn watermark(&mut self, watermark: Timestamp) {
        let before = self.core.now.watermark;
        self.core.now.watermark = watermark;
        let is_end = watermark == Timestamp::MAX;
        if !is_end {
            self.core.now.before_end = watermark;
        }
        let domain = TimeDomain::Event;
        if P::HAS_TIMERS {
            let last = if is_end {
                watermark
            } else {
                watermark - TimeDelta::from_millis(1)
            };
            if self.core.timers.may_fire(domain, last) {
                self.fire(domain, last, before);
            }
        }
        if P::States::EXPIRES && !is_end && self.core.expirations.may_have(domain, watermark) {
            self.core.expire(domain, watermark);
        }
        if is_end {
            self.end(before);
            self.end_kept();
        }
        self.outputs.watermark(watermark);
    }

    fn control(&mut self, control: &mut Control<'_>) {
        match control {
            Control::Lane(event) => {
                if let LaneEvent::Open { has_event_time, .. } = event {
                    self.core.learn_event_time(*has_event_time);
                    self.end_kept();
                } else if let LaneEvent::Limit(limit) = event {
                    self.core.now.limit = *limit;
                }
                if !self.lanes.event(event) {
                    return;
                }
            }
            Control::Job(event) => match event {
                JobEvent::Tick(now) => self.tick(*now),
                JobEvent::Start { .. } | JobEvent::Idle(_) | JobEvent::Active | JobEvent::Flush => {}
            },
            Control::Question(question) => match question {
                Question::Save(save) => {
                    let declared = self.core.state.declared().clone();
                    save.state(&declared, &mut self.saved());
                }
                Question::Capture(slice) => self.core.capture(slice),
                Question::Restore(restore) => {
                    let declared = self.core.state.declared().clone();
                    restore.state(&declared, &mut self.saved());
                }
                Question::Count(tally) => {
                    let counts = tally.node(self.node);
                    counts.watermark = Some(self.core.now.watermark);
                    counts.state += self.core.size();
                }
                Question::AfterEnd(after) if P::HAS_TIMERS || P::HAS_END => {
                    after.ask(self.core.state.declared(), self.core.now.watermark);
                }
                Question::Look(look) => self.core.look(look),
                Question::AfterEnd(_) | Question::Progress(_) => {}
            },
        }
        self.outputs.control(control);
    }
}

impl<T, C, G, P, O> ProcessPush<T, C, G, P, O>
where
    G: Grouping<T>,
    P: KeyedProcess<G::Key, T>,
    P::States: StoredStates<C>,
{
    fn saved(&mut self) -> Saved<'_, T, C, G, P> {
        Saved {
            core: &mut self.core,
            storage: PhantomData,
        }
    }
}
