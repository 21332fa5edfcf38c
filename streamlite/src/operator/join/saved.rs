//! What is saved of an interval join.

use std::marker::PhantomData;

use super::many::{JoinRows, are_whole, read, remember, write};
use super::waiting::{Sides, Waiting};
use crate::join::{Either, JoinType};
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
        })?;
        let Waiting { state, many, .. } = waiting;
        many.left.save::<JoinRows<C>>(to, || state.ranks())?;
        many.right.save::<JoinRows<C>>(to, || state.ranks())
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
        let Waiting { state, many, .. } = waiting;
        let rows = many.left.restore::<JoinRows<C>>(from)?;
        remember(state, &rows, |sides, row| {
            sides.left.remember(row.turn, row.row, &many.left)
        })?;
        let rows = many.right.restore::<JoinRows<C>>(from)?;
        remember(state, &rows, |sides, row| {
            sides.right.remember(row.turn, row.row, &many.right)
        })?;
        are_whole(state, |sides| sides.left.is_whole() && sides.right.is_whole())?;
        waiting.schedule_all();
        Ok(())
    }
}
