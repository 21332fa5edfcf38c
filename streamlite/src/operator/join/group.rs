//! The right rows of one key of a hash join.

use std::mem;
use std::slice;

use crate::state::{Decoder, Encoder, StateError, Storage};
use crate::time::Timestamp;

/// A row, and when it happened.
pub(super) type Timed<R> = (Timestamp, R);

/// The right rows of one key, in the order in which they came.
#[derive(Debug)]
pub(super) struct Group<R, M> {
    /// Whether a left row has found them.
    pub(super) mark: M,
    rows: Rows<R>,
}

/// Most keys have one row, which needs no memory of its own.
#[derive(Debug)]
enum Rows<R> {
    None,
    One(Timed<R>),
    Several(Vec<Timed<R>>),
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
    /// Adds a row.
    #[inline]
    pub(super) fn push(&mut self, row: Timed<R>) {
        match &mut self.rows {
            Rows::None => self.rows = Rows::One(row),
            Rows::Several(rows) => rows.push(row),
            Rows::One(_) => {
                if let Rows::One(first) = mem::replace(&mut self.rows, Rows::None) {
                    self.rows = Rows::Several(vec![first, row]);
                }
            }
        }
    }

    /// All rows.
    #[inline]
    pub(super) fn rows(&self) -> &[Timed<R>] {
        match &self.rows {
            Rows::None => &[],
            Rows::One(row) => slice::from_ref(row),
            Rows::Several(rows) => rows,
        }
    }

    /// All rows.
    pub(super) fn into_rows(self) -> Vec<Timed<R>> {
        match self.rows {
            Rows::None => Vec::new(),
            Rows::One(row) => vec![row],
            Rows::Several(rows) => rows,
        }
    }
}

/// Writes rows.
pub(super) fn write_rows<C: Storage<R>, R>(rows: &[Timed<R>], to: &mut Encoder) -> Result<(), StateError> {
    to.plain(&(rows.len() as u64))?;
    rows.iter().try_for_each(|row| write_row::<C, R>(row, to))
}

/// Writes a row.
pub(super) fn write_row<C: Storage<R>, R>((at, row): &Timed<R>, to: &mut Encoder) -> Result<(), StateError> {
    to.plain(at)?;
    C::write(row, to)
}

/// Reads rows.
pub(super) fn read_rows<C: Storage<R>, R>(
    from: &mut Decoder<'_>,
    mut take: impl FnMut(Timed<R>),
) -> Result<(), StateError> {
    for _ in 0..from.plain::<u64>()? {
        take(read_row::<C, R>(from)?);
    }
    Ok(())
}

/// Reads a row.
pub(super) fn read_row<C: Storage<R>, R>(from: &mut Decoder<'_>) -> Result<Timed<R>, StateError> {
    let at = from.plain()?;
    Ok((at, C::read(from)?))
}
