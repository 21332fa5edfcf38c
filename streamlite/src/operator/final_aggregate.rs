//! Aggregates over the whole input: one result for each key at its end.

use std::marker::PhantomData;

use super::grouping::{GroupTable, Grouping, restore_table, save_table};
use super::windowed::{end_results, pass_results};
use crate::aggregate::{Aggregate, Finish};
use crate::assembly::{Context, Stage};
use crate::control::{Control, Lane, LaneEvent, Question};
use crate::record::{Push, Record};
use crate::state::{DeclaredState, Decoder, Encoder, Shape, Snapshot, StateError, Storage, name_of};
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
    table: G::Table<A::Acc>,
    /// The greatest timestamp of all records: that of the results, which are final only at the end of all.
    greatest: Timestamp,
    watermark: Timestamp,
    lane: Lane,
    state: DeclaredState,
    node: usize,
    next: N,
    keeps: PhantomData<fn() -> (T, C)>,
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
        let (aggregate, mut table) = (&self.aggregate, G::Table::default());
        table.prepare(|| aggregate.zero());
        let shape = Shape::new("aggregate")
            .with("key", name_of::<G::Key>())
            .with("aggregate", aggregate.describe());
        let state = cx.declare(shape);
        FinalAggregatePush::<T, C, G, A, F, N> {
            grouping: self.grouping,
            aggregate: self.aggregate,
            finish: self.finish,
            table,
            greatest: Timestamp::MIN,
            watermark: Timestamp::MIN,
            lane: cx.own_lane(),
            state,
            node: cx.node_index(),
            next,
            keeps: PhantomData,
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
        let aggregate = &self.aggregate;
        self.greatest = record.timestamp.max(self.greatest);
        let entry = self
            .grouping
            .entry(&mut self.table, &record.value, || aggregate.zero());
        aggregate.add_owned(entry.value, record.value);
    }

    fn watermark(&mut self, watermark: Timestamp) {
        if watermark == Timestamp::MAX {
            let (partition_watermark, timestamp) = (self.watermark, self.greatest);
            let Self {
                table,
                finish,
                aggregate,
                next,
                lane,
                ..
            } = self;
            next.control(&mut Control::Lane(LaneEvent::Enter(*lane)));
            table.drain_in_order(|key, acc| {
                let value = finish.finish_owned(key, (), aggregate.last_result(acc));
                next.push(Record {
                    value,
                    timestamp,
                    partition_watermark,
                });
            });
            next.control(&mut Control::Lane(LaneEvent::Leave));
        }
        self.watermark = watermark;
        if watermark == Timestamp::MAX {
            end_results(self.lane, &mut self.next);
        }
        self.next.watermark(watermark);
    }

    fn control(&mut self, control: &mut Control<'_>) {
        match control {
            Control::Lane(_) | Control::Job(_) => {}
            Control::Question(question) => match question {
                Question::Save(save) => save.state(&self.state, self),
                Question::Restore(restore) => restore.state(&self.state.clone(), self),
                Question::AfterEnd(after) => after.ask(&self.state, self.watermark),
                Question::Count(tally) => tally.node(self.node).watermark = Some(self.watermark),
                Question::Progress(_) => {}
            },
        }
        pass_results(self.lane, &mut self.next, control);
    }
}

impl<T, C, G, A, F, N> Snapshot for FinalAggregatePush<T, C, G, A, F, N>
where
    G: Grouping<T>,
    A: Aggregate<T>,
    C: Storage<G::Key> + Storage<A::Acc>,
{
    fn save(&self, to: &mut Encoder) -> Result<(), StateError> {
        to.plain(&(self.watermark, self.greatest))?;
        save_table(&self.table, to, |key, acc, to| {
            to.kept::<C, G::Key>(key)?;
            to.kept::<C, A::Acc>(acc)
        })
    }

    fn restore(&mut self, from: &mut Decoder<'_>) -> Result<(), StateError> {
        (self.watermark, self.greatest) = from.plain()?;
        let aggregate = &self.aggregate;
        self.table = restore_table(
            || aggregate.zero(),
            from,
            |from| Ok((from.kept::<C, G::Key>()?, from.kept::<C, A::Acc>()?)),
        )?;
        Ok(())
    }
}
