//! What checkpoints have of values that belong to entries of other tables.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::capture::{Room, in_slices};
use super::captured::Captured;
use super::codec::{Decoder, Encoder, StateError};
use super::live_table::LiveTable;
use super::ranks::Ranks;
use super::slab::Slab;
use super::storage::{Durable, Storage};
use super::table::Table;

/// What checkpoints have of values that belong to entries of other tables, such as timers: for each `W`, such as a window, there
/// is a table, in which a place says the entry.
///
/// Whoever has such a value remembers its row. For a checkpoint many rows stay beside the state, by the places that their entries
/// have now: what has changed is written. Of tables whose entries come elsewhere at a restore it is said from where.
#[derive(Debug)]
pub(crate) struct Placed<W, V> {
    /// `None` until they are first needed.
    rows: Option<LiveTable<Slab<Row<W, V>>>>,
}

/// A value and what it belongs to.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Row<W, V> {
    of: W,
    place: u32,
    value: V,
}

/// What precedes the values.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Head<W> {
    /// They are beside the state, by the places that their entries had.
    pub(super) is_beside: bool,
    /// Of the tables whose entries come into the first places: where they were.
    pub(super) moved: Vec<(W, Vec<u32>)>,
}

/// A value that was restored.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Restored<W, V> {
    pub(crate) of: W,
    /// The place of its entry; `None` if there was none any more.
    pub(crate) place: Option<u32>,
    /// The place that its entry had when it was saved.
    pub(crate) was: u32,
    pub(crate) value: V,
    pub(crate) row: u32,
}

impl<W, V> Default for Placed<W, V> {
    fn default() -> Self {
        Self { rows: None }
    }
}

impl<W, V> Placed<W, V> {
    /// What is needed from the start, as there will be checkpoints.
    pub(crate) fn from_the_start() -> Self {
        Self {
            rows: Some(LiveTable::default()),
        }
    }

    /// Adds a value to an entry; returns its row.
    #[inline]
    pub(crate) fn add(&mut self, of: W, place: u32, value: V) -> u32 {
        match &mut self.rows {
            None => 0,
            Some(rows) => rows.add(Row { of, place, value }),
        }
    }

    /// A value has become another one.
    #[inline]
    pub(crate) fn set(&mut self, row: u32, value: V) {
        if let Some(rows) = &mut self.rows {
            rows.update(row, |(), row| row.value = value);
        }
    }

    /// A value is not there any more.
    #[inline]
    pub(crate) fn free(&mut self, row: u32) {
        if let Some(rows) = &mut self.rows {
            rows.free(row);
        }
    }

    /// How many there are, where that is known.
    #[cfg(test)]
    pub(crate) fn count(&self) -> Option<usize> {
        self.rows.as_ref().map(|rows| rows.count())
    }

    /// Writes a slice of what a checkpoint has of them; says whether all is written.
    pub(crate) fn go_on(&mut self, room: &mut Room) -> bool {
        self.rows.as_mut().is_none_or(|rows| rows.go_on(room))
    }

    /// What was written, once all is; `None` if nothing was to be.
    pub(crate) fn finish(&mut self) -> Option<Result<Captured, StateError>> {
        self.rows.as_mut()?.finish()
    }
}

impl<W, V> Placed<W, V>
where
    W: Copy + Ord + Serialize + DeserializeOwned + 'static,
    V: Copy + Serialize + DeserializeOwned + 'static,
{
    /// Whether so many values stay beside the state that is being saved, by the places that their entries have now.
    pub(crate) fn is_to_be_beside(to: &Encoder, count: usize) -> bool {
        to.takes_gaps() && in_slices(count)
    }

    /// Writes the values; `tables` says where the entries of each are after a restore, and `count` how many values there are.
    /// `visit` shows all to a closure: what each is of, its place, the value, and where its row is remembered.
    ///
    /// # Errors
    /// If `Serialize` fails.
    pub(crate) fn save(
        &mut self,
        to: &mut Encoder,
        tables: impl IntoIterator<Item = (W, Rc<Ranks>)>,
        count: usize,
        visit: impl FnOnce(&mut dyn FnMut(W, u32, V, &mut u32)),
    ) -> Result<(), StateError> {
        let tables = tables.into_iter().take(if count == 0 { 0 } else { usize::MAX });
        if !Self::is_to_be_beside(to, count) {
            to.plain(&Head::<W> {
                is_beside: false,
                moved: Vec::new(),
            })?;
            if let Some(rows) = &mut self.rows {
                rows.leave_out(to);
            }
            let tables: BTreeMap<W, Rc<Ranks>> = tables.collect();
            let mut all = Vec::with_capacity(count);
            visit(&mut |of, place, value, _row| {
                let place = tables.get(&of).and_then(|ranks| ranks.of_place(place));
                all.extend(place.map(|place| Row { of, place, value }));
            });
            return to.plain(&all);
        }
        let rows = match &mut self.rows {
            Some(rows) => rows,
            None => {
                let mut rows: LiveTable<Slab<Row<W, V>>> = LiveTable::default();
                visit(&mut |of, place, value, row| *row = rows.add(Row { of, place, value }));
                self.rows.insert(rows)
            }
        };
        let moved = tables.filter(|(_, ranks)| ranks.are_moved());
        to.plain(&Head {
            is_beside: true,
            moved: moved.map(|(of, ranks)| (of, places_of(&ranks))).collect(),
        })?;
        rows.save(to, |(), row, to| to.plain(row))
    }

    /// Reads values; `take` says of each whether it is to be remembered.
    ///
    /// # Errors
    /// If the bytes are no such values.
    pub(crate) fn restore(
        &mut self,
        from: &mut Decoder<'_>,
        mut take: impl FnMut(Restored<W, V>) -> bool,
    ) -> Result<(), StateError> {
        let Head { is_beside, moved } = from.plain()?;
        let all = if is_beside {
            self.restore_rows(from, moved)?
        } else {
            self.rows = self.rows.is_some().then(LiveTable::default);
            let all: Vec<Row<W, V>> = from.plain()?;
            let all = all.into_iter().map(|Row { of, place, value }| Restored {
                of,
                place: Some(place),
                was: place,
                value,
                row: self.add(of, place, value),
            });
            all.collect()
        };
        for restored in all {
            if !take(restored) {
                self.free(restored.row);
            }
        }
        Ok(())
    }

    /// Reads the rows that were beside the state; those whose entries are elsewhere now say so.
    fn restore_rows(
        &mut self,
        from: &mut Decoder<'_>,
        moved: Vec<(W, Vec<u32>)>,
    ) -> Result<Vec<Restored<W, V>>, StateError> {
        let mut rows: LiveTable<Slab<Row<W, V>>> = LiveTable::default();
        rows.restore::<Durable>(from, <Durable as Storage<Row<W, V>>>::read)?;
        let places = |places: Vec<u32>| places.into_iter().zip(0..).collect();
        let moved: BTreeMap<W, HashMap<u32, u32>> =
            moved.into_iter().map(|(of, was)| (of, places(was))).collect();
        let mut all = Vec::with_capacity(rows.count());
        rows.for_each_slot(|slot, (), row| {
            let place = match moved.get(&row.of) {
                None => Some(row.place),
                Some(places) => places.get(&row.place).copied(),
            };
            all.push(Restored {
                of: row.of,
                place,
                was: row.place,
                value: row.value,
                row: slot,
            });
        });
        for Restored { place, was, row, .. } in &all {
            if let Some(place) = place.filter(|place| place != was) {
                rows.update(*row, |(), row| row.place = place);
            }
        }
        self.rows = Some(rows);
        Ok(all)
    }
}

/// The places of entries, in order.
pub(super) fn places_of(ranks: &Ranks) -> Vec<u32> {
    let mut places = Vec::new();
    ranks.for_each_place(|place| places.push(place));
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::KeyTable;

    #[test]
    fn what_is_not_remembered_has_no_row() {
        let mut table = KeyTable::<u8, u8>::default();
        (0..10).for_each(|key| table.insert(key, key));
        let mut placed = Placed::<u8, i64>::from_the_start();
        let rows: Vec<u32> = (0..10)
            .map(|place| placed.add(3, place, i64::from(place)))
            .collect();
        let mut encoder = Encoder::default();
        let ranks = Rc::new(Ranks::first(&table));
        placed
            .save(&mut encoder, [(3, ranks)], rows.len(), |show| {
                for (place, mut row) in (0..).zip(rows) {
                    show(3, place, -i64::from(place), &mut row);
                }
                // There is no such table any more.
                show(4, 0, 7, &mut 0);
            })
            .expect("they are numbers");
        let bytes = encoder.into_bytes();
        let mut restored = Placed::<u8, i64>::from_the_start();
        let mut seen = Vec::new();
        let take = |one: Restored<u8, i64>| {
            seen.push((one.of, one.place, one.value));
            one.value % 3 == 0
        };
        restored
            .restore(&mut Decoder::new(&bytes), take)
            .expect("they were saved");
        let all = (0..10).map(|place| (3, Some(place), -i64::from(place)));
        assert_eq!(seen, all.collect::<Vec<_>>());
        assert_eq!(restored.count(), Some(4));
    }
}
