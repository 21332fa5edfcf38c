//! The rows of joins as they are saved: of a key that has few with the key, and of one that has many by themselves.

use std::marker::PhantomData;

use crate::join::{Buffer, FEW, JoinType, ManyRows, Mark, Row};
use crate::operator::keyed_state::KeyedState;
use crate::state::{Decoder, Encoder, RestoredRow, RowFormat, Slice, StateError, Storage, Table};

/// The rows of the keys that have many.
#[derive(Debug)]
pub(super) struct Many<L, R, J: JoinType> {
    pub(super) left: ManyRows<L, J::Left>,
    pub(super) right: ManyRows<R, J::Right>,
}

impl<L, R, J: JoinType> Default for Many<L, R, J> {
    fn default() -> Self {
        Self {
            left: ManyRows::default(),
            right: ManyRows::default(),
        }
    }
}

/// How the rows of a join are written.
pub(super) struct JoinRows<C>(PhantomData<C>);

impl<T, M: Mark, C: Storage<T>> RowFormat<Row<T, M>> for JoinRows<C> {
    fn write(row: &Row<T, M>, to: &mut Encoder) -> Result<(), StateError> {
        to.plain(&(row.at, row.mark))?;
        C::write(&row.value, to)
    }

    fn read(from: &mut Decoder<'_>) -> Result<Row<T, M>, StateError> {
        let (at, mark) = from.plain()?;
        let value = C::read(from)?;
        Ok(Row { at, mark, value })
    }
}

/// Writes the rows of a key; where they are many, how many: they are elsewhere.
pub(super) fn write<C: Storage<T>, T, M: Mark>(
    rows: &Buffer<T, M>,
    to: &mut Encoder,
) -> Result<(), StateError> {
    to.plain(&(rows.is_long(), rows.len() as u64))?;
    let mut few = rows.few();
    few.try_for_each(|row| JoinRows::<C>::write(row, to))
}

/// Reads the rows of a key; those that are elsewhere are to come.
pub(super) fn read<C: Storage<T>, T, M: Mark>(
    rows: &mut Buffer<T, M>,
    from: &mut Decoder<'_>,
) -> Result<(), StateError> {
    let (is_long, count) = from.plain()?;
    if is_long {
        *rows = Buffer::long(count);
        return Ok(());
    }
    if count > FEW as u64 {
        return Err(StateError::new("a key has many rows where there are to be few"));
    }
    let mut none = ManyRows::default();
    for _ in 0..count {
        rows.insert(JoinRows::<C>::read(from)?, 0, &mut none);
    }
    Ok(())
}

/// Lets keys know which of the rows that were restored are theirs.
pub(super) fn remember<C, S: Table>(
    state: &mut KeyedState<C, S>,
    rows: &[RestoredRow],
    mut remember: impl FnMut(&mut S::Value, &RestoredRow) -> bool,
) -> Result<(), StateError> {
    for row in rows {
        let slot = S::slot_at(row.place);
        if !state.has(slot) || !remember(state.entry_unsaved(slot).1, row) {
            return Err(StateError::new("a row is there that no key has"));
        }
    }
    Ok(())
}

/// Checks that keys have all the rows that they had: entries by themselves do not tell, as some are read more than once.
pub(super) fn are_whole<C, S: Table>(
    state: &KeyedState<C, S>,
    is_whole: impl Fn(&S::Value) -> bool,
) -> Result<(), StateError> {
    let mut all = true;
    state.for_each(|_slot, _key, value| all &= is_whole(value));
    if all {
        return Ok(());
    }
    Err(StateError::new("rows are missing that a key has"))
}

/// Writes a slice of what is to be written of a join for a checkpoint.
pub(super) fn capture<C, S: Table, T, M, U, N>(
    slice: &mut Slice,
    state: &mut KeyedState<C, S>,
    left: &mut ManyRows<T, M>,
    right: &mut ManyRows<U, N>,
) {
    let id = state.declared().id().clone();
    slice.walk(&id, |room| {
        let is_written = state.go_on(room) && left.go_on(room) && right.go_on(room);
        is_written.then(|| {
            let all = [state.finish(), left.finish(), right.finish()];
            all.into_iter().flatten().collect()
        })
    });
}
