//! Aggregates over the whole input: one result for each key at its end.

use std::marker::PhantomData;

use super::grouping::{GroupTable, Grouping, restore_table, save_table};
use super::windowed::pass_results;
use crate::aggregate::{Aggregate, Finish};
use crate::assembly::{Context, Stage};
use crate::record::{Control, Lane, Push, Record};
use crate::state::{Decoder, Encoder, Keeps, Snapshot, StateError, StateId};
use crate::time::Timestamp;

/// Describes an aggregate over the whole input; see [`Stream::aggregate_with`](crate::flow::Stream).
#[derive(Clone, Copy, Debug)]
pub struct Total<G, A, F> {
    pub(crate) grouping: G,
    pub(crate) aggregate: A,
    pub(crate) finish: F,
}

/// A group's accumulator, and the greatest timestamp among its records: that of its result.
type Kept<Acc> = (Acc, Timestamp);

struct TotalPush<T, C, G: Grouping<T>, A: Aggregate<T>, F, N> {
    grouping: G,
    aggregate: A,
    finish: F,
    table: G::Table<Kept<A::Acc>>,
    watermark: Timestamp,
    lane: Lane,
    id: StateId,
    node: usize,
    next: N,
    keeps: PhantomData<fn() -> (T, C)>,
}

impl<T, C, G, A, F> Stage<T, C> for Total<G, A, F>
where
    G: Grouping<T>,
    A: Aggregate<T>,
    F: Finish<G::Key, (), A::Out>,
    C: Keeps<G::Key> + Keeps<A::Acc>,
{
    type Out = F::Out;

    const STATES: u32 = 1;

    #[inline]
    fn build<N: Push<F::Out>>(self, cx: Context<C>, next: N) -> impl Push<T> {
        let (aggregate, mut table) = (&self.aggregate, G::Table::default());
        table.prepare(|| (aggregate.zero(), Timestamp::MIN));
        TotalPush::<T, C, G, A, F, N> {
            grouping: self.grouping,
            aggregate: self.aggregate,
            finish: self.finish,
            table,
            watermark: Timestamp::MIN,
            lane: cx.own_lane(),
            id: cx.state_id(),
            node: cx.node_index(),
            next,
            keeps: PhantomData,
        }
    }
}

impl<T, C, G, A, F, N> Push<T> for TotalPush<T, C, G, A, F, N>
where
    G: Grouping<T>,
    A: Aggregate<T>,
    F: Finish<G::Key, (), A::Out>,
    N: Push<F::Out>,
    C: Keeps<G::Key> + Keeps<A::Acc>,
{
    #[inline]
    fn push(&mut self, record: Record<T>) {
        let aggregate = &self.aggregate;
        let first = || (aggregate.zero(), Timestamp::MIN);
        let (acc, greatest) = self.grouping.entry(&mut self.table, &record.value, first).value;
        *greatest = record.timestamp.max(*greatest);
        aggregate.add_owned(acc, record.value);
    }

    fn watermark(&mut self, watermark: Timestamp) {
        if watermark == Timestamp::MAX {
            let seen = self.watermark;
            let Self {
                table,
                finish,
                aggregate,
                next,
                ..
            } = self;
            table.drain_in_order(|key, (acc, timestamp)| {
                let value = finish.finish_owned(key, (), aggregate.last_result(acc));
                next.push(Record {
                    value,
                    timestamp,
                    seen,
                });
            });
        }
        self.watermark = watermark;
        self.next.watermark(watermark);
    }

    fn control(&mut self, control: &mut Control<'_>) {
        match control {
            Control::Save(save) => save.state(&self.id.clone(), self),
            Control::Restore(restore) => restore.state(&self.id.clone(), self),
            Control::Count(tally) => tally.node(self.node).watermark = Some(self.watermark),
            _ => {}
        }
        pass_results(self.lane, &mut self.next, control);
    }
}

impl<T, C, G, A, F, N> Snapshot for TotalPush<T, C, G, A, F, N>
where
    G: Grouping<T>,
    A: Aggregate<T>,
    C: Keeps<G::Key> + Keeps<A::Acc>,
{
    fn save(&self, to: &mut Encoder) -> Result<(), StateError> {
        to.plain(&self.watermark)?;
        save_table(&self.table, to, |key, (acc, greatest), to| {
            to.kept::<C, G::Key>(key)?;
            to.kept::<C, A::Acc>(acc)?;
            to.plain(greatest)
        })
    }

    fn restore(&mut self, from: &mut Decoder<'_>) -> Result<(), StateError> {
        self.watermark = from.plain()?;
        let aggregate = &self.aggregate;
        self.table = restore_table(
            || (aggregate.zero(), Timestamp::MIN),
            from,
            |from| {
                Ok((
                    from.kept::<C, G::Key>()?,
                    (from.kept::<C, A::Acc>()?, from.plain()?),
                ))
            },
        )?;
        Ok(())
    }
}
