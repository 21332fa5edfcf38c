//! Rows that belong to entries of a table and are saved by themselves.

use std::collections::HashMap;
use std::fmt;
use std::rc::Rc;

use super::capture::{Room, WriteEntry};
use super::captured::Captured;
use super::codec::{Decoder, Encoder, StateError};
use super::live_table::LiveTable;
use super::placed::{Head, places_of};
use super::ranks::Ranks;
use super::slab::Slab;
use super::storage::Durable;
use super::table::Table;
use crate::metrics::StateSize;

/// The rows of those entries of a table that have many, in a table of their own: a checkpoint writes the rows that changed and
/// not all that such an entry has, and no entry takes long to be written.
///
/// Whoever adds a row remembers it by its number here; each says the place of its entry, and its turn among the entry's.
pub struct PlacedRows<V> {
    pub(super) rows: LiveTable<RowTable<V>>,
}

/// A table of rows; an empty slot has none.
pub(super) type RowTable<V> = Slab<Option<PlacedRow<V>>>;

/// A row and what it belongs to.
#[derive(Debug)]
pub(super) struct PlacedRow<V> {
    pub(super) place: u32,
    pub(super) turn: u64,
    pub(super) value: V,
}

/// How rows are written and read.
pub trait RowFormat<V> {
    /// Writes a row.
    ///
    /// # Errors
    /// If `Serialize` fails.
    fn write(value: &V, to: &mut Encoder) -> Result<(), StateError>;

    /// Reads a row.
    ///
    /// # Errors
    /// If the bytes are no such row.
    fn read(from: &mut Decoder<'_>) -> Result<V, StateError>;
}

/// A row that was restored.
#[derive(Clone, Copy, Debug)]
pub struct RestoredRow {
    /// The place of its entry.
    pub place: u32,
    /// Its turn among the rows of its entry.
    pub turn: u64,
    /// Its number here.
    pub row: u32,
}

impl<V> Default for PlacedRows<V> {
    fn default() -> Self {
        Self {
            rows: LiveTable::default(),
        }
    }
}

impl<V> fmt::Debug for PlacedRows<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PlacedRows").finish_non_exhaustive()
    }
}

/// Whoever remembers a row takes it once.
const TAKEN: &str = "a row that is remembered is there";

impl<V> PlacedRows<V> {
    /// Adds a row to the entry at a place; returns its number here.
    pub fn add(&mut self, place: u32, turn: u64, value: V) -> u32 {
        self.rows.add(Some(PlacedRow { place, turn, value }))
    }

    /// A row.
    pub fn get(&self, row: u32) -> &V {
        let row = self.rows.at(row).and_then(Option::as_ref);
        &row.expect(TAKEN).value
    }

    /// A row that is about to be changed.
    pub fn get_mut(&mut self, row: u32) -> &mut V {
        let (_, row) = self.rows.entry(row);
        &mut row.as_mut().expect(TAKEN).value
    }

    /// A row of which nothing is changed.
    pub fn get_unchanged(&mut self, row: u32) -> &mut V {
        let (_, row) = self.rows.entry_unsaved(row);
        &mut row.as_mut().expect(TAKEN).value
    }

    /// Takes a row away.
    pub fn take(&mut self, row: u32) -> V {
        let row = self.rows.remove(row, None).flatten();
        row.expect(TAKEN).value
    }

    /// Removes all rows.
    pub fn clear(&mut self) {
        self.rows.drain_in_order(|(), _row| {});
    }

    /// The memory that they take, as part of the entries that they belong to.
    pub fn size(&self) -> StateSize {
        self.rows.size().of_entries(0)
    }

    /// Writes the rows; `ranks` says where the entries are after a restore.
    ///
    /// # Errors
    /// If `Serialize` fails.
    pub fn save<F: RowFormat<V>>(
        &mut self,
        to: &mut Encoder,
        ranks: impl FnOnce() -> Ranks,
    ) -> Result<(), StateError> {
        let beside: WriteEntry<RowTable<V>> = |(), row, to| match row {
            Some(row) => write::<F, V>(row, row.place, to),
            None => Err(not_there()),
        };
        self.save_by(to, || Rc::new(ranks()), beside, write::<F, V>)
    }

    /// The same where `beside` writes what is beside the state, and `inside` what is in it, each for its place.
    pub(super) fn save_by(
        &mut self,
        to: &mut Encoder,
        ranks: impl FnOnce() -> Rc<Ranks>,
        beside: WriteEntry<RowTable<V>>,
        mut inside: impl FnMut(&PlacedRow<V>, u32, &mut Encoder) -> Result<(), StateError>,
    ) -> Result<(), StateError> {
        let is_beside = self.rows.is_to_be_beside(to);
        let ranks = (self.rows.count() > 0).then(ranks);
        let moved = ranks.as_ref().filter(|ranks| is_beside && ranks.are_moved());
        to.plain(&Head {
            is_beside,
            moved: moved.map(|ranks| ((), places_of(ranks))).into_iter().collect(),
        })?;
        if is_beside {
            return self.rows.save(to, beside);
        }
        self.rows.leave_out(to);
        to.plain(&(self.rows.count() as u64))?;
        let mut rows = self.rows.in_order().filter_map(|((), row)| row.as_ref());
        rows.try_for_each(|row| {
            let place = ranks.as_ref().and_then(|ranks| ranks.of_place(row.place));
            let place = place.ok_or_else(|| StateError::new("a row belongs to no key"))?;
            inside(row, place, to)
        })
    }

    /// Reads the rows, of which there are none here; returns those of each entry together, in turn.
    ///
    /// # Errors
    /// If the bytes are no such rows.
    pub fn restore<F: RowFormat<V>>(
        &mut self,
        from: &mut Decoder<'_>,
    ) -> Result<Vec<RestoredRow>, StateError> {
        let Head { is_beside, moved }: Head<()> = from.plain()?;
        if is_beside {
            self.rows
                .restore::<Durable>(from, |from| read::<F, V>(from).map(Some))?;
            self.forget_copies();
            self.move_all(&moved)?;
        } else {
            for _ in 0..from.plain::<u64>()? {
                let row = read::<F, V>(from)?;
                self.rows.add(Some(row));
            }
        }
        let mut all = Vec::with_capacity(self.rows.count());
        self.rows.for_each_slot(|slot, (), row| {
            all.extend(row.as_ref().map(|row| RestoredRow {
                place: row.place,
                turn: row.turn,
                row: slot,
            }));
        });
        all.sort_unstable_by_key(|row| (row.place, row.turn));
        Ok(all)
    }

    /// An empty slot has had a copy of a row put in.
    fn forget_copies(&mut self) {
        let mut empty = Vec::new();
        self.rows.for_each_empty(|slot| empty.push(slot));
        for slot in empty {
            *self.rows.entry_unsaved(slot).1 = None;
        }
    }

    /// Entries are elsewhere than they were when the rows were written.
    fn move_all(&mut self, moved: &[((), Vec<u32>)]) -> Result<(), StateError> {
        let Some((_, were)) = moved.first() else {
            return Ok(());
        };
        let places: HashMap<u32, u32> = were.iter().copied().zip(0..).collect();
        for slot in self.rows.slots() {
            let Some(row) = self.rows.entry_unsaved(slot).1 else {
                continue;
            };
            let place = places.get(&row.place).copied();
            let place = place.ok_or_else(|| StateError::new("a row belongs to a key that is not there"))?;
            if place != row.place {
                self.rows.update(slot, |(), row| {
                    if let Some(row) = row {
                        row.place = place;
                    }
                });
            }
        }
        Ok(())
    }

    /// Writes a slice of what a checkpoint has of them; says whether all is written.
    pub fn go_on(&mut self, room: &mut Room) -> bool {
        self.rows.go_on(room)
    }

    /// What was written, once all is; `None` if nothing was to be.
    pub fn finish(&mut self) -> Option<Result<Captured, StateError>> {
        self.rows.finish()
    }
}

/// Whoever adds rows has them.
pub(super) fn not_there() -> StateError {
    StateError::new("a row is not there that was not taken")
}

fn write<F: RowFormat<V>, V>(row: &PlacedRow<V>, place: u32, to: &mut Encoder) -> Result<(), StateError> {
    to.plain(&(place, row.turn))?;
    F::write(&row.value, to)
}

fn read<F: RowFormat<V>, V>(from: &mut Decoder<'_>) -> Result<PlacedRow<V>, StateError> {
    let (place, turn) = from.plain()?;
    let value = F::read(from)?;
    Ok(PlacedRow { place, turn, value })
}
