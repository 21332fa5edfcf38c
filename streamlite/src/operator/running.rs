//! Aggregates that give a result with every record.

use std::marker::PhantomData;

use super::grouping::{GroupTable, Grouping, restore_table, save_table};
use crate::aggregate::{Aggregate, Finish};
use crate::assembly::{Context, Stage};
use crate::control::{Control, Question};
use crate::record::{Push, Record};
use crate::state::{DeclaredState, Decoder, Encoder, Shape, Snapshot, StateError, Storage, name_of};
use crate::time::Timestamp;

/// Describes an aggregate that gives a result with every record; see [`Stream::running`](crate::flow::Stream::running).
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
    table: G::Table<A::Acc>,
    state: DeclaredState,
    next: N,
    keeps: PhantomData<fn() -> (T, C)>,
}

impl<T, U, C, G, A, F> Stage<T, U, C> for Running<G, A, F>
where
    G: Grouping<T>,
    A: Aggregate<T>,
    F: Finish<G::Key, (), A::Out, Out = U>,
    C: Storage<G::Key> + Storage<A::Acc>,
{
    type Built<N: Push<U>> = RunningPush<T, C, G, A, F, N>;

    const STATES: u32 = 1;

    #[inline]
    fn build<N: Push<U>>(self, cx: Context<C>, next: N) -> Self::Built<N> {
        let (aggregate, mut table) = (&self.aggregate, G::Table::default());
        table.prepare(|| aggregate.zero());
        let shape = Shape::new("running")
            .with("key", name_of::<G::Key>())
            .with("aggregate", aggregate.describe());
        let state = cx.declare(shape);
        RunningPush::<T, C, G, A, F, N> {
            grouping: self.grouping,
            aggregate: self.aggregate,
            finish: self.finish,
            table,
            state,
            next,
            keeps: PhantomData,
        }
    }
}

impl<T, C, G, A, F, N> Push<T> for RunningPush<T, C, G, A, F, N>
where
    G: Grouping<T>,
    A: Aggregate<T>,
    F: Finish<G::Key, (), A::Out>,
    N: Push<F::Out>,
    C: Storage<G::Key> + Storage<A::Acc>,
{
    #[inline]
    fn push(&mut self, record: Record<T>) {
        let Record {
            value,
            timestamp,
            partition_watermark,
        } = record;
        let aggregate = &self.aggregate;
        let entry = self.grouping.entry(&mut self.table, &value, || aggregate.zero());
        aggregate.add_owned(entry.value, value);
        let value = self.finish.finish(entry.key, (), aggregate.result(entry.value));
        self.next.push(Record {
            value,
            timestamp,
            partition_watermark,
        });
    }

    #[inline]
    fn watermark(&mut self, watermark: Timestamp) {
        self.next.watermark(watermark);
    }

    fn control(&mut self, control: &mut Control<'_>) {
        match control {
            Control::Lane(_) | Control::Job(_) => {}
            Control::Question(question) => match question {
                Question::Save(save) => save.state(&self.state, self),
                Question::Restore(restore) => restore.state(&self.state.clone(), self),
                Question::AfterEnd(_) | Question::Progress(_) | Question::Count(_) => {}
            },
        }
        self.next.control(control);
    }
}

impl<T, C, G, A, F, N> Snapshot for RunningPush<T, C, G, A, F, N>
where
    G: Grouping<T>,
    A: Aggregate<T>,
    C: Storage<G::Key> + Storage<A::Acc>,
{
    fn save(&self, to: &mut Encoder) -> Result<(), StateError> {
        save_table(&self.table, to, |key, acc, to| {
            to.kept::<C, G::Key>(key)?;
            to.kept::<C, A::Acc>(acc)
        })
    }

    fn restore(&mut self, from: &mut Decoder<'_>) -> Result<(), StateError> {
        let aggregate = &self.aggregate;
        self.table = restore_table(
            || aggregate.zero(),
            from,
            |from| Ok((from.kept::<C, G::Key>()?, from.kept::<C, A::Acc>()?)),
        )?;
        Ok(())
    }
}
