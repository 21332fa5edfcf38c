//! Aggregates over the whole input: one result for each key at its end.

use std::marker::PhantomData;

use serde::{Deserialize, Serialize};

use super::finish::Finish;
use super::keyed_state::KeyedState;
use super::windowed::{end_results, pass_results};
use crate::aggregate::Aggregate;
use crate::assembly::{Context, Stage};
use crate::control::{Control, Lane, LaneEvent, Question};
use crate::record::{Push, Record};
use crate::state::{Block, Grouping, Storage};
use crate::time::Timestamp;

/// Describes an aggregate over the whole input; see [`Stream::aggregate`](crate::flow::Stream).
#[derive(Clone, Copy, Debug)]
pub struct FinalAggregate<G, A, F> {
    pub(crate) grouping: G,
    pub(crate) aggregate: A,
    pub(crate) finish: F,
}

/// What runs for [`FinalAggregate`].
#[derive(Debug)]
pub struct FinalAggregatePush<T, C, G: Grouping<T>, A: Aggregate<T>, F, N> {
    grouping: G,
    aggregate: A,
    finish: F,
    state: KeyedState<C, G::Table<A::Acc>>,
    /// Records that are looked up together; empty between two calls.
    block: Block<T, G::Held>,
    times: Times,
    lane: Lane,
    node: usize,
    next: N,
    records: PhantomData<fn(T)>,
}

/// How far event time has come.
#[derive(Debug, Serialize, Deserialize)]
struct Times {
    watermark: Timestamp,
    /// The greatest timestamp of all records: that of the results, which are final only at the end of all.
    greatest: Timestamp,
}

impl<T, U, C, G, A, F> Stage<T, U, C> for FinalAggregate<G, A, F>
where
    G: Grouping<T>,
    A: Aggregate<T>,
    F: Finish<G::Key, (), A::Out, Out = U>,
    C: Storage<G::Key> + Storage<A::Acc>,
{
    type Built<N: Push<U>> = FinalAggregatePush<T, C, G, A, F, N>;

    const STATES: u32 = 1;

    #[inline]
    fn build<N: Push<U>>(self, cx: Context<C>, next: N) -> Self::Built<N> {
        let state = KeyedState::of_aggregate::<T, A>(&cx, "aggregate", &self.aggregate);
        FinalAggregatePush::<T, C, G, A, F, N> {
            grouping: self.grouping,
            aggregate: self.aggregate,
            finish: self.finish,
            state,
            block: Block::default(),
            times: Times {
                watermark: Timestamp::MIN,
                greatest: Timestamp::MIN,
            },
            lane: cx.own_lane(),
            node: cx.node_index(),
            next,
            records: PhantomData,
        }
    }
}

impl<T, C, G, A, F, N> FinalAggregatePush<T, C, G, A, F, N>
where
    G: Grouping<T>,
    A: Aggregate<T>,
{
    /// Adds a record to its group, which was touched if `is_touched` says so.
    #[inline]
    fn add(&mut self, record: Record<T>, is_touched: bool) {
        let Self {
            grouping,
            aggregate,
            state,
            times,
            ..
        } = self;
        times.greatest = record.timestamp.max(times.greatest);
        let slot = state.slot_of(grouping, &record.value, || aggregate.zero());
        let change = |_key: &G::Key, acc: &mut A::Acc| aggregate.add_owned(acc, record.value);
        if is_touched {
            state.update_touched(slot, change);
        } else {
            state.update(slot, change);
        }
    }

    /// Adds the records of the block to their groups, which are on their way from memory.
    #[inline]
    fn add_block(&mut self) {
        let Self {
            grouping,
            aggregate,
            state,
            block,
            ..
        } = self;
        state.look_further(block);
        state.touch_block(grouping, block, |value| value);
        for (value, held, look_up) in block.drain() {
            let slot = state.slot_of_found(grouping, look_up, held, &value, || aggregate.zero());
            state.update_touched(slot, |_key, acc| aggregate.add_owned(acc, value));
        }
    }
}

impl<T, C, G, A, F, N> Push<T> for FinalAggregatePush<T, C, G, A, F, N>
where
    G: Grouping<T>,
    A: Aggregate<T>,
    F: Finish<G::Key, (), A::Out>,
    N: Push<F::Out>,
    C: Storage<G::Key> + Storage<A::Acc>,
{
    #[inline]
    fn push(&mut self, record: Record<T>) {
        self.add(record, false);
    }

    #[inline]
    fn push_all(&mut self, records: impl Iterator<Item = Record<T>>) {
        if !self.state.in_blocks() {
            self.state.touch_everything();
            return records.for_each(|record| self.add(record, true));
        }
        records.for_each(|record| {
            self.times.greatest = record.timestamp.max(self.times.greatest);
            let found = self.state.look_up(&mut self.grouping, &record.value);
            self.block.push(record.value, found);
            if self.block.is_full() {
                self.add_block();
            }
        });
        self.add_block();
    }

    #[inline]
    fn next_due(&self, watermark: Timestamp) -> Timestamp {
        self.next.next_due(watermark)
    }

    fn watermark(&mut self, watermark: Timestamp) {
        if watermark == Timestamp::MAX {
            let (partition_watermark, timestamp) = (self.times.watermark, self.times.greatest);
            let Self {
                state,
                finish,
                aggregate,
                next,
                lane,
                ..
            } = self;
            next.control(&mut Control::Lane(LaneEvent::Enter(*lane)));
            state.touch_everything();
            state.drain(|key, acc| {
                let value = finish.finish_owned(key, (), aggregate.last_result(acc));
                next.push(Record {
                    value,
                    timestamp,
                    partition_watermark,
                });
            });
            next.control(&mut Control::Lane(LaneEvent::Leave));
        }
        self.times.watermark = watermark;
        if watermark == Timestamp::MAX {
            end_results(self.lane, &mut self.next);
        }
        self.next.watermark(watermark);
    }

    fn control(&mut self, control: &mut Control<'_>) {
        self.state
            .control::<T, A, _>(control, &self.aggregate, &mut self.times);
        if let Control::Question(question) = control {
            match question {
                Question::AfterEnd(after) => after.ask(self.state.declared(), self.times.watermark),
                Question::Count(tally) => tally.node(self.node).watermark = Some(self.times.watermark),
                Question::Save(_)
                | Question::Restore(_)
                | Question::Progress(_)
                | Question::Capture(_)
                | Question::Look(_) => {}
            }
        }
        pass_results(self.lane, &mut self.next, control);
    }
}
