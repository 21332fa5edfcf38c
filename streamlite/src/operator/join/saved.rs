//! What is saved of an interval join.

use std::marker::PhantomData;

use super::waiting::{Sides, Waiting};
use crate::join::{Buffer, Either, JoinType, Mark, Row};
use crate::state::{Decoder, Encoder, Grouping, Snapshot, StateError, Storage};

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
        to.plain(&(waiting.reached(), waiting.came))?;
        waiting.state.save(to, |key, sides, to| {
            <C as Storage<G::Key>>::write(key, to)?;
            write::<C, _, _>(&sides.left, to)?;
            write::<C, _, _>(&sides.right, to)
        })
    }

    fn restore(&mut self, from: &mut Decoder<'_>) -> Result<(), StateError> {
        let waiting = &mut *self.waiting;
        let (reached, came) = from.plain()?;
        waiting.reach(reached);
        waiting.came = came;
        waiting.state.restore(from, |from| {
            let mut sides = Sides::default();
            read::<C, _, _>(&mut sides.left, from)?;
            read::<C, _, _>(&mut sides.right, from)?;
            Ok(sides)
        })?;
        waiting.schedule_all();
        Ok(())
    }
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
