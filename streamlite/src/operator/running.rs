//! Aggregates that give a result with every record.

use std::marker::PhantomData;

use super::finish::Finish;
use super::keyed_state::KeyedState;
use crate::aggregate::Aggregate;
use crate::assembly::{Context, Stage};
use crate::control::{Control, Question};
use crate::record::{Push, Record};
use crate::state::{Block, Grouping, Shows, Storage};
use crate::time::Timestamp;

/// Describes an aggregate that returns a result with every record; see [`Stream::running`](crate::flow::Stream::running).
#[derive(Clone, Copy, Debug)]
pub struct Running<G, A, F> {
    pub(crate) grouping: G,
    pub(crate) aggregate: A,
    pub(crate) finish: F,
}

/// What runs for [`Running`].
#[derive(Debug)]
pub struct RunningPush<T, C, G: Grouping<T>, A: Aggregate<T>, F, N> {
    grouping: G,
    aggregate: A,
    finish: F,
    state: KeyedState<C, G::Table<A::Acc>>,
    /// Records that are looked up together; empty between two calls.
    block: Block<Record<T>, G::Held>,
    next: N,
    records: PhantomData<fn(T)>,
}

impl<T, U, C, G, A, F> Stage<T, U, C> for Running<G, A, F>
where
    G: Grouping<T>,
    A: Aggregate<T>,
    F: Finish<G::Key, (), A::Out, Out = U>,
    C: Storage<G::Key> + Storage<A::Acc> + Shows<U>,
{
    type Built<N: Push<U>> = RunningPush<T, C, G, A, F, N>;

    const STATES: u32 = 1;

    #[inline]
    fn build<N: Push<U>>(self, cx: Context<C>, next: N) -> Self::Built<N> {
        let state = KeyedState::of_aggregate::<T, A>(&cx, "running", &self.aggregate);
        RunningPush::<T, C, G, A, F, N> {
            grouping: self.grouping,
            aggregate: self.aggregate,
            finish: self.finish,
            state,
            block: Block::default(),
            next,
            records: PhantomData,
        }
    }
}

/// Adds a record to its group, and makes the result of the group so far.
#[inline]
fn add<K, T, A: Aggregate<T>, F: Finish<K, (), A::Out>>(
    aggregate: &A,
    finish: &mut F,
    key: &K,
    acc: &mut A::Acc,
    value: T,
) -> F::Out {
    aggregate.add_owned(acc, value);
    finish.finish(key, (), aggregate.result(acc))
}

impl<T, C, G, A, F, N> RunningPush<T, C, G, A, F, N>
where
    G: Grouping<T>,
    A: Aggregate<T>,
    F: Finish<G::Key, (), A::Out>,
    N: Push<F::Out>,
{
    /// Pushes the records of the block on, whose groups are on their way from memory.
    #[expect(
        clippy::inline_always,
        reason = "measured: a call costs instructions for each record"
    )]
    #[inline(always)]
    fn push_block(&mut self) {
        let Self {
            grouping,
            aggregate,
            finish,
            state,
            block,
            next,
            ..
        } = self;
        state.look_further(block);
        state.touch_block(grouping, block, |record| &record.value);
        next.push_all(block.drain().map(|(record, held, look_up)| {
            let Record {
                value,
                timestamp,
                partition_watermark,
            } = record;
            let slot = state.slot_of_found(grouping, look_up, held, &value, || aggregate.zero());
            let value = state.update_touched(slot, |key, acc| add(aggregate, finish, key, acc, value));
            Record {
                value,
                timestamp,
                partition_watermark,
            }
        }));
    }
}

impl<T, C, G, A, F, N> Push<T> for RunningPush<T, C, G, A, F, N>
where
    G: Grouping<T>,
    A: Aggregate<T>,
    F: Finish<G::Key, (), A::Out>,
    N: Push<F::Out>,
    C: Storage<G::Key> + Storage<A::Acc> + Shows<F::Out>,
{
    #[inline]
    fn push(&mut self, record: Record<T>) {
        let Record {
            value,
            timestamp,
            partition_watermark,
        } = record;
        let Self {
            grouping,
            aggregate,
            finish,
            state,
            ..
        } = self;
        let slot = state.slot_of(grouping, &value, || aggregate.zero());
        let value = state.update(slot, |key, acc| add(aggregate, finish, key, acc, value));
        self.next.push(Record {
            value,
            timestamp,
            partition_watermark,
        });
    }

    #[inline]
    fn push_all(&mut self, records: impl Iterator<Item = Record<T>>) {
        if !self.state.in_blocks() {
            self.state.touch_everything();
            let Self {
                grouping,
                aggregate,
                finish,
                state,
                next,
                ..
            } = self;
            return next.push_all(RunningRow {
                records,
                grouping,
                aggregate,
                finish,
                state,
            });
        }
        records.for_each(|record| {
            let found = self.state.look_up(&mut self.grouping, &record.value);
            self.block.push(record, found);
            if self.block.is_full() {
                self.push_block();
            }
        });
        self.push_block();
    }

    #[inline]
    fn next_due(&self, watermark: Timestamp) -> Timestamp {
        self.next.next_due(watermark)
    }

    #[inline]
    fn watermark(&mut self, watermark: Timestamp) {
        self.next.watermark(watermark);
    }

    fn control(&mut self, control: &mut Control<'_>) {
        if let Control::Question(Question::Look(look)) = control {
            let Self {
                aggregate,
                finish,
                state,
                ..
            } = self;
            state.look(look, |key, acc| finish.finish(key, (), aggregate.result(acc)));
        }
        self.state.control::<T, A, _>(control, &self.aggregate, &mut ());
        self.next.control(control);
    }
}

/// A row of results, one for each record.
struct RunningRow<'a, T, C, G: Grouping<T>, A: Aggregate<T>, F, I> {
    records: I,
    grouping: &'a mut G,
    aggregate: &'a A,
    finish: &'a mut F,
    state: &'a mut KeyedState<C, G::Table<A::Acc>>,
}

impl<T, C, G, A, F, I> Iterator for RunningRow<'_, T, C, G, A, F, I>
where
    G: Grouping<T>,
    A: Aggregate<T>,
    F: Finish<G::Key, (), A::Out>,
    I: Iterator<Item = Record<T>>,
{
    type Item = Record<F::Out>;

    #[inline]
    fn next(&mut self) -> Option<Record<F::Out>> {
        let Record {
            value,
            timestamp,
            partition_watermark,
        } = self.records.next()?;
        let Self {
            grouping,
            aggregate,
            finish,
            state,
            ..
        } = self;
        let slot = state.slot_of(*grouping, &value, || aggregate.zero());
        let value = state.update_touched(slot, |key, acc| {
            add::<_, T, A, F>(aggregate, finish, key, acc, value)
        });
        Some(Record {
            value,
            timestamp,
            partition_watermark,
        })
    }
}
