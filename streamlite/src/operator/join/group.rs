//! The right rows of one key of a hash join.

use std::marker::PhantomData;
use std::mem;
use std::slice;

use crate::join::FEW;
use crate::state::{Decoder, Encoder, PlacedRows, RowFormat, StateError, Storage};
use crate::time::Timestamp;

/// A row, and when it happened.
pub(super) type Timed<R> = (Timestamp, R);

/// The rows of the keys that have many.
pub(super) type ManyTimed<R> = PlacedRows<Timed<R>>;

/// The right rows of one key, in the order in which they came.
#[derive(Debug)]
pub(super) struct Group<R, M> {
    /// Whether a left row has found them.
    pub(super) mark: M,
    rows: Rows<R>,
}

/// Most keys have one row, which needs no memory of its own; where there are many they are in [`ManyTimed`], so that a checkpoint
/// does not write all of them when one comes.
#[derive(Debug)]
enum Rows<R> {
    None,
    One(Timed<R>),
    Several(Vec<Timed<R>>),
    Many(Box<Many>),
}

/// Where many rows are.
#[derive(Debug)]
struct Many {
    rows: Vec<u32>,
    /// How many are to come that were saved.
    to_come: u64,
}

impl<R, M: Default> Default for Group<R, M> {
    fn default() -> Self {
        Self {
            mark: M::default(),
            rows: Rows::None,
        }
    }
}

impl<R, M> Group<R, M> {
    /// Adds a row of the key at a place.
    #[inline]
    pub(super) fn push(&mut self, row: Timed<R>, place: u32, many: &mut ManyTimed<R>) {
        match &mut self.rows {
            Rows::None => self.rows = Rows::One(row),
            Rows::Several(rows) if rows.len() < FEW => rows.push(row),
            _ => self.push_further(row, place, many),
        }
    }

    fn push_further(&mut self, row: Timed<R>, place: u32, many: &mut ManyTimed<R>) {
        self.rows = match mem::replace(&mut self.rows, Rows::None) {
            Rows::None => Rows::One(row),
            Rows::One(first) => Rows::Several(vec![first, row]),
            Rows::Several(rows) => {
                let all = (0..).zip(rows.into_iter().chain([row]));
                Rows::Many(Box::new(Many {
                    rows: all.map(|(turn, row)| many.add(place, turn, row)).collect(),
                    to_come: 0,
                }))
            }
            Rows::Many(mut all) => {
                let turn = all.rows.len() as u64;
                all.rows.push(many.add(place, turn, row));
                Rows::Many(all)
            }
        };
    }

    /// Shows all rows to a closure, in order.
    #[inline]
    pub(super) fn for_each(&self, many: &ManyTimed<R>, visit: impl FnMut(&Timed<R>)) {
        match &self.rows {
            Rows::Many(all) => all.rows.iter().map(|row| many.get(*row)).for_each(visit),
            _ => self.few().iter().for_each(visit),
        }
    }

    /// All rows, if they are not in [`ManyTimed`].
    #[inline]
    fn few(&self) -> &[Timed<R>] {
        match &self.rows {
            Rows::None | Rows::Many(_) => &[],
            Rows::One(row) => slice::from_ref(row),
            Rows::Several(rows) => rows,
        }
    }

    /// All rows.
    pub(super) fn into_rows(self, many: &mut ManyTimed<R>) -> Vec<Timed<R>> {
        match self.rows {
            Rows::None => Vec::new(),
            Rows::One(row) => vec![row],
            Rows::Several(rows) => rows,
            Rows::Many(all) => all.rows.into_iter().map(|row| many.take(row)).collect(),
        }
    }

    /// Remembers a row that was restored, and comes after those that are; says whether such a one was to come.
    pub(super) fn remember(&mut self, row: u32) -> bool {
        let Rows::Many(all) = &mut self.rows else {
            return false;
        };
        let Some(to_come) = all.to_come.checked_sub(1) else {
            return false;
        };
        all.to_come = to_come;
        all.rows.push(row);
        true
    }

    /// Whether all rows have come that were saved.
    pub(super) fn is_whole(&self) -> bool {
        match &self.rows {
            Rows::Many(all) => all.to_come == 0,
            _ => true,
        }
    }
}

/// How rows are written.
pub(super) struct TimedRows<C>(PhantomData<C>);

impl<R, C: Storage<R>> RowFormat<Timed<R>> for TimedRows<C> {
    fn write(row: &Timed<R>, to: &mut Encoder) -> Result<(), StateError> {
        write_row::<C, R>(row, to)
    }

    fn read(from: &mut Decoder<'_>) -> Result<Timed<R>, StateError> {
        read_row::<C, R>(from)
    }
}

/// Writes the rows of a key; where they are many, how many: they are elsewhere.
pub(super) fn write_rows<C: Storage<R>, R, M>(
    group: &Group<R, M>,
    to: &mut Encoder,
) -> Result<(), StateError> {
    match &group.rows {
        Rows::Many(all) => to.plain(&(true, all.rows.len() as u64)),
        _ => {
            to.plain(&(false, group.few().len() as u64))?;
            group.few().iter().try_for_each(|row| write_row::<C, R>(row, to))
        }
    }
}

/// Reads the rows of a key, which has none; those that are elsewhere are to come.
pub(super) fn read_rows<C: Storage<R>, R, M>(
    group: &mut Group<R, M>,
    from: &mut Decoder<'_>,
) -> Result<(), StateError> {
    let (is_long, count) = from.plain()?;
    if is_long {
        group.rows = Rows::Many(Box::new(Many {
            rows: Vec::new(),
            to_come: count,
        }));
        return Ok(());
    }
    if count > FEW as u64 {
        return Err(StateError::new("a key has many rows where there are to be few"));
    }
    let mut none = ManyTimed::default();
    for _ in 0..count {
        group.push(read_row::<C, R>(from)?, 0, &mut none);
    }
    Ok(())
}

/// Writes a row.
pub(super) fn write_row<C: Storage<R>, R>((at, row): &Timed<R>, to: &mut Encoder) -> Result<(), StateError> {
    to.plain(at)?;
    C::write(row, to)
}

/// Reads a row.
pub(super) fn read_row<C: Storage<R>, R>(from: &mut Decoder<'_>) -> Result<Timed<R>, StateError> {
    let at = from.plain()?;
    Ok((at, C::read(from)?))
}
