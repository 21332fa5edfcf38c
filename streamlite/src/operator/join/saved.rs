//! What is saved of an interval join.

use std::collections::VecDeque;
use std::marker::PhantomData;

use super::waiting::{Side, Sides, Waiting};
use crate::join::{Buffer, Either, JoinType, Mark, Row};
use crate::state::{Decoder, Encoder, Grouping, Snapshot, StateError, Storage, Table};
use crate::time::Timestamp;

/// The rows that wait, to be saved and restored.
pub(super) struct Saved<'a, L, R, C, G: Grouping<Either<L, R>>, J: JoinType> {
    waiting: &'a mut Waiting<L, R, C, G, J>,
    storage: PhantomData<C>,
}

impl<'a, L, R, C, G: Grouping<Either<L, R>>, J: JoinType> Saved<'a, L, R, C, G, J> {
    pub(super) fn new(waiting: &'a mut Waiting<L, R, C, G, J>) -> Self {
        Self {
            waiting,
            storage: PhantomData,
        }
    }
}

impl<L, R, C, G, J> Snapshot for Saved<'_, L, R, C, G, J>
where
    G: Grouping<Either<L, R>>,
    J: JoinType,
    C: Storage<G::Key> + Storage<L> + Storage<R>,
{
    fn save(&mut self, to: &mut Encoder) -> Result<(), StateError> {
        let waiting = &mut *self.waiting;
        to.plain(&waiting.reached())?;
        waiting.state.save(to, |key, sides, to| {
            <C as Storage<G::Key>>::write(key, to)?;
            write::<C, _, _>(&sides.left, to)?;
            write::<C, _, _>(&sides.right, to)
        })?;
        let (ranks, alone) = (waiting.state.ranks(), waiting.alone.clone());
        to.later(move |to| {
            // The rows that may be emitted alone, in the order in which they would be: of each the place of its key, and its
            // side. Its time is that of the first such row of that key and side that has not been named.
            let mut rows = Vec::with_capacity(alone.count());
            alone.for_each(|at, &(place, side)| {
                rows.extend(ranks.of_place(place).map(|place| (at, (place, side))));
            });
            rows.sort_by_key(|(at, _)| *at);
            let rows: Vec<(u32, Side)> = rows.into_iter().map(|(_, row)| row).collect();
            to.plain(&rows)
        })
    }

    fn restore(&mut self, from: &mut Decoder<'_>) -> Result<(), StateError> {
        let waiting = &mut *self.waiting;
        waiting.reach(from.plain()?);
        waiting.state.restore(from, |from| {
            let mut sides = Sides::default();
            read::<C, _, _>(&mut sides.left, from)?;
            read::<C, _, _>(&mut sides.right, from)?;
            Ok(sides)
        })?;
        let mut times = Vec::new();
        waiting.state.for_each(|slot, _key, sides| {
            let place = <G::Table<Sides<L, R, J>> as Table>::place_of(slot) as usize;
            times.resize_with(place + 1, Default::default);
            times[place] = (times_of(&sides.left), times_of(&sides.right));
        });
        for (place, side) in from.plain::<Vec<(u32, Side)>>()? {
            let of_key = times
                .get_mut(place as usize)
                .and_then(|(left, right)| match side {
                    Side::Left => left.pop_front(),
                    Side::Right => right.pop_front(),
                });
            let at = of_key.ok_or_else(|| StateError::new("a row that waits is missing"))?;
            let over_at = waiting.over_at(side, at);
            waiting.alone.put(over_at, (place, side));
        }
        waiting.schedule_all();
        Ok(())
    }
}

/// The times of the rows that may be emitted alone.
fn times_of<T, M: Mark>(rows: &Buffer<T, M>) -> VecDeque<Timestamp> {
    let rows = rows.iter().filter(|_| M::COUNTS);
    rows.map(|row| row.at).collect()
}

pub(super) fn write<C: Storage<T>, T, M: Mark>(
    rows: &Buffer<T, M>,
    to: &mut Encoder,
) -> Result<(), StateError> {
    to.plain(&(rows.len() as u64))?;
    rows.iter().try_for_each(|row| {
        to.plain(&(row.at, row.mark))?;
        C::write(&row.value, to)
    })
}

pub(super) fn read<C: Storage<T>, T, M: Mark>(
    rows: &mut Buffer<T, M>,
    from: &mut Decoder<'_>,
) -> Result<(), StateError> {
    for _ in 0..from.plain::<u64>()? {
        let (at, mark) = from.plain()?;
        let value = C::read(from)?;
        rows.insert(Row { at, mark, value });
    }
    Ok(())
}
